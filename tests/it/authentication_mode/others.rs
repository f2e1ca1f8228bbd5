//! Somebody else changes the cluster at the same time.

use super::{FOREVER, TYPE, called, changes, live, managed, mode, steps};
use crate::support::eks::{CLUSTER, World};

/// What a request meets while another update is in progress.
fn busy() -> (String, u16) {
    ("UpdateClusterConfig".to_owned(), 409)
}

#[tokio::test]
async fn another_update_is_waited_out() {
    for existing in [false, true] {
        let world =
            if existing { managed("API_AND_CONFIG_MAP").await } else { World::start_in("API_AND_CONFIG_MAP").await };
        let plan = world.plan(TYPE, "x", mode("API")).await.unwrap();
        world.emulator.start_update(CLUSTER, "VersionUpdate", FOREVER).unwrap();
        let eks = async {
            called(&world.emulator, "DescribeUpdate", 1).await;
            world.emulator.finish_updates(CLUSTER).unwrap();
        };
        let (applied, ()) = tokio::join!(world.apply(plan), eks);
        applied.unwrap();
        assert_eq!(changes(&world), [vec![busy()], steps(1)].concat());
        assert_eq!(live(&world), "API");
    }
}

#[tokio::test]
async fn somebody_elses_change_of_the_mode_is_not_repeated() {
    let world = managed("CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", mode("API_AND_CONFIG_MAP")).await.unwrap();
    world.emulator.start_mode_update(CLUSTER, "API_AND_CONFIG_MAP", FOREVER).unwrap();
    let eks = async {
        called(&world.emulator, "DescribeUpdate", 1).await;
        world.emulator.finish_updates(CLUSTER).unwrap();
    };
    let (applied, ()) = tokio::join!(world.apply(plan), eks);
    applied.unwrap();
    assert_eq!(changes(&world), [busy()]);
    assert_eq!(live(&world), "API_AND_CONFIG_MAP");
}

#[tokio::test]
async fn a_step_that_somebody_else_has_made_is_left_out() {
    let world = managed("CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", mode("API")).await.unwrap();
    world.emulator.set_cluster_mode(CLUSTER, "API_AND_CONFIG_MAP");
    world.apply(plan).await.unwrap();
    let refused = ("UpdateClusterConfig".to_owned(), 400);
    assert_eq!(changes(&world), [vec![refused], steps(1)].concat());
    assert_eq!(live(&world), "API");
}
