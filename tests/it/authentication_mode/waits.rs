//! The end of a step is waited for: within the time allowed, and not after a stop.

use serde_json::json;

use super::{TYPE, called, changes, hold_updates, live, managed, mode, steps};
use crate::support::core::Action;
use crate::support::eks::{CLUSTER, World};

#[tokio::test]
async fn each_step_is_waited_for() {
    let world = World::start_in("CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", mode("API")).await.unwrap();
    hold_updates(&world);
    let eks = async {
        for step in 1..=2 {
            called(&world.emulator, "UpdateClusterConfig", step).await;
            called(&world.emulator, "DescribeUpdate", 2 * step - 1).await;
            world.emulator.finish_updates(CLUSTER).unwrap();
        }
    };
    let (applied, ()) = tokio::join!(world.apply(plan), eks);
    applied.unwrap();
    assert_eq!(changes(&world), steps(2));
    assert_eq!(live(&world), "API");
}

#[tokio::test]
async fn a_creation_that_runs_out_of_time_goes_on_with_the_next_apply() {
    let world = World::start_in("API_AND_CONFIG_MAP").await;
    let mut config = mode("API");
    config["timeouts"] = json!({ "create": "5s" });
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    hold_updates(&world);
    let failure = world.apply(plan).await.unwrap_err();
    let detail = &failure.only().detail;
    assert!(detail.contains("raise the limit in the timeouts block"), "{detail}");
    assert!(detail.contains("The cluster was last seen in mode API_AND_CONFIG_MAP"), "{detail}");
    assert_eq!(world.state(TYPE, "x"), None);
    assert_eq!(changes(&world), steps(1));

    world.emulator.finish_updates(CLUSTER).unwrap();
    assert_eq!(world.converge(TYPE, "x", mode("API")).await.unwrap().action, Action::Create);
    assert_eq!(changes(&world), steps(0));
}

#[tokio::test]
async fn an_update_that_runs_out_of_time_leaves_the_mode_that_was_reached() {
    let world = managed("API_AND_CONFIG_MAP").await;
    let mut config = mode("API");
    config["timeouts"] = json!({ "update": "1s" });
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    hold_updates(&world);
    let failure = world.apply(plan).await.unwrap_err();
    assert!(failure.only().detail.contains("raise the limit in the timeouts block"), "{}", failure.only().detail);
    assert_eq!(world.state(TYPE, "x").unwrap()["authentication_mode"], "API_AND_CONFIG_MAP");
}

/// The update would go on for an hour.
#[tokio::test]
async fn a_stop_ends_the_wait() {
    let world = managed("API_AND_CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", mode("API")).await.unwrap();
    hold_updates(&world);
    let stop = async {
        called(&world.emulator, "DescribeUpdate", 1).await;
        world.stop().await.unwrap();
    };
    let (applied, ()) = tokio::join!(world.apply(plan), stop);
    let failure = applied.unwrap_err();
    let detail = &failure.only().detail;
    assert!(detail.contains("Terraform was interrupted"), "{detail}");
    assert_eq!(world.state(TYPE, "x").unwrap()["authentication_mode"], "API_AND_CONFIG_MAP");
}

/// While another update is in progress, the change has not even been asked for.
#[tokio::test]
async fn a_stop_ends_the_wait_for_somebody_else() {
    let world = managed("API_AND_CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", mode("API")).await.unwrap();
    world.emulator.start_update(CLUSTER, "VersionUpdate", super::FOREVER).unwrap();
    let stop = async {
        called(&world.emulator, "DescribeUpdate", 1).await;
        world.stop().await.unwrap();
    };
    let (applied, ()) = tokio::join!(world.apply(plan), stop);
    assert!(applied.unwrap_err().only().detail.contains("Terraform was interrupted"));
    assert_eq!(live(&world), "API_AND_CONFIG_MAP");
}
