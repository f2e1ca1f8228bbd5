//! Tags: the entry's own, the provider's, and both together.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{TYPE, viewer};
use crate::support::core::{Action, UNKNOWN};
use crate::support::eks::{World, role};

/// With `team = a` and `env = dev` for every object.
async fn with_default_tags() -> World {
    let provider = json!({ "default_tags": { "tags": { "team": "a", "env": "dev" } } });
    let world = World::start_with("API", provider).await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.changes();
    world
}

fn tagged(tags: Json) -> Json {
    viewer(json!({ "tags": tags }))
}

fn found(world: &World) -> Json {
    world.entry(&role("viewer")).unwrap()["tags"].clone()
}

#[tokio::test]
async fn the_providers_tags_are_on_the_entry_and_not_among_its_own() {
    let world = with_default_tags().await;
    assert_eq!(found(&world), json!({ "team": "a", "env": "dev" }));
    let state = world.state(TYPE, "x").unwrap();
    assert_eq!((&state["tags"], &state["tags_all"]), (&json!({}), &json!({ "team": "a", "env": "dev" })));
}

#[tokio::test]
async fn the_entrys_own_tag_goes_before_the_providers() {
    let world = with_default_tags().await;
    world.converge(TYPE, "x", tagged(json!({ "team": "b", "own": "1" }))).await.unwrap();
    assert_eq!(world.changes(), ["TagResource"]);
    assert_eq!(found(&world), json!({ "team": "b", "env": "dev", "own": "1" }));
    let state = world.state(TYPE, "x").unwrap();
    assert_eq!(state["tags"], json!({ "team": "b", "own": "1" }));
    assert_eq!(state["tags_all"], json!({ "team": "b", "env": "dev", "own": "1" }));

    world.converge(TYPE, "x", tagged(json!({}))).await.unwrap();
    assert_eq!(world.changes(), ["TagResource", "UntagResource"]);
    assert_eq!(found(&world), json!({ "team": "a", "env": "dev" }));
}

#[tokio::test]
async fn the_providers_tag_said_again_is_no_call() {
    let world = with_default_tags().await;
    world.converge(TYPE, "x", tagged(json!({ "team": "a" }))).await.unwrap();
    assert_eq!(world.changes(), [""; 0]);
}

#[tokio::test]
async fn tags_changed_behind_terraforms_back_are_put_right() {
    let world = with_default_tags().await;
    let config = tagged(json!({ "own": "1" }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    for (drift, calls) in [
        (json!({ "team": "a", "env": "dev", "own": "2" }), &["TagResource"][..]),
        (json!({ "team": "a", "env": "dev" }), &["TagResource"]),
        (json!({ "team": "b", "env": "dev", "own": "1" }), &["TagResource"]),
        (json!({ "env": "dev", "own": "1" }), &["TagResource"]),
        (json!({ "team": "a", "env": "dev", "own": "1", "added": "1" }), &["UntagResource"]),
        (json!({ "added": "1" }), &["TagResource", "UntagResource"]),
    ] {
        world.emulator.put_entry("dev", json!({ "principalArn": role("viewer"), "tags": drift })).unwrap();
        world.changes();
        assert_eq!(world.converge(TYPE, "x", config.clone()).await.unwrap().action, Action::Update, "{drift}");
        assert_eq!(world.changes(), calls, "{drift}");
        assert_eq!(found(&world), json!({ "team": "a", "env": "dev", "own": "1" }), "{drift}");
    }
}

#[tokio::test]
async fn no_tags_and_an_empty_map_are_the_same() {
    for default in [json!({}), json!({ "default_tags": { "tags": { "team": "a" } } })] {
        let world = World::start_with("API", default).await;
        for tags in [json!({}), Json::Null, json!({})] {
            world.converge(TYPE, "x", tagged(tags)).await.unwrap();
        }
        assert_eq!(world.changes(), ["CreateAccessEntry viewer"]);
    }
}

#[tokio::test]
async fn a_tag_known_only_after_apply() {
    let world = with_default_tags().await;
    let plan = world.plan(TYPE, "x", tagged(json!({ "own": UNKNOWN }))).await.unwrap();
    assert_eq!(plan.action, Action::Update);
    world.apply_with(plan, tagged(json!({ "own": "1" }))).await.unwrap();
    assert_eq!(found(&world), json!({ "team": "a", "env": "dev", "own": "1" }));
    let plan = world.plan(TYPE, "x", tagged(json!(UNKNOWN))).await.unwrap();
    world.apply_with(plan, tagged(json!({}))).await.unwrap();
    assert_eq!(found(&world), json!({ "team": "a", "env": "dev" }));
}

/// So many tags that there is no room for those to come next to those to go.
fn many(prefix: &str) -> Json {
    (0..40).map(|number| (format!("{prefix}{number}"), json!("1"))).collect::<serde_json::Map<_, _>>().into()
}

#[tokio::test]
async fn tags_that_are_all_renamed_leave_before_the_new_ones_come_where_both_are_too_many() {
    for adopts in [false, true] {
        let world = World::start().await;
        world.converge(TYPE, "x", tagged(many("old"))).await.unwrap();
        let mut config = tagged(many("new"));
        if adopts {
            world.forget(TYPE, "x");
            config["on_conflict"] = "adopt".into();
        }
        world.new_walk().await.unwrap();
        world.calls();
        world.converge(TYPE, "x", config).await.unwrap();
        assert!(world.changes().ends_with(&["UntagResource".to_owned(), "TagResource".to_owned()]));
        assert_eq!(found(&world), many("new"));
    }
}

/// What is in the state is what is on the entry, whichever of the two calls fails.
#[tokio::test]
async fn what_was_done_of_the_tags_is_in_the_state_when_the_rest_fails() {
    for (from, to, fails, left) in [
        (many("old"), many("new"), "UntagResource", many("old")),
        (many("old"), many("new"), "TagResource", json!({})),
        (json!({ "old": "1" }), json!({ "new": "1" }), "TagResource", json!({ "old": "1" })),
        (json!({ "old": "1" }), json!({ "new": "1" }), "UntagResource", json!({ "old": "1", "new": "1" })),
    ] {
        let world = World::start().await;
        world.converge(TYPE, "x", tagged(from)).await.unwrap();
        world.emulator.add_fault(Fault::new(fails, FaultKind::AccessDenied));
        let plan = world.plan(TYPE, "x", tagged(to.clone())).await.unwrap();
        world.apply(plan).await.unwrap_err();
        let state = world.state(TYPE, "x").unwrap();
        assert_eq!((&state["tags"], &state["tags_all"]), (&left, &left), "{fails}");
        assert_eq!(found(&world), left, "{fails}");
        world.converge(TYPE, "x", tagged(to.clone())).await.unwrap();
        assert_eq!(found(&world), to);
    }
}
