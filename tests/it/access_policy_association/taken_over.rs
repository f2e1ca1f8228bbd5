//! What EKS has already when the state does not.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{CLUSTER_ADMIN, EDIT, ENTRY, TYPE, VIEW, association, in_namespaces, policies, put_entry, scoped, with};
use crate::support::core::{Action, Plan, Stored, UNKNOWN};
use crate::support::eks::{CLUSTER, World, policy, role};

fn said(plan: &Plan) -> Vec<String> {
    plan.warnings.iter().map(|warning| warning.summary.clone()).collect()
}

/// What is said of a policy that `viewer` has.
fn there(policy: &str) -> String {
    format!("Associated already: policy {policy} on the access entry of {} on cluster dev in us-east-1", role("viewer"))
}

fn entry(more: Json) -> Json {
    with(json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer") }), more)
}

/// A world in which somebody else has given `viewer` these policies, for the whole cluster.
async fn world_with(policies: &[&str]) -> World {
    let world = World::start_with("API", json!({ "max_retries": 0 })).await;
    put_entry(&world, "viewer", policies);
    world
}

#[tokio::test]
async fn whoever_may_not_look_is_told_nothing() {
    for kind in [FaultKind::AccessDenied, FaultKind::ServerError] {
        let world = world_with(&[VIEW]).await;
        world.emulator.add_fault(Fault { times: 9, ..Fault::new("ListAssociatedAccessPolicies", kind) });
        let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
        assert_eq!(said(&plan), [""; 0], "{kind:?}");
        world.apply(plan).await.unwrap();
    }
}

#[tokio::test]
async fn what_becomes_of_an_association_that_is_there_is_told() {
    let whole = "no resource of this type in the state has it. The apply takes it over as it is, and whatever removes";
    let narrowed = "The apply takes it over and has it hold in a, b, and whatever removes";
    for (config, words) in
        [(association("viewer", VIEW), whole), (in_namespaces("viewer", &policy(VIEW), &["b", "a"]), narrowed)]
    {
        let world = world_with(&[VIEW]).await;
        let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
        assert_eq!(said(&plan), [there(VIEW)]);
        assert_eq!(plan.warnings[0].path, "policy_arn");
        let (detail, id) = (&plan.warnings[0].detail, format!("dev#{}#{}", role("viewer"), policy(VIEW)));
        for words in [words, "made 20", "and it holds in the whole cluster;", &format!("id = {id:?}")] {
            assert!(detail.contains(words), "{detail}");
        }
        world.apply(plan).await.unwrap();
        assert_eq!(policies(&world, "viewer")[VIEW]["type"], config["access_scope"]["type"]);

        world.forget(TYPE, "x");
        world.import(TYPE, "x", &id).await.unwrap();
    }
}

#[tokio::test]
async fn where_it_holds_is_told() {
    let world = world_with(&[VIEW]).await;
    let scope = json!({ "type": "namespace", "namespaces": ["dev-*", "a"] });
    assert!(world.emulator.set_scope(CLUSTER, &role("viewer"), &policy(VIEW), scope));
    let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    let detail = &plan.warnings[0].detail;
    for words in ["it holds in a, dev-*;", "has it hold in the whole cluster,"] {
        assert!(detail.contains(words), "{detail}");
    }
}

#[tokio::test]
async fn each_of_several_is_told() {
    let world = world_with(&[VIEW, EDIT]).await;
    world.calls();
    for policy in [VIEW, EDIT] {
        assert_eq!(said(&world.plan(TYPE, policy, association("viewer", policy)).await.unwrap()), [there(policy)]);
    }
    let admin = world.plan(TYPE, "admin", in_namespaces("viewer", CLUSTER_ADMIN, &["a"])).await.unwrap();
    assert_eq!(said(&admin), [""; 0]);
    assert_eq!(world.calls(), ["ListAssociatedAccessPolicies viewer"]);
}

#[tokio::test]
async fn the_id_of_one_in_another_region_names_it() {
    let world = World::start().await;
    world.emulator.put_cluster_in("eu-west-1", CLUSTER, "API");
    let there = json!({ "region": "eu-west-1" });
    world.converge(ENTRY, "viewer", entry(there.clone())).await.unwrap();
    let config = with(association("viewer", VIEW), there);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    world.forget(TYPE, "x");
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    let id = format!("dev#{}#{}@eu-west-1", role("viewer"), policy(VIEW));
    assert!(plan.warnings[0].detail.contains(&format!("id = {id:?}")), "{}", plan.warnings[0].detail);
}

#[tokio::test]
async fn what_is_not_known_yet_is_not_looked_for() {
    let world = world_with(&[VIEW]).await;
    for config in [
        with(association("viewer", VIEW), json!({ "principal_arn": UNKNOWN })),
        with(association("viewer", VIEW), json!({ "policy_arn": UNKNOWN })),
        scoped("viewer", VIEW, json!({ "type": "namespace", "namespaces": UNKNOWN })),
    ] {
        world.new_walk().await.unwrap();
        assert_eq!(said(&world.plan(TYPE, "x", config).await.unwrap()), [""; 0]);
    }
    assert_eq!(world.calls(), [""; 0]);
}

/// One that is tainted, so that Terraform plans it as if there were none.
#[tokio::test]
async fn what_this_state_holds_is_not_taken_over() {
    let world = world_with(&[]).await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    let stored = world.forget(TYPE, "x").unwrap();
    world.store(TYPE, "x", Stored { tainted: true, ..stored });
    world.new_walk().await.unwrap();
    let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    assert_eq!(plan.action, Action::Replace);
    assert_eq!(said(&plan), [""; 0]);
}

/// The entry that is there goes, with what it has; one that is taken over keeps that.
#[tokio::test]
async fn what_goes_with_an_entry_of_the_same_plan_is_not_taken_over() {
    let world = World::start().await;
    world.converge(ENTRY, "viewer", entry(json!({}))).await.unwrap();
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.forget(TYPE, "x");
    world.new_walk().await.unwrap();
    let other_type = world.plan(ENTRY, "viewer", entry(json!({ "type": "EC2" }))).await.unwrap();
    assert_eq!(other_type.action, Action::Replace);
    assert_eq!(said(&world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap()), [""; 0]);

    world.forget(ENTRY, "viewer");
    world.new_walk().await.unwrap();
    world.plan(ENTRY, "viewer", entry(json!({ "on_conflict": "adopt" }))).await.unwrap();
    assert_eq!(said(&world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap()), [there(VIEW)]);
}
