//! Updates that do not succeed. What the state holds afterwards is what is true.

use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{TYPE, called, changes, hold_updates, live, managed, mode, steps};
use crate::support::core::{Action, Failure};
use crate::support::eks::{CLUSTER, World};

fn fail_updates(world: &World, outcome: &str) {
    let error = json!({ "errorCode": "AccessDenied", "errorMessage": "the cluster's role is gone" });
    world.emulator.settings(json!({ "update_outcome": outcome, "update_error": error })).unwrap();
}

fn mend_updates(world: &World) {
    world.emulator.settings(json!({ "update_outcome": "Successful", "update_duration_ms": 0 })).unwrap();
}

/// Applies the walk from CONFIG_MAP to API; its first step succeeds, its second fails.
async fn fail_at_the_second_step(world: &World) -> Failure {
    let plan = world.plan(TYPE, "x", mode("API")).await.unwrap();
    hold_updates(world);
    world.emulator.clear_calls();
    let eks = async {
        called(&world.emulator, "UpdateClusterConfig", 1).await;
        world.emulator.finish_updates(CLUSTER).unwrap();
        called(&world.emulator, "UpdateClusterConfig", 2).await;
        fail_updates(world, "Failed");
        world.emulator.finish_updates(CLUSTER).unwrap();
    };
    let (applied, ()) = tokio::join!(world.apply(plan), eks);
    assert_eq!(changes(world), steps(2));
    assert_eq!(live(world), "API_AND_CONFIG_MAP");
    applied.unwrap_err()
}

#[tokio::test]
async fn an_update_that_fails_is_an_error_with_what_eks_said() {
    for (outcome, words) in
        [("Failed", "ended as Failed; AccessDenied: the cluster's role is gone"), ("Cancelled", "ended as Cancelled")]
    {
        let world = World::start_in("CONFIG_MAP").await;
        fail_updates(&world, outcome);
        let plan = world.plan(TYPE, "x", mode("API")).await.unwrap();
        let failure = world.apply(plan).await.unwrap_err();
        let error = failure.only();
        assert_eq!(error.summary, "Cannot set authentication mode");
        assert!(error.detail.contains(words), "{}", error.detail);
        assert!(error.detail.contains("cluster dev"), "{}", error.detail);
        assert_eq!(changes(&world), steps(1));
        assert_eq!(live(&world), "CONFIG_MAP");
    }
}

/// Nothing was made that would have to be replaced: the next plan goes on from where the cluster is.
#[tokio::test]
async fn a_creation_that_fails_halfway_says_where_the_cluster_is() {
    let world = World::start_in("CONFIG_MAP").await;
    let failure = fail_at_the_second_step(&world).await;
    let detail = &failure.only().detail;
    assert!(detail.contains("The cluster was last seen in mode API_AND_CONFIG_MAP"), "{detail}");
    assert_eq!(world.state(TYPE, "x"), None);

    mend_updates(&world);
    assert_eq!(world.converge(TYPE, "x", mode("API")).await.unwrap().action, Action::Create);
    assert_eq!(changes(&world), steps(1));
}

#[tokio::test]
async fn an_update_that_fails_halfway_leaves_the_mode_that_was_reached() {
    let world = managed("CONFIG_MAP").await;
    let failure = fail_at_the_second_step(&world).await;
    let detail = &failure.only().detail;
    assert!(detail.contains("The cluster was last seen in mode API_AND_CONFIG_MAP"), "{detail}");
    assert_eq!(world.state(TYPE, "x").unwrap()["authentication_mode"], "API_AND_CONFIG_MAP");

    mend_updates(&world);
    assert_eq!(world.converge(TYPE, "x", mode("API")).await.unwrap().action, Action::Update);
    assert_eq!(changes(&world), steps(1));
}

#[tokio::test]
async fn a_change_that_is_denied() {
    for existing in [false, true] {
        let world = if existing { managed("CONFIG_MAP").await } else { World::start_in("CONFIG_MAP").await };
        let plan = world.plan(TYPE, "x", mode("API")).await.unwrap();
        world.emulator.add_fault(Fault::new("UpdateClusterConfig", FaultKind::AccessDenied));
        let failure = world.apply(plan).await.unwrap_err();
        assert_eq!(failure.only().summary, "Cannot set authentication mode");
        let mode = world.state(TYPE, "x").map(|state| state["authentication_mode"].clone());
        assert_eq!(mode, existing.then(|| json!("CONFIG_MAP")));
    }
}
