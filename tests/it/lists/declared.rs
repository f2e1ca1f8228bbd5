//! The calls that the documentation names.

use serde_json::{Value as Json, json};

use super::{ALL, of_cluster};
use crate::support::declared::Declared;
use crate::support::eks::{CLUSTER, World, policy, role};

async fn world() -> World {
    let world = World::start().await;
    world.emulator.put_cluster("old", "CONFIG_MAP");
    let policies = json!([{ "policyArn": policy("AmazonEKSViewPolicy"), "accessScope": { "type": "cluster" } }]);
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("viewer"), "accessPolicies": policies })).unwrap();
    world
}

/// What lists of entries and of associations are asked alike.
fn questions() -> [Json; 3] {
    [
        of_cluster(json!({})),
        json!({ "cluster_name": "old" }),
        of_cluster(json!({ "policy_arn": "AmazonEKSEditPolicy" })),
    ]
}

#[tokio::test]
async fn are_all_that_are_made_for_entries() {
    let mut declared = Declared::list("eks_access_entry");
    let world = world().await;
    for asked in questions() {
        world.list("eks_access_entry", asked, true, ALL).await.unwrap();
    }
    declared.saw(&world);
    declared.assert_complete();
}

#[tokio::test]
async fn are_all_that_are_made_for_associations() {
    let mut declared = Declared::list("eks_access_policy_association");
    let world = world().await;
    for asked in questions() {
        world.list("eks_access_policy_association", asked, true, ALL).await.unwrap();
    }
    declared.saw(&world);
    declared.assert_complete();
}

#[tokio::test]
async fn are_all_that_are_made_for_modes() {
    let mut declared = Declared::list("eks_authentication_mode");
    let world = world().await;
    world.list("eks_authentication_mode", json!({}), true, ALL).await.unwrap();
    declared.saw(&world);
    declared.assert_complete();
}
