//! A creation that takes effect and whose answer is lost, where EKS makes nothing of a token that comes again: what comes of
//! the token is not documented.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::VIEW;
use super::truth::import_id;
use crate::support::core::Action;
use crate::support::eks::{CLUSTER, World, role};

const TYPE: &str = "eks_access_entry";

fn viewer(more: Json) -> Json {
    let mut config = json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer") });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

async fn world(provider: Json) -> World {
    let world = World::start_with("API", provider).await;
    world.emulator.settings(json!({ "replay_tokens": false })).unwrap();
    world
}

fn lose_answers(world: &World, times: u32) {
    world.emulator.add_fault(Fault { times, ..Fault::new("CreateAccessEntry", FaultKind::DropAfter) });
}

/// The second try meets what the first has made.
#[tokio::test]
async fn the_entry_is_recognised() {
    for config in [
        viewer(json!({})),
        viewer(json!({ "kubernetes_groups": ["a"], "user_name": "viewer", "tags": { "team": "a" } })),
        viewer(json!({ "type": "EC2_LINUX" })),
        viewer(json!({ "access_policies": { VIEW: { "access_scope": { "type": "cluster" } } } })),
    ] {
        let world = world(json!({})).await;
        lose_answers(&world, 1);
        assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Create);
        let made = world.changes().into_iter().filter(|call| call.starts_with("CreateAccessEntry")).count();
        assert_eq!(made, 2);
    }
}

/// Of an entry that EKS refuses to make a second time, "no such entry" only means that not all of EKS has heard of it.
#[tokio::test]
async fn the_entry_is_recognised_when_it_shows_late() {
    let world = world(json!({})).await;
    // The SDK may take a second for its second try.
    world.emulator.settings(json!({ "entry_visible_after_ms": 1500 })).unwrap();
    lose_answers(&world, 1);
    assert_eq!(world.converge(TYPE, "x", viewer(json!({}))).await.unwrap().action, Action::Create);
}

/// Nothing is tried again, and yet it is there.
#[tokio::test]
async fn the_entry_is_looked_for_when_no_answer_came_at_all() {
    let world = world(json!({ "max_retries": 0 })).await;
    lose_answers(&world, 1);
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    assert_eq!(world.changes(), ["CreateAccessEntry viewer"]);
}

/// What somebody else has made in between is not taken for our own.
#[tokio::test]
async fn another_entry_is_not_taken_for_it() {
    let world = world(json!({})).await;
    let plan = world.plan(TYPE, "x", viewer(json!({ "kubernetes_groups": ["ours"] }))).await.unwrap();
    world.emulator.add_fault(Fault::new("CreateAccessEntry", FaultKind::Drop));
    let theirs = json!({ "principalArn": role("viewer"), "kubernetesGroups": ["theirs"] });
    world.emulator.put_entry(CLUSTER, theirs).unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert_eq!(import_id(&failure), Some(format!("{CLUSTER}:{}", role("viewer"))));
    assert_eq!(world.state(TYPE, "x"), None);
}

/// A conflict without a lost answer is somebody else's entry, be it the same to the letter.
#[tokio::test]
async fn an_entry_that_answers_at_once_is_not_taken_for_it() {
    let world = world(json!({})).await;
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("viewer") })).unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert!(import_id(&failure).is_some(), "{failure:?}");
    assert_eq!(world.state(TYPE, "x"), None);
}
