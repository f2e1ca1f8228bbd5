use serde_json::json;

use super::operations;
use crate::support::core::{Action, UNKNOWN};
use crate::support::eks::{CLUSTER, World, role};

#[tokio::test]
async fn what_has_to_reach_aws_says_what_is_missing() {
    let block = json!({
        "region": UNKNOWN,
        "assume_role": [{ "role_arn": UNKNOWN }],
        "ignore_tags": { "keys": [UNKNOWN] },
    });
    let world = World::start_with("API", block).await;
    let failure = world.data("eks_access_policies", json!({})).await.unwrap_err();
    let error = failure.only();
    assert_eq!(error.summary, "Provider configuration not known yet");
    assert!(error.detail.contains("assume_role[0].role_arn, ignore_tags.keys, region"), "{error:?}");
}

#[tokio::test]
async fn a_plan_goes_on_without_reaching_aws() {
    let block = json!({ "profile": UNKNOWN, "default_tags": { "tags": { "team": UNKNOWN } } });
    let world = World::start_with("API", block).await;
    let config = json!({ "cluster_name": CLUSTER, "principal_arn": role("x"), "region": "us-east-1" });
    let plan = world.plan("eks_access_entry", "x", config).await.unwrap();
    assert_eq!(plan.action, Action::Create);
    assert_eq!(operations(&world), Vec::<String>::new());
}

#[tokio::test]
async fn tags_and_the_lockout_guard_may_be_unknown_while_aws_is_read() {
    let block = json!({ "default_tags": { "tags": { "team": UNKNOWN } }, "lockout_guard": UNKNOWN });
    let world = World::start_with("API", block).await;
    world.data("eks_access_policies", json!({})).await.unwrap();
}
