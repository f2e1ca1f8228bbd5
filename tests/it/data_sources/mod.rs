//! The data sources.

mod access_entries;
mod access_entry;
mod access_policies;
mod authentication_mode;
mod aws_auth;
mod declared;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::support::core::{Diag, as_json};
use crate::support::eks::World;

/// A cluster that can have no entries, beside the one that every test finds.
const OLD: &str = "old";

async fn world(provider: Json) -> World {
    let world = World::start_with("API", provider).await;
    world.emulator.put_cluster(OLD, "CONFIG_MAP");
    world
}

/// What is found, without a warning.
async fn find(world: &World, type_name: &str, config: Json) -> Json {
    let found = world.data(type_name, config).await.unwrap();
    assert_eq!(found.warnings, []);
    as_json(&found.state)
}

/// The error of a search in vain.
async fn fail(world: &World, type_name: &str, config: Json) -> Diag {
    match world.data(type_name, config).await {
        Ok(found) => panic!("no error, but {}", as_json(&found.state)),
        Err(failure) => failure.only().clone(),
    }
}

/// How often each operation was called since the last look.
fn count(world: &World) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in world.emulator.calls() {
        *counts.entry(call.operation).or_default() += 1;
    }
    world.emulator.clear_calls();
    counts
}

/// The same, as it should be: an operation that was not called at all counts 0 here.
fn counts<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(operation, count)| (operation.to_owned(), count)).collect()
}
