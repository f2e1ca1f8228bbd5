//! `eks_access_entry`, alone, with its policies, and taken over from somebody else.

use serde_json::{Value as Json, json};

use super::matrix::{Action, Object, hold};
use super::{ADMIN, EDIT, VIEW, made_by_others};
use crate::support::eks::{CLUSTER, role};

fn alone() -> Object {
    object(
        json!({ "kubernetes_groups": ["viewers"], "tags": { "team": "a", "gone": "1" } }),
        json!({ "kubernetes_groups": ["viewers", "auditors"], "tags": { "team": "b" } }),
    )
}

fn with_policies() -> Object {
    let everywhere = json!({ "access_scope": { "type": "cluster" } });
    let somewhere = json!({ "access_scope": { "type": "namespace", "namespaces": ["dev"] } });
    object(
        json!({ "access_policies": { VIEW: everywhere, EDIT: somewhere } }),
        json!({ "access_policies": { VIEW: somewhere, ADMIN: somewhere } }),
    )
}

/// The entry is there already, and differs in everything.
fn adopted() -> Object {
    let mut theirs = made_by_others("viewer", &[EDIT, ADMIN]);
    theirs["kubernetesGroups"] = json!(["theirs"]);
    theirs["tags"] = json!({ "theirs": "1" });
    let policies =
        json!({ VIEW: { "access_scope": { "type": "cluster" } }, EDIT: { "access_scope": { "type": "cluster" } } });
    let first = json!({
        "kubernetes_groups": ["ours"], "tags": { "ours": "1" }, "access_policies": policies, "on_conflict": "adopt"
    });
    let mut object = object(first, json!({ "on_conflict": "adopt" }));
    object.found.push(theirs);
    object
}

fn object(first: Json, then: Json) -> Object {
    let entry = |more: Json| {
        let mut config = json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer") });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    Object {
        type_name: "eks_access_entry",
        mode: "API",
        found: vec![made_by_others("somebody", &[VIEW])],
        first: entry(first),
        then: entry(then),
        id: format!("{CLUSTER}:{}", role("viewer")),
        ..Object::default()
    }
}

#[tokio::test]
async fn create() {
    hold(alone(), Action::Create).await;
}

#[tokio::test]
async fn read() {
    hold(alone(), Action::Read).await;
}

#[tokio::test]
async fn update() {
    hold(alone(), Action::Update).await;
}

#[tokio::test]
async fn delete() {
    hold(alone(), Action::Delete).await;
}

#[tokio::test]
async fn import() {
    hold(alone(), Action::Import).await;
}

#[tokio::test]
async fn import_by_identity() {
    hold(alone(), Action::ImportByIdentity).await;
}

#[tokio::test]
async fn create_with_policies() {
    hold(with_policies(), Action::Create).await;
}

#[tokio::test]
async fn read_with_policies() {
    hold(with_policies(), Action::Read).await;
}

#[tokio::test]
async fn update_with_policies() {
    hold(with_policies(), Action::Update).await;
}

#[tokio::test]
async fn delete_with_policies() {
    hold(with_policies(), Action::Delete).await;
}

#[tokio::test]
async fn adopt() {
    hold(adopted(), Action::Create).await;
}
