//! The association and the entry that it hangs on.

use serde_json::{Value as Json, json};

use super::{CLUSTER_ADMIN, ENTRY, TYPE, VIEW, association, policies, with};
use crate::support::core::{Action, PlanOptions, UNKNOWN, as_json};
use crate::support::eks::{CLUSTER, World, role};

fn entry(name: &str) -> Json {
    json!({ "cluster_name": CLUSTER, "principal_arn": role(name) })
}

fn typed(name: &str, entry_type: &str) -> Json {
    json!({ "cluster_name": CLUSTER, "principal_arn": role(name), "type": entry_type })
}

/// Not all of EKS hears of a new entry at once.
#[tokio::test]
async fn pain_18_an_entry_of_the_same_apply_that_is_not_visible_yet_is_waited_for() {
    let world = World::start().await;
    world.emulator.settings(json!({ "entry_visible_after_ms": 500 })).unwrap();
    let entry = world.plan(ENTRY, "viewer", entry("viewer")).await.unwrap();
    let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.apply(entry).await.unwrap();
    let applied = world.apply(plan).await.unwrap();
    let arn = world.entry(&role("viewer")).unwrap()["accessEntryArn"].clone();
    assert_eq!(as_json(&applied.state)["access_entry_arn"], arn);
}

/// The policies that vanish with the entry come back in the same apply.
#[tokio::test]
async fn pain_17_an_entry_that_is_replaced_gets_its_policy_back_in_the_same_apply() {
    for on_conflict in ["fail", "adopt"] {
        gets_its_policy_back(json!({ "on_conflict": on_conflict })).await;
    }
}

async fn gets_its_policy_back(more: Json) {
    let world = World::start().await;
    world.converge(ENTRY, "viewer", with(entry("viewer"), more.clone())).await.unwrap();
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    let before = world.state(TYPE, "x").unwrap();
    world.new_walk().await.unwrap();
    world.calls();

    let other_type = with(typed("viewer", "EC2"), more);
    let entry = world.plan(ENTRY, "viewer", other_type.clone()).await.unwrap();
    assert_eq!(entry.action, Action::Replace);
    let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    assert_eq!(plan.action, Action::Update);
    assert_eq!(as_json(&plan.planned)["access_entry_arn"], UNKNOWN);
    world.apply(entry).await.unwrap();
    assert_eq!(policies(&world, "viewer"), json!({}));
    world.apply(plan).await.unwrap();
    let expected = ["DeleteAccessEntry viewer", "CreateAccessEntry viewer", "AssociateAccessPolicy viewer"];
    assert_eq!(world.changes(), expected);

    assert_eq!(policies(&world, "viewer"), json!({ VIEW: { "type": "cluster", "namespaces": [] } }));
    let after = world.state(TYPE, "x").unwrap();
    assert_eq!(after["access_entry_arn"], world.entry(&role("viewer")).unwrap()["accessEntryArn"]);
    assert_ne!(after["access_entry_arn"], before["access_entry_arn"]);
    assert_eq!(world.plan(ENTRY, "viewer", other_type).await.unwrap().action, Action::NoOp);
    assert_eq!(world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn an_entry_that_was_asked_to_be_replaced_gets_its_policy_back() {
    let world = World::start().await;
    world.converge(ENTRY, "viewer", entry("viewer")).await.unwrap();
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.new_walk().await.unwrap();
    let replace = PlanOptions { replace: true, ..PlanOptions::default() };
    let entry_plan = world.plan_with(ENTRY, "viewer", entry("viewer"), replace).await.unwrap();
    let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.apply(entry_plan).await.unwrap();
    world.apply(plan).await.unwrap();
    assert_eq!(policies(&world, "viewer"), json!({ VIEW: { "type": "cluster", "namespaces": [] } }));
}

#[tokio::test]
async fn the_replacement_of_another_entry_means_nothing() {
    let world = World::start().await;
    for name in ["viewer", "editor"] {
        world.converge(ENTRY, name, entry(name)).await.unwrap();
    }
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.new_walk().await.unwrap();
    let other = world.plan(ENTRY, "editor", typed("editor", "EC2")).await.unwrap();
    assert_eq!(other.action, Action::Replace);
    assert_eq!(world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn a_change_of_the_entry_in_place_leaves_the_association_alone() {
    let world = World::start().await;
    world.converge(ENTRY, "viewer", entry("viewer")).await.unwrap();
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.new_walk().await.unwrap();
    let mut config = entry("viewer");
    config["kubernetes_groups"] = json!(["viewers"]);
    assert_eq!(world.plan(ENTRY, "viewer", config).await.unwrap().action, Action::Update);
    assert_eq!(world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap().action, Action::NoOp);
}

/// Whichever goes first, there is no cycle and no error.
#[tokio::test]
async fn pain_34_entry_and_association_go_together_in_either_order() {
    for entry_first in [true, false] {
        let world = World::start().await;
        world.converge(ENTRY, "viewer", entry("viewer")).await.unwrap();
        world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
        let association = world.plan_destroy(TYPE, "x").await.unwrap();
        let entry = world.plan_destroy(ENTRY, "viewer").await.unwrap();
        let (first, second) = if entry_first { (entry, association) } else { (association, entry) };
        world.apply(first).await.unwrap();
        world.apply(second).await.unwrap();
        assert_eq!(world.entry(&role("viewer")), None);
        assert_eq!((world.state(TYPE, "x"), world.state(ENTRY, "viewer")), (None, None));
    }
}

#[tokio::test]
async fn pain_42_nodes_of_type_ec2_may_have_policies() {
    let world = World::start().await;
    world.converge(ENTRY, "node", typed("node", "EC2")).await.unwrap();
    world.converge(TYPE, "x", association("node", "AmazonEKSAutoNodePolicy")).await.unwrap();
    assert_eq!(policies(&world, "node")["AmazonEKSAutoNodePolicy"]["type"], "cluster");
    assert_eq!(world.converge(ENTRY, "node", typed("node", "EC2")).await.unwrap().action, Action::NoOp);
}

/// An entry that has one of its policies from elsewhere does not mind.
#[tokio::test]
async fn an_entry_without_access_policies_leaves_associations_alone() {
    let world = World::start().await;
    world.converge(ENTRY, "ops", entry("ops")).await.unwrap();
    world.converge(TYPE, "x", association("ops", CLUSTER_ADMIN)).await.unwrap();
    assert_eq!(world.converge(ENTRY, "ops", entry("ops")).await.unwrap().action, Action::NoOp);
    assert_eq!(policies(&world, "ops"), json!({ CLUSTER_ADMIN: { "type": "cluster", "namespaces": [] } }));
}

/// The entry has been there all along, with what hangs on it.
#[tokio::test]
async fn an_entry_that_is_adopted_leaves_its_association_alone() {
    let world = World::start().await;
    world.converge(ENTRY, "viewer", entry("viewer")).await.unwrap();
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.forget(ENTRY, "viewer");
    world.new_walk().await.unwrap();
    world.calls();
    let adopting = with(entry("viewer"), json!({ "on_conflict": "adopt" }));
    let adoption = world.plan(ENTRY, "viewer", adopting).await.unwrap();
    assert_eq!(adoption.action, Action::Create);
    assert_eq!(world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap().action, Action::NoOp);
    world.apply(adoption).await.unwrap();
    assert_eq!(world.changes(), ["CreateAccessEntry viewer"], "which EKS refuses");
}
