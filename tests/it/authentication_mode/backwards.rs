//! What is refused before anything is changed.

use serde_json::json;

use super::{TYPE, changes, managed, mode, steps};
use crate::support::core::{Action, UNKNOWN};
use crate::support::eks::World;

const BACK: &str = "No way back to an earlier authentication mode";

#[tokio::test]
async fn pain_28_a_new_resource_is_held_against_the_live_mode() {
    for (from, to) in [("API", "API_AND_CONFIG_MAP"), ("API", "CONFIG_MAP"), ("API_AND_CONFIG_MAP", "CONFIG_MAP")] {
        let world = World::start_in(from).await;
        let failure = world.plan(TYPE, "x", mode(to)).await.unwrap_err();
        let error = failure.only();
        assert_eq!((error.summary.as_str(), error.path.as_str()), (BACK, "authentication_mode"));
        assert!(error.detail.contains(&format!("in mode {from}, and here it is to be {to}")), "{}", error.detail);
        assert_eq!(changes(&world), steps(0));
    }
}

#[tokio::test]
async fn pain_28_an_update_backwards_is_refused_at_plan() {
    for (from, to) in [("API", "API_AND_CONFIG_MAP"), ("API_AND_CONFIG_MAP", "CONFIG_MAP")] {
        let world = managed(from).await;
        let failure = world.plan(TYPE, "x", mode(to)).await.unwrap_err();
        let error = failure.only();
        assert_eq!((error.summary.as_str(), error.path.as_str()), (BACK, "authentication_mode"));
        assert_eq!(changes(&world), steps(0));
    }
}

/// Somebody else moved the cluster on: there is nothing to fight for, only a line to change.
#[tokio::test]
async fn pain_28_drift_forward_is_explained() {
    let world = managed("API_AND_CONFIG_MAP").await;
    world.emulator.set_cluster_mode("dev", "API");
    let failure = world.plan(TYPE, "x", mode("API_AND_CONFIG_MAP")).await.unwrap_err();
    let error = failure.only();
    assert_eq!((error.summary.as_str(), error.path.as_str()), (BACK, "authentication_mode"));
    assert!(error.detail.contains("If somebody has moved it on, write \"API\" here"), "{}", error.detail);

    assert_eq!(world.converge(TYPE, "x", mode("API")).await.unwrap().action, Action::NoOp);
    assert_eq!(changes(&world), steps(0));
}

#[tokio::test]
async fn a_cluster_that_moves_on_between_plan_and_apply() {
    let world = managed("CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", mode("API_AND_CONFIG_MAP")).await.unwrap();
    world.emulator.set_cluster_mode("dev", "API");
    let failure = world.apply(plan).await.unwrap_err();
    let error = failure.only();
    assert_eq!((error.summary.as_str(), error.path.as_str()), (BACK, "authentication_mode"));
    assert_eq!(world.state(TYPE, "x").unwrap()["authentication_mode"], "API");
}

#[tokio::test]
async fn what_is_no_mode() {
    let world = World::start().await;
    for text in ["api", "API_AND_CONFIGMAP", ""] {
        let failure = world.validate(TYPE, mode(text)).await.unwrap_err();
        let error = failure.only();
        assert_eq!(
            (error.summary.as_str(), error.path.as_str()),
            ("Unknown authentication mode", "authentication_mode")
        );
        assert!(error.detail.contains("CONFIG_MAP, API_AND_CONFIG_MAP and API"), "{}", error.detail);
    }
    assert_eq!(world.calls(), [""; 0]);
}

#[tokio::test]
async fn other_arguments() {
    let world = World::start().await;
    for (argument, value, path, summary) in [
        ("cluster_name", json!("not a cluster"), "cluster_name", "Invalid cluster name"),
        ("authentication_mode", json!(null), "authentication_mode", "Missing required argument"),
        ("timeouts", json!({ "update": "soon" }), "timeouts.update", "Invalid timeout"),
    ] {
        let mut config = mode("API");
        config[argument] = value;
        let failure = world.validate(TYPE, config).await.unwrap_err();
        let error = failure.only();
        assert_eq!((error.summary.as_str(), error.path.as_str()), (summary, path));
    }
}

#[tokio::test]
async fn what_is_not_known_yet_is_not_judged() {
    let world = World::start().await;
    for argument in ["cluster_name", "authentication_mode", "region"] {
        let mut config = mode("CONFIG_MAP");
        config[argument] = json!(UNKNOWN);
        world.plan(TYPE, "x", config).await.unwrap();
    }
}
