use serde_json::json;

use crate::support::eks::{CLUSTER, World, role};

const TYPE: &str = "eks_access_entry";
const SUMMARY: &str =
    "This plan locks out whoever runs it: arn:aws:iam::111122223333:role/admin on cluster dev in us-east-1";

/// What a plan says that removes the entry of whoever runs it: warnings, or an error.
async fn plan_to_leave(block: serde_json::Value) -> Result<Vec<String>, String> {
    let world = World::start_with("API", block).await;
    let config = json!({ "cluster_name": CLUSTER, "principal_arn": role("admin") });
    world.converge(TYPE, "x", config).await.unwrap();
    world.new_walk().await.unwrap();
    match world.plan_destroy(TYPE, "x").await {
        Ok(plan) => Ok(plan.warnings.into_iter().map(|warning| warning.summary).collect()),
        Err(failure) => Err(failure.only().summary.clone()),
    }
}

#[tokio::test]
async fn lockout_guard_says_what_happens() {
    assert_eq!(plan_to_leave(json!({ "lockout_guard": "refuse" })).await, Err(SUMMARY.to_owned()));
    assert_eq!(plan_to_leave(json!({ "lockout_guard": "off" })).await, Ok(Vec::new()));
    for block in [json!({}), json!({ "lockout_guard": "warn" })] {
        assert_eq!(plan_to_leave(block).await, Ok(vec![SUMMARY.to_owned()]));
    }
}
