//! `eks_access_entries_exclusive`.

mod calls;
mod collisions;
mod declared;
mod failures;
mod known_after_apply;
mod left_alone;
mod lifecycle;
mod lockout;
mod removals;

use serde_json::{Value as Json, json};

use crate::support::core::{Diag, Plan, as_json};
use crate::support::eks::{CLUSTER, World, role};

const TYPE: &str = "eks_access_entries_exclusive";
const ENTRY: &str = "eks_access_entry";

/// A world whose cluster has entries for these roles, made by somebody else.
async fn world(names: &[&str]) -> World {
    let world = World::start().await;
    names.iter().for_each(|name| put_entry(&world, name));
    world
}

fn put_entry(world: &World, name: &str) {
    put_typed(world, &role(name), "STANDARD");
}

fn put_typed(world: &World, principal: &str, entry_type: &str) {
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": principal, "type": entry_type })).unwrap();
}

/// The set of these roles.
fn set(names: &[&str]) -> Json {
    let principals: Vec<_> = names.iter().map(|name| role(name)).collect();
    json!({ "cluster_name": CLUSTER, "principal_arns": principals })
}

/// The same configuration, with other values for some arguments.
fn with(mut config: Json, more: Json) -> Json {
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

/// The names of the roles that have an entry.
fn entries(world: &World) -> Vec<String> {
    let entries = world.emulator.entries(CLUSTER);
    let name = |entry: &Json| entry["principalArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    entries.iter().map(name).collect()
}

/// The names of the roles that `principal_arns` holds, in the order of their ARNs.
fn named(state: &Json) -> Vec<String> {
    let principals = state["principal_arns"].as_array().unwrap().iter();
    let mut names: Vec<_> =
        principals.map(|arn| arn.as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// The warning that names who is too many and not shown in the plan, if there is one.
fn announced(plan: &Plan) -> Option<&Diag> {
    let summary = "Access entries are left to the next plan: cluster ";
    plan.warnings.iter().find(|warning| warning.summary.starts_with(summary))
}

/// Makes the set, and applies the plan after it, which shows who is too many.
async fn enforce(world: &World, config: Json) {
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    world.apply(plan).await.unwrap();
    world.converge(TYPE, "x", config).await.unwrap();
}

/// Whom the plan shows as taken out of the set.
fn taken_out(plan: &Plan) -> Vec<String> {
    let planned = named(&as_json(&plan.planned));
    named(&as_json(&plan.prior)).into_iter().filter(|name| !planned.contains(name)).collect()
}
