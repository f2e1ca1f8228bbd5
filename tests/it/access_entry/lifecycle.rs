//! From create to destroy.

use serde_json::json;

use super::{TYPE, entry};
use crate::support::core::{Action, as_json};
use crate::support::eks::{World, role};

#[tokio::test]
async fn basic() {
    let world = World::start().await;
    let created = world.converge(TYPE, "x", entry(&role("team/viewer"), json!({}))).await.unwrap();
    assert_eq!(created.action, Action::Create);
    let state = as_json(&created.state);
    assert_eq!(state["type"], "STANDARD");
    assert_eq!(state["user_name"], "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}");
    assert_eq!(state["kubernetes_groups"], json!([]));
    assert_eq!(state["id"], "dev:arn:aws:iam::111122223333:role/team/viewer");
    assert_eq!(world.changes(), ["CreateAccessEntry viewer"]);

    world.destroy(TYPE, "x").await.unwrap();
    assert_eq!(world.changes(), ["DeleteAccessEntry viewer"]);
    assert_eq!(world.entry(&role("team/viewer")), None);
}

#[tokio::test]
async fn disappears() {
    let world = World::start().await;
    let config = entry(&role("viewer"), json!({}));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    assert!(world.emulator.remove_entry("dev", &role("viewer")));
    world.new_walk().await.unwrap();
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    assert_eq!(plan.action, Action::Create);
}
