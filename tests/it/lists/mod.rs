//! The list resources: what `terraform query` finds.

mod access_entry;
mod access_policy_association;
mod authentication_mode;
mod declared;
mod generated;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::support::core::{Diag, ListedObject, as_json};
use crate::support::eks::{CLUSTER, World, role};

/// More than there is of anything.
const ALL: usize = 10_000;

/// What a list finds, without a warning.
async fn find(world: &World, type_name: &str, config: Json, objects: bool, limit: usize) -> Vec<ListedObject> {
    let listed = world.list(type_name, config, objects, limit).await.unwrap();
    assert_eq!(listed.warnings, []);
    listed.found
}

/// The error of a list that fails.
async fn fail(world: &World, type_name: &str, config: Json) -> Diag {
    match world.list(type_name, config, true, ALL).await {
        Ok(listed) => panic!("no error, but {listed:?}"),
        Err(failure) => failure.only().clone(),
    }
}

/// What a list shows of what it found, without the part that is the same for all.
fn names(found: &[ListedObject]) -> Vec<&str> {
    found.iter().map(|object| object.display_name.rsplit('/').next().unwrap()).collect()
}

/// `of_cluster` is about [`CLUSTER`].
fn of_cluster(more: Json) -> Json {
    let mut config = json!({ "cluster_name": CLUSTER });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

/// What names an object of [`CLUSTER`], with the rest of it.
fn identity(more: Json) -> Json {
    of_cluster(json!({ "region": "us-east-1" }))
        .as_object()
        .unwrap()
        .clone()
        .into_iter()
        .chain(more.as_object().unwrap().clone())
        .collect()
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

/// An object as the state has it after an import.
async fn imported(world: &World, type_name: &str, found: &ListedObject) -> Json {
    as_json(&world.import_identity(type_name, "x", &as_json(&found.identity)).await.unwrap().state)
}

/// A service-linked role of EKS.
fn service_linked() -> String {
    role("aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS")
}
