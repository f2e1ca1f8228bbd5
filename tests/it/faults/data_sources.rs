//! The data sources.

use serde_json::{Value as Json, json};

use super::matrix::{Action, Object, hold};
use super::{AWS_AUTH, EDIT, VIEW, covering, made_by_others};
use crate::support::eks::{CLUSTER, role};

fn data(type_name: &'static str, config: Json) -> Object {
    Object {
        type_name,
        mode: "API_AND_CONFIG_MAP",
        found: vec![made_by_others("viewer", &[VIEW]), made_by_others("editor", &[VIEW, EDIT])],
        first: config,
        ..Object::default()
    }
}

#[tokio::test]
async fn access_entry() {
    hold(data("eks_access_entry", json!({ "cluster_name": CLUSTER, "principal_arn": role("editor") })), Action::Data)
        .await;
}

#[tokio::test]
async fn access_entries() {
    hold(data("eks_access_entries", json!({ "cluster_name": CLUSTER })), Action::Data).await;
}

#[tokio::test]
async fn access_policies() {
    hold(data("eks_access_policies", json!({})), Action::Data).await;
}

/// EKS, and the cluster itself.
#[tokio::test]
async fn aws_auth() {
    let object = data("eks_aws_auth", json!({ "cluster_name": CLUSTER }));
    hold(Object { aws_auth: AWS_AUTH, found: covering(), ..object }, Action::Data).await;
}

#[tokio::test]
async fn authentication_mode() {
    hold(data("eks_authentication_mode", json!({ "cluster_name": CLUSTER })), Action::Data).await;
}
