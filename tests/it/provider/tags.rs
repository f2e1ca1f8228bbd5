use serde_json::{Value as Json, json};

use crate::support::core::{Action, as_json};
use crate::support::eks::{CLUSTER, World, role};

const TYPE: &str = "eks_access_entry";

fn entry(more: Json) -> Json {
    let mut config = json!({ "cluster_name": CLUSTER, "principal_arn": role("x") });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

/// Gives the entry these tags, and no others, behind the provider's back.
fn tag(world: &World, tags: Json) {
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("x"), "tags": tags })).unwrap();
}

#[tokio::test]
async fn ignored_tags_are_neither_shown_nor_removed() {
    let block = json!({
        "default_tags": { "tags": { "team": "a" } },
        "ignore_tags": { "keys": ["cost"], "key_prefixes": ["audit/"] },
    });
    let world = World::start_with("API", block).await;
    let config = entry(json!({ "tags": { "own": "1" } }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    let others =
        json!({ "team": "a", "own": "1", "cost": "9", "audit/by": "jane", "aws:cloudformation:stack-id": "s" });
    tag(&world, others);
    let again = world.converge(TYPE, "x", config).await.unwrap();
    assert_eq!(again.action, Action::NoOp);
    assert_eq!(as_json(&again.state)["tags_all"], json!({ "team": "a", "own": "1" }));

    world.changes();
    world.converge(TYPE, "x", entry(json!({ "tags": {} }))).await.unwrap();
    assert_eq!(world.changes(), ["UntagResource"]);
    let left = json!({ "team": "a", "cost": "9", "audit/by": "jane", "aws:cloudformation:stack-id": "s" });
    assert_eq!(world.entry(&role("x")).unwrap()["tags"], left);
}

#[tokio::test]
async fn adopting_an_entry_leaves_its_ignored_tags() {
    let world = World::start_with("API", json!({ "ignore_tags": { "keys": ["cost"] } })).await;
    tag(&world, json!({ "cost": "9", "old": "1" }));
    let config = entry(json!({ "on_conflict": "adopt", "tags": { "new": "1" } }));
    world.converge(TYPE, "x", config).await.unwrap();
    assert_eq!(world.entry(&role("x")).unwrap()["tags"], json!({ "cost": "9", "new": "1" }));
}

#[tokio::test]
async fn a_tag_that_the_configuration_sets_is_not_ignored() {
    let block = json!({
        "default_tags": { "tags": { "cost": "1" } },
        "ignore_tags": { "keys": ["cost", "own"] },
    });
    let world = World::start_with("API", block).await;
    let config = entry(json!({ "tags": { "own": "1" } }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    assert_eq!(world.entry(&role("x")).unwrap()["tags"], json!({ "cost": "1", "own": "1" }));
    tag(&world, json!({ "cost": "2" }));
    world.converge(TYPE, "x", config).await.unwrap();
    assert_eq!(world.entry(&role("x")).unwrap()["tags"], json!({ "cost": "1", "own": "1" }));
    world.converge(TYPE, "x", entry(json!({}))).await.unwrap();
    assert_eq!(world.entry(&role("x")).unwrap()["tags"], json!({ "cost": "1" }));
}
