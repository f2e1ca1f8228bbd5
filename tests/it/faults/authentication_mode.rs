//! `eks_authentication_mode`. Its destruction makes no call.

use serde_json::json;

use super::matrix::{Action, Object, hold, hold_at, positions};
use super::{AWS_AUTH, covering};
use crate::support::eks::CLUSTER;

fn mode() -> Object {
    let mode = |mode: &str| json!({ "cluster_name": CLUSTER, "authentication_mode": mode });
    Object {
        type_name: "eks_authentication_mode",
        mode: "CONFIG_MAP",
        first: mode("API_AND_CONFIG_MAP"),
        then: mode("API"),
        id: CLUSTER.to_owned(),
        ..Object::default()
    }
}

/// With entries for every row of aws-auth, and a step that asks for that.
fn gated() -> Object {
    let mode = |mode: &str| json!({ "cluster_name": CLUSTER, "authentication_mode": mode });
    let mut step = mode("API");
    step["require_coverage"] = json!(true);
    Object {
        mode: "API_AND_CONFIG_MAP",
        found: covering(),
        aws_auth: AWS_AUTH,
        first: mode("API_AND_CONFIG_MAP"),
        then: step,
        ..self::mode()
    }
}

#[tokio::test]
async fn create() {
    hold(mode(), Action::Create).await;
}

/// Two changes, one after the other.
#[tokio::test]
async fn create_over_two_steps() {
    let object = mode();
    let first = object.then.clone();
    hold(Object { first, ..object }, Action::Create).await;
}

/// The looks at the gate: each at aws-auth, and the last at each kind of thing that covers it, which is the one right before
/// the step. What else the step takes is spoiled without a gate, and what the plan looks at by the data source.
fn at_the_gate(calls: &[String]) -> Vec<(String, u32)> {
    let looks = ["ListAccessEntries", "DescribeAccessEntry", "ListAssociatedAccessPolicies"];
    let all = positions(calls);
    let last = |(operation, after): &(String, u32)| !all.iter().any(|(other, more)| other == operation && more > after);
    // Once before the step at least, and once in the plan.
    for look in looks.iter().chain(&["GetConfigMap"]) {
        assert!(calls.iter().filter(|call| call == look).count() >= 2, "{look}: {calls:?}");
    }
    let is_chosen = |at: &&(String, u32)| at.0 == "GetConfigMap" || looks.contains(&at.0.as_str()) && last(at);
    all.iter().filter(is_chosen).cloned().collect()
}

#[tokio::test]
async fn create_with_coverage() {
    let object = gated();
    let first = object.then.clone();
    hold_at(Object { first, ..object }, Action::Create, at_the_gate).await;
}

#[tokio::test]
async fn update_with_coverage() {
    hold_at(gated(), Action::Update, at_the_gate).await;
}

#[tokio::test]
async fn read() {
    hold(mode(), Action::Read).await;
}

#[tokio::test]
async fn update() {
    hold(mode(), Action::Update).await;
}

#[tokio::test]
async fn delete() {
    hold(mode(), Action::Delete).await;
}

#[tokio::test]
async fn import() {
    hold(mode(), Action::Import).await;
}

#[tokio::test]
async fn import_by_identity() {
    hold(mode(), Action::ImportByIdentity).await;
}
