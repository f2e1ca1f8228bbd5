//! The list resources.

use serde_json::{Value as Json, json};

use super::matrix::{Action, Object, hold};
use super::{EDIT, VIEW, made_by_others};
use crate::support::eks::CLUSTER;

async fn list(type_name: &'static str, config: Json) {
    let found = vec![made_by_others("viewer", &[VIEW]), made_by_others("editor", &[VIEW, EDIT])];
    hold(Object { type_name, mode: "API", found, first: config, ..Object::default() }, Action::List).await;
}

#[tokio::test]
async fn access_entry() {
    list("eks_access_entry", json!({ "cluster_name": CLUSTER })).await;
}

#[tokio::test]
async fn access_policy_association() {
    list("eks_access_policy_association", json!({ "cluster_name": CLUSTER })).await;
}

#[tokio::test]
async fn authentication_mode() {
    list("eks_authentication_mode", json!({})).await;
}
