use serde_json::json;

use super::{ask, operations, refused};
use crate::support::eks::World;

const MINUTE_MS: i64 = 60 * 1000;

const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

#[tokio::test]
async fn a_machine_that_is_a_day_off_reads_both_times() {
    for (ahead, off) in [(DAY_MS + MINUTE_MS, "1 day 0 h slow"), (-DAY_MS - MINUTE_MS, "1 day 0 h fast")] {
        let world = World::start_with("API", json!({ "max_retries": 0 })).await;
        world.emulator.settings(json!({ "clock_ahead_ms": ahead })).unwrap();
        let error = refused(&world).await;
        for told in [
            "InvalidSignatureException",
            "This machine's clock says ",
            ", AWS's says ",
            off,
            "Set this machine's clock",
        ] {
            assert!(error.contains(told), "{told}: {error}");
        }
    }
}

/// The roles come before the first call to EKS.
#[tokio::test]
async fn a_machine_that_is_a_day_off_reads_both_times_when_a_role_is_refused() {
    let role = "arn:aws:iam::999922223333:role/deployer";
    let world = World::start_with("API", json!({ "assume_role": [{ "role_arn": role }], "max_retries": 0 })).await;
    world.emulator.settings(json!({ "clock_ahead_ms": DAY_MS + MINUTE_MS })).unwrap();
    let error = refused(&world).await;
    for told in [role, "SignatureDoesNotMatch", "This machine's clock says ", "1 day 0 h slow"] {
        assert!(error.contains(told), "{told}: {error}");
    }
}

/// The SDK learns the time from the refusal, and keeps it: one call too many, and only the first time.
#[tokio::test]
async fn a_machine_that_is_a_day_off_works_unless_retries_are_off() {
    let world = World::start_with("API", json!({ "max_retries": 1 })).await;
    world.emulator.settings(json!({ "clock_ahead_ms": DAY_MS })).unwrap();
    ask(&world).await.unwrap();
    assert_eq!(operations(&world), ["DescribeCluster", "DescribeCluster"]);
}
