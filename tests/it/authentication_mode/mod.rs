//! `eks_authentication_mode`.

mod backwards;
mod coverage;
mod declared;
mod failures;
mod lifecycle;
mod others;
mod waits;

use eks_emulator::Emulator;
use serde_json::{Value as Json, json};

use crate::support::eks::{CLUSTER, World};

const TYPE: &str = "eks_authentication_mode";

/// Longer than any test runs.
const FOREVER: u64 = 3_600_000;

fn mode(mode: &str) -> Json {
    json!({ "cluster_name": CLUSTER, "authentication_mode": mode })
}

/// The mode that the cluster has.
fn live(world: &World) -> String {
    let cluster = world.emulator.cluster(CLUSTER).unwrap();
    cluster["accessConfig"]["authenticationMode"].as_str().unwrap().to_owned()
}

/// A world in [`CLUSTER`]'s mode, with that mode in the state already.
async fn managed(now: &str) -> World {
    let world = World::start_in(now).await;
    world.converge(TYPE, "x", mode(now)).await.unwrap();
    world.calls();
    world
}

/// Has every update take as long as the test wants.
fn hold_updates(world: &World) {
    world.emulator.settings(json!({ "update_duration_ms": FOREVER })).unwrap();
}

/// Returns once the operation was called that many times.
async fn called(emulator: &Emulator, operation: &str, times: usize) {
    while emulator.calls().iter().filter(|call| call.operation == operation).count() < times {
        tokio::task::yield_now().await;
    }
}

/// The changes of the log, without the answers: how often EKS was asked to change the mode.
fn changes(world: &World) -> Vec<(String, u16)> {
    let calls = world.emulator.calls();
    world.emulator.clear_calls();
    let changes = calls
        .into_iter()
        .filter(|call| !["Describe", "List", "Get"].iter().any(|read| call.operation.starts_with(read)));
    changes.map(|call| (call.operation, call.status)).collect()
}

/// So many accepted requests to change the mode.
fn steps(count: usize) -> Vec<(String, u16)> {
    vec![("UpdateClusterConfig".to_owned(), 200); count]
}
