//! What EKS refuses, and what the practitioner reads then.

use serde_json::json;

use super::{TYPE, VIEW, association, put_entry, with, world};
use crate::support::core::Diag;
use crate::support::eks::{World, role};

/// What is said when the association is applied, after exactly one try.
async fn refused(world: &World, config: serde_json::Value) -> Diag {
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    world.calls();
    let failure = world.apply(plan).await.unwrap_err();
    assert_eq!(world.changes(), ["AssociateAccessPolicy viewer"]);
    assert_eq!(world.state(TYPE, "x"), None);
    let error = failure.only();
    assert_eq!(error.summary, "Cannot associate EKS access policy");
    error.clone()
}

/// No two minutes of waiting for an entry that nobody has made, and none at all where nobody has the time.
#[tokio::test]
async fn pain_18_no_entry_is_a_fast_error_that_says_what_to_do() {
    let world = World::start().await;
    let config = with(association("viewer", VIEW), json!({ "timeouts": { "create": "1s" } }));
    let error = refused(&world, config).await;
    assert_eq!(error.path, "principal_arn");
    assert!(error.detail.contains("The specified principalArn could not be found"), "{}", error.detail);
    assert!(error.detail.contains("Take principal_arn from the eks_access_entry"), "{}", error.detail);
    assert!(error.detail.contains(&role("viewer")), "{}", error.detail);
}

#[tokio::test]
async fn pain_45_an_unknown_policy() {
    let error = refused(&world().await, association("viewer", "AmazonEKSViewerPolicy")).await;
    assert_eq!(error.path, "policy_arn");
    assert!(error.detail.contains("The specified policyArn could not be found"), "{}", error.detail);
    assert!(error.detail.contains("aws eks list-access-policies"), "{}", error.detail);
}

#[tokio::test]
async fn a_policy_for_service_linked_roles_alone() {
    let error = refused(&world().await, association("viewer", "AmazonEKSComputePolicy")).await;
    assert!(error.detail.contains("can only be associated with service-linked roles"), "{}", error.detail);
    assert!(error.detail.contains("AmazonEKSComputePolicy"), "{}", error.detail);
}

#[tokio::test]
async fn a_type_of_entry_that_takes_no_policies() {
    let world = World::start().await;
    let entry = json!({ "principalArn": role("viewer"), "type": "EC2_LINUX" });
    world.emulator.put_entry("dev", entry).unwrap();
    let error = refused(&world, association("viewer", VIEW)).await;
    assert!(error.detail.contains("with a type of \"STANDARD\""), "{}", error.detail);
}

#[tokio::test]
async fn no_such_cluster() {
    let world = world().await;
    let error = refused(&world, with(association("viewer", VIEW), json!({ "cluster_name": "prod" }))).await;
    assert_eq!(error.path, "cluster_name");
    assert!(error.detail.contains("There is no cluster of that name"), "{}", error.detail);
}

#[tokio::test]
async fn pain_25_a_cluster_in_config_map_mode() {
    let world = World::start_in("CONFIG_MAP").await;
    let error = refused(&world, association("viewer", VIEW)).await;
    assert_eq!(error.path, "cluster_name");
    assert!(error.detail.contains("eks_authentication_mode"), "{}", error.detail);
}

#[tokio::test]
async fn more_policies_than_an_entry_takes() {
    let world = World::start().await;
    put_entry(&world, "viewer", &["AmazonEKSEditPolicy"]);
    world.emulator.settings(json!({ "max_policies_per_entry": 1 })).unwrap();
    let error = refused(&world, association("viewer", VIEW)).await;
    assert!(error.detail.contains("EKS limits how many policies"), "{}", error.detail);
}
