//! `ephemeral "eks_cluster_auth"`.

use serde_json::json;

use crate::support::core::as_json;
use crate::support::declared::Declared;
use crate::support::eks::{CLUSTER, World};

const TYPE: &str = "eks_cluster_auth";

#[tokio::test]
async fn a_name_that_no_cluster_has_is_refused() {
    let world = World::start().await;
    let failure =
        world.open(TYPE, json!({ "name": "arn:aws:eks:us-east-1:111122223333:cluster/dev" })).await.unwrap_err();
    assert_eq!(failure.only().path, "name");
}

#[tokio::test]
async fn pain_50_a_token_in_the_form_of_eks_and_no_call_for_it() {
    let world = World::start().await;
    let opened = world.open(TYPE, json!({ "name": CLUSTER })).await.unwrap();
    let result = as_json(&opened.result);
    assert!(result["token"].as_str().unwrap().starts_with("k8s-aws-v1."));
    assert_eq!(world.calls(), [""; 0]);
    world.close(opened).await.unwrap();
}

#[tokio::test]
async fn the_calls_that_the_documentation_names_are_all_that_are_made() {
    let mut declared = Declared::ephemeral("eks_cluster_auth");
    let world = World::start().await;
    let opened = world.open(TYPE, json!({ "name": CLUSTER })).await.unwrap();
    world.close(opened).await.unwrap();
    declared.saw(&world);
    declared.assert_complete();
}
