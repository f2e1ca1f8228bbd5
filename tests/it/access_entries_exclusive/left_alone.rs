//! Whom it leaves alone.

use serde_json::json;

use super::{TYPE, announced, enforce, entries, named, put_entry, put_typed, set, with, world};
use crate::support::core::{Action, as_json};
use crate::support::eks::{ACCOUNT, World, role};

const NONE: [&str; 0] = [];

pub(super) fn service_linked() -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS")
}

#[tokio::test]
async fn what_is_ignored() {
    let world = world(&["a", "team/one", "team/two", "steam/x"]).await;
    let config = with(set(&["a"]), json!({ "ignore": ["*:role/team/*"] }));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    let detail = &announced(&plan).unwrap().detail;
    assert!(detail.contains("role/steam/x") && !detail.contains("role/team/"), "{detail}");
    enforce(&world, config.clone()).await;
    assert_eq!(entries(&world), ["a", "one", "two"]);
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}

/// EKS makes them for node groups, Fargate and Auto Mode; without them, nodes can no longer join.
#[tokio::test]
async fn pain_02_nodes_unless_asked_for() {
    let world = world(&["a"]).await;
    let types = ["EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX"];
    types.iter().for_each(|entry_type| put_typed(&world, &role(entry_type), entry_type));
    let created = world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(created.warnings, []);
    assert_eq!(entries(&world).len(), 7);
    world.calls();

    let config = with(set(&["a"]), json!({ "include_nodes": true }));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    let detail = &announced(&plan).unwrap().detail;
    assert!(types.iter().all(|entry_type| detail.contains(&role(entry_type))), "{detail}");
    enforce(&world, config.clone()).await;
    assert_eq!(entries(&world), ["a"]);
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn a_node_that_was_named_and_is_no_longer() {
    let world = world(&["a"]).await;
    put_typed(&world, &role("node"), "EC2_LINUX");
    world.converge(TYPE, "x", set(&["a", "node"])).await.unwrap();
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(world.changes(), NONE);
    assert_eq!(entries(&world), ["a", "node"]);
}

#[tokio::test]
async fn pain_43_service_linked_roles_unless_asked_for() {
    let world = world(&["a"]).await;
    put_typed(&world, &service_linked(), "STANDARD");
    let created = world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(created.warnings, []);
    assert_eq!(entries(&world), ["a", "AWSServiceRoleForAmazonEKS"]);
    world.calls();

    world.emulator.settings(json!({ "service_linked_entries_locked": false })).unwrap();
    let config = with(set(&["a"]), json!({ "include_service_linked_roles": true }));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    assert!(announced(&plan).unwrap().detail.contains(&service_linked()));
    enforce(&world, config.clone()).await;
    assert_eq!(world.changes(), ["DeleteAccessEntry AWSServiceRoleForAmazonEKS"]);
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}

/// Even when the set is empty: whoever cleans up is not cleaned away.
#[tokio::test]
async fn pain_35_the_entry_of_whoever_runs_this() {
    let world = world(&["admin", "a"]).await;
    let plan = world.plan(TYPE, "x", set(&[])).await.unwrap();
    let detail = &announced(&plan).unwrap().detail;
    assert!(!detail.contains(&role("admin")), "{detail}");
    enforce(&world, set(&[])).await;
    assert_eq!(entries(&world), ["admin"]);
    assert_eq!(world.converge(TYPE, "x", set(&[])).await.unwrap().action, Action::NoOp);
}

/// It is not removed, so nothing is said of a lockout.
#[tokio::test]
async fn pain_35_the_entry_of_whoever_runs_this_when_it_was_named_before() {
    let world = world(&["admin", "a"]).await;
    world.converge(TYPE, "x", set(&["admin", "a"])).await.unwrap();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(plan.warnings, []);
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), NONE);
    assert_eq!(entries(&world), ["a", "admin"]);
}

/// A session shows no path, the entry's role has one.
#[tokio::test]
async fn pain_35_the_entry_of_whoever_runs_this_when_its_role_has_a_path() {
    let world = World::start().await;
    put_entry(&world, "team/admin");
    put_entry(&world, "a");
    enforce(&world, set(&[])).await;
    assert_eq!(entries(&world), ["admin"]);
}

#[tokio::test]
async fn the_entries_that_eks_makes_on_leaving_config_map_for_nodes() {
    let world = World::start_in("CONFIG_MAP").await;
    let settings = json!({ "managed_node_roles": [role("node")], "fargate_pod_execution_roles": [role("pod")] });
    world.emulator.settings(settings).unwrap();
    world.converge(TYPE, "x", set(&[])).await.unwrap();
    let mode = json!({ "cluster_name": "dev", "authentication_mode": "API" });
    world.converge("eks_authentication_mode", "m", mode).await.unwrap();
    let plan = world.plan(TYPE, "x", set(&[])).await.unwrap();
    assert_eq!(named(&as_json(&plan.prior)), NONE);
    assert_eq!(plan.action, Action::NoOp);
}
