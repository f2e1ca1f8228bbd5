//! `eks_authentication_mode`. Its destruction makes no call.

use serde_json::json;

use super::matrix::{Action, Object, hold};
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
