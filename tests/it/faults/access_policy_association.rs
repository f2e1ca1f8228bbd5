//! `eks_access_policy_association`.

use serde_json::{Value as Json, json};

use super::matrix::{Action, Object, hold};
use super::{EDIT, VIEW, made_by_others};
use crate::support::eks::{CLUSTER, policy, role};

fn association() -> Object {
    let scoped = |scope: Json| json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer"), "policy_arn": VIEW, "access_scope": scope });
    Object {
        type_name: "eks_access_policy_association",
        mode: "API",
        found: vec![made_by_others("viewer", &[EDIT]), made_by_others("somebody", &[VIEW])],
        first: scoped(json!({ "type": "cluster" })),
        then: scoped(json!({ "type": "namespace", "namespaces": ["dev"] })),
        id: format!("{CLUSTER}#{}#{}", role("viewer"), policy(VIEW)),
        ..Object::default()
    }
}

#[tokio::test]
async fn create() {
    hold(association(), Action::Create).await;
}

#[tokio::test]
async fn read() {
    hold(association(), Action::Read).await;
}

#[tokio::test]
async fn update() {
    hold(association(), Action::Update).await;
}

#[tokio::test]
async fn delete() {
    hold(association(), Action::Delete).await;
}

#[tokio::test]
async fn import() {
    hold(association(), Action::Import).await;
}

#[tokio::test]
async fn import_by_identity() {
    hold(association(), Action::ImportByIdentity).await;
}
