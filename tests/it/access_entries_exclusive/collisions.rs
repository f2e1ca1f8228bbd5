//! Entries that another resource of the same plan has.

use serde_json::{Value as Json, json};

use super::{ENTRY, TYPE, entries, put_typed, set, with};
use crate::support::core::{Action, Failure};
use crate::support::eks::{CLUSTER, World, role};

fn entry(name: &str) -> Json {
    json!({ "cluster_name": CLUSTER, "principal_arn": role(name) })
}

#[track_caller]
fn refused(failure: Failure, name: &str) {
    let error = failure.only();
    assert_eq!(error.summary, "Managed and excluded at once");
    assert!(error.detail.contains(&role(name)), "{}", error.detail);
    assert!(error.detail.contains("Add it to principal_arns, or to ignore"), "{}", error.detail);
}

/// A world in which a resource has the entry of `a`.
async fn managed() -> World {
    let world = World::start().await;
    world.converge(ENTRY, "a", entry("a")).await.unwrap();
    world.calls();
    world
}

/// One that is there, and one that this very plan makes.
#[tokio::test]
async fn an_entry_that_is_managed_but_not_named_in_either_order() {
    for is_new in [false, true] {
        for set_first in [false, true] {
            let world = if is_new { World::start().await } else { managed().await };
            world.new_walk().await.unwrap();
            let (failure, path) = if set_first {
                world.plan(TYPE, "x", set(&[])).await.unwrap();
                (world.plan(ENTRY, "a", entry("a")).await.unwrap_err(), "principal_arn")
            } else {
                world.plan(ENTRY, "a", entry("a")).await.unwrap();
                (world.plan(TYPE, "x", set(&[])).await.unwrap_err(), "principal_arns")
            };
            assert_eq!(failure.only().path, path);
            refused(failure, "a");
            assert_eq!(world.changes(), [""; 0]);
        }
    }
}

/// Whether somebody's own entry would be removed depends on who runs this; whether it is named does not.
#[tokio::test]
async fn an_entry_of_whoever_runs_this_is_no_exception() {
    let world = World::start().await;
    world.plan(ENTRY, "a", entry("admin")).await.unwrap();
    refused(world.plan(TYPE, "x", set(&[])).await.unwrap_err(), "admin");
}

#[tokio::test]
async fn two_sets_for_one_cluster_in_either_order() {
    let world = World::start().await;
    world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    let failure = world.plan(TYPE, "y", set(&["b"])).await.unwrap_err();
    assert_eq!(failure.only().summary, "Managed twice");
    let detail = &failure.only().detail;
    assert!(detail.contains("cluster dev in us-east-1") && detail.contains("principal_arns"), "{detail}");

    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    for (first, second) in [("x", "y"), ("y", "x")] {
        world.new_walk().await.unwrap();
        world.plan(TYPE, first, set(&["a"])).await.unwrap();
        assert_eq!(world.plan(TYPE, second, set(&["a"])).await.unwrap_err().only().summary, "Managed twice");
    }
}

/// Forgetting one set and making another removes nobody, so a new name needs no `moved` block.
#[tokio::test]
async fn a_set_under_a_new_name() {
    let world = managed().await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    world.new_walk().await.unwrap();
    world.plan_destroy(TYPE, "x").await.unwrap();
    world.plan(TYPE, "y", set(&["a"])).await.unwrap();
}

#[tokio::test]
async fn the_same_once_the_set_is_there() {
    let world = managed().await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    world.new_walk().await.unwrap();
    world.plan(ENTRY, "a", entry("a")).await.unwrap();
    refused(world.plan(TYPE, "x", set(&[])).await.unwrap_err(), "a");
}

#[tokio::test]
async fn an_entry_that_is_ignored_may_be_managed() {
    let world = managed().await;
    world.new_walk().await.unwrap();
    world.plan(ENTRY, "a", entry("a")).await.unwrap();
    world.plan(TYPE, "x", with(set(&[]), json!({ "ignore": [role("a")] }))).await.unwrap();
}

/// An entry of nodes is left alone, so it may be managed and not named, also once it was.
#[tokio::test]
async fn an_entry_of_nodes_may_be_managed() {
    let world = World::start().await;
    put_typed(&world, &role("node"), "EC2_LINUX");
    world.import(ENTRY, "node", &format!("dev:{}", role("node"))).await.unwrap();
    let node = with(entry("node"), json!({ "type": "EC2_LINUX" }));
    world.converge(TYPE, "x", set(&["node"])).await.unwrap();
    world.new_walk().await.unwrap();
    assert_eq!(world.plan(ENTRY, "node", node).await.unwrap().action, Action::NoOp);
    world.plan(TYPE, "x", set(&[])).await.unwrap();
}

/// The usual way for somebody to leave: out of the set, and the entry out of the configuration.
#[tokio::test]
async fn an_entry_that_goes_with_its_name() {
    for set_first in [true, false] {
        let world = managed().await;
        world.converge(TYPE, "x", set(&["a"])).await.unwrap();
        world.new_walk().await.unwrap();
        let smaller = world.plan(TYPE, "x", set(&[])).await.unwrap();
        let gone = world.plan_destroy(ENTRY, "a").await.unwrap();
        let (first, second) = if set_first { (smaller, gone) } else { (gone, smaller) };
        world.apply(first).await.unwrap();
        world.apply(second).await.unwrap();
        assert_eq!(entries(&world), [""; 0]);
    }
}

#[tokio::test]
async fn sets_of_other_clusters_do_not_collide() {
    let world = managed().await;
    world.emulator.put_cluster("prod", "API");
    world.new_walk().await.unwrap();
    world.plan(ENTRY, "a", entry("a")).await.unwrap();
    world.plan(TYPE, "x", with(set(&[]), json!({ "cluster_name": "prod" }))).await.unwrap();
    world.emulator.put_cluster_in("eu-west-1", CLUSTER, "API");
    world.plan(TYPE, "y", with(set(&[]), json!({ "region": "eu-west-1" }))).await.unwrap();
}
