//! The calls that the documentation names.

use serde_json::json;

use super::{OLD, fail, find, world};
use crate::support::declared::Declared;
use crate::support::eks::{CLUSTER, World, role};

#[tokio::test]
async fn are_all_that_are_made_for_one_entry() {
    let mut declared = Declared::data_source("eks_access_entry");
    let world = filled().await;
    for name in ["viewer", "nobody"] {
        let asked = json!({ "cluster_name": CLUSTER, "principal_arn": role(name) });
        match name {
            "viewer" => find(&world, "eks_access_entry", asked).await,
            _ => json!(fail(&world, "eks_access_entry", asked).await.summary),
        };
    }
    declared.saw(&world);
    declared.assert_complete();
}

#[tokio::test]
async fn are_all_that_are_made_for_all_entries() {
    let mut declared = Declared::data_source("eks_access_entries");
    let world = filled().await;
    find(&world, "eks_access_entries", json!({ "cluster_name": CLUSTER })).await;
    find(&world, "eks_access_entries", json!({ "cluster_name": OLD })).await;
    let nobody = json!({ "cluster_name": CLUSTER, "policy_arn": "AmazonEKSEditPolicy" });
    find(&world, "eks_access_entries", nobody).await;
    declared.saw(&world);
    declared.assert_complete();
}

#[tokio::test]
async fn are_all_that_are_made_for_policies() {
    let mut declared = Declared::data_source("eks_access_policies");
    let world = world(json!({})).await;
    find(&world, "eks_access_policies", json!({})).await;
    declared.saw(&world);
    declared.assert_complete();
}

#[tokio::test]
async fn are_all_that_are_made_for_the_mode() {
    let mut declared = Declared::data_source("eks_authentication_mode");
    let world = world(json!({})).await;
    find(&world, "eks_authentication_mode", json!({ "cluster_name": CLUSTER })).await;
    declared.saw(&world);
    declared.assert_complete();
}

#[tokio::test]
async fn are_all_that_are_made_for_aws_auth() {
    let mut declared = Declared::data_source("eks_aws_auth");
    let world = filled().await;
    let row = format!("- {{rolearn: '{}', username: viewer, groups: [viewers]}}\n", role("viewer"));
    world.emulator.set_aws_auth(CLUSTER, Some([("mapRoles".to_owned(), row)].into())).unwrap();
    find(&world, "eks_aws_auth", json!({ "cluster_name": CLUSTER })).await;
    declared.saw(&world);
    declared.assert_complete();
}

async fn filled() -> World {
    let world = world(json!({})).await;
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("viewer") })).unwrap();
    world
}
