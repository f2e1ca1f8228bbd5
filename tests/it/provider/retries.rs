use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{ask, operations, refused};
use crate::support::eks::World;

#[tokio::test]
async fn a_request_is_repeated_as_often_as_asked_for_and_no_more() {
    for retries in [0, 1] {
        let world = World::start_with("API", json!({ "max_retries": retries })).await;
        world.emulator.add_fault(Fault { times: 5, ..Fault::new("DescribeCluster", FaultKind::Throttle) });
        let error = refused(&world).await;
        assert!(error.contains("-parallelism"), "{error}");
        assert_eq!(operations(&world).len(), retries + 1);
    }
}

#[tokio::test]
async fn what_passes_is_not_noticed() {
    let world = World::start_with("API", json!({ "max_retries": 1, "retry_mode": "standard" })).await;
    world.emulator.add_fault(Fault::new("DescribeCluster", FaultKind::Throttle));
    ask(&world).await.unwrap();
    assert_eq!(operations(&world).len(), 2);
}
