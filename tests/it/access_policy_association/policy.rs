//! Which association it is: the policy by name or by ARN, and what makes it another.

use serde_json::json;

use super::{EDIT, ENTRY, TYPE, VIEW, association, policies, put_entry, with, world};
use crate::support::core::{Action, PlanOptions, as_json};
use crate::support::eks::{World, policy, role};

#[tokio::test]
async fn pain_44_a_policy_of_another_partition_is_refused_at_plan() {
    let world = world().await;
    let config = association("viewer", "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy");
    let failure = world.plan(TYPE, "x", config).await.unwrap_err();
    let error = failure.only();
    assert_eq!(error.summary, "Access policy of another partition");
    assert_eq!(error.path, "policy_arn");
    assert!(error.detail.contains("Write \"AmazonEKSViewPolicy\""), "{}", error.detail);
}

#[tokio::test]
async fn pain_44_a_bare_name_is_right_in_every_partition() {
    let world = World::start().await;
    world.emulator.put_cluster_in("cn-north-1", "dev", "API");
    let place = json!({ "region": "cn-north-1", "principal_arn": "arn:aws-cn:iam::111122223333:role/viewer" });
    let entry = with(json!({ "cluster_name": "dev" }), place.clone());
    world.converge(ENTRY, "viewer", entry).await.unwrap();
    let created = world.converge(TYPE, "x", with(association("viewer", VIEW), place)).await.unwrap();
    let state = as_json(&created.state);
    assert_eq!(state["policy_arn"], VIEW);
    let policy = "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
    assert_eq!(state["id"], format!("dev#arn:aws-cn:iam::111122223333:role/viewer#{policy}"));
    assert_eq!(world.identity(TYPE, "x").unwrap()["policy_arn"], policy);
}

#[tokio::test]
async fn a_name_and_an_arn_are_the_same_policy() {
    let world = world().await;
    for (before, after) in [(VIEW.to_owned(), policy(VIEW)), (policy(VIEW), VIEW.to_owned())] {
        world.converge(TYPE, "x", association("viewer", &before)).await.unwrap();
        let id = world.state(TYPE, "x").unwrap()["id"].clone();
        let identity = world.identity(TYPE, "x");
        world.calls();

        let plan = world.plan(TYPE, "x", association("viewer", &after)).await.unwrap();
        assert_eq!(plan.action, Action::Update);
        assert_eq!(plan.requires_replace, [""; 0]);
        world.apply(plan).await.unwrap();
        assert_eq!(world.changes(), [""; 0]);
        assert_eq!(world.state(TYPE, "x").unwrap()["policy_arn"], after);
        assert_eq!(world.state(TYPE, "x").unwrap()["id"], id);
        assert_eq!(world.identity(TYPE, "x"), identity);
        assert_eq!(world.converge(TYPE, "x", association("viewer", &after)).await.unwrap().action, Action::NoOp);
    }
}

#[tokio::test]
async fn what_makes_it_another_association_replaces_it() {
    let world = world().await;
    put_entry(&world, "editor", &[]);
    let before = association("viewer", VIEW);
    world.converge(TYPE, "x", before.clone()).await.unwrap();
    for (path, value) in [
        ("policy_arn", json!(EDIT)),
        ("policy_arn", json!(policy(EDIT))),
        ("principal_arn", json!(role("editor"))),
        ("cluster_name", json!("prod")),
        ("region", json!("eu-west-1")),
    ] {
        let plan = world.plan(TYPE, "x", with(before.clone(), json!({ path: value }))).await.unwrap();
        assert_eq!(plan.action, Action::Replace, "{path}");
        assert_eq!(plan.requires_replace, [path]);
    }
}

#[tokio::test]
async fn a_replacement_takes_one_policy_away_and_gives_the_other() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.calls();
    assert_eq!(world.converge(TYPE, "x", association("viewer", EDIT)).await.unwrap().action, Action::Replace);
    assert_eq!(world.changes(), ["DisassociateAccessPolicy viewer", "AssociateAccessPolicy viewer"]);
    assert_eq!(policies(&world, "viewer"), json!({ EDIT: { "type": "cluster", "namespaces": [] } }));
}

#[tokio::test]
async fn a_replacement_that_was_asked_for_is_no_collision() {
    let world = world().await;
    let config = association("viewer", VIEW);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    world.calls();
    let replace = PlanOptions { replace: true, ..PlanOptions::default() };
    let plan = world.plan_with(TYPE, "x", config, replace).await.unwrap();
    assert_eq!(plan.action, Action::Replace);
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), ["DisassociateAccessPolicy viewer", "AssociateAccessPolicy viewer"]);
}

#[tokio::test]
async fn naming_the_region_that_it_is_in_changes_nothing_in_eks() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    let config = with(association("viewer", VIEW), json!({ "region": "us-east-1" }));
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}
