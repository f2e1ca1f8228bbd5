//! `eks_access_entries_exclusive`.

use serde_json::json;

use super::matrix::{Action, Object, hold};
use super::{EDIT, VIEW, made_by_others};
use crate::support::eks::{CLUSTER, role};

fn exclusive() -> Object {
    let set = |names: &[&str]| {
        let principals: Vec<_> = names.iter().map(|name| role(name)).collect();
        json!({ "cluster_name": CLUSTER, "principal_arns": principals })
    };
    let entries = [("viewer", VIEW), ("editor", EDIT), ("leaver", EDIT), ("mover", VIEW)];
    Object {
        type_name: "eks_access_entries_exclusive",
        mode: "API",
        found: entries.map(|(name, policy)| made_by_others(name, &[policy])).to_vec(),
        // A new set removes nobody, so everybody is in it.
        first: set(&["viewer", "editor", "leaver", "mover"]),
        then: set(&["viewer", "editor"]),
        id: CLUSTER.to_owned(),
        ..Object::default()
    }
}

#[tokio::test]
async fn create() {
    hold(exclusive(), Action::Create).await;
}

#[tokio::test]
async fn read() {
    hold(exclusive(), Action::Read).await;
}

#[tokio::test]
async fn update() {
    hold(exclusive(), Action::Update).await;
}

#[tokio::test]
async fn delete() {
    hold(exclusive(), Action::Delete).await;
}

#[tokio::test]
async fn import() {
    hold(exclusive(), Action::Import).await;
}

#[tokio::test]
async fn import_by_identity() {
    hold(exclusive(), Action::ImportByIdentity).await;
}
