//! `eks_access_policy_association`.

mod calls;
mod declared;
mod entry;
mod import;
mod lifecycle;
mod lockout;
mod policy;
mod refusals;
mod scope;
mod taken_over;
mod validate;
mod walk;

use serde_json::{Value as Json, json};

use crate::support::eks::{CLUSTER, World, policy, role};

const TYPE: &str = "eks_access_policy_association";
const ENTRY: &str = "eks_access_entry";
const VIEW: &str = "AmazonEKSViewPolicy";
const EDIT: &str = "AmazonEKSEditPolicy";
const CLUSTER_ADMIN: &str = "AmazonEKSClusterAdminPolicy";

/// A world in which `viewer` has an entry without policies.
async fn world() -> World {
    let world = World::start().await;
    put_entry(&world, "viewer", &[]);
    world
}

/// Has an entry made by somebody else, with these policies for the whole cluster.
fn put_entry(world: &World, name: &str, policies: &[&str]) {
    let policies: Vec<_> = policies
        .iter()
        .map(|name| json!({ "policyArn": policy(name), "accessScope": { "type": "cluster" } }))
        .collect();
    let entry = json!({ "principalArn": role(name), "accessPolicies": policies });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
}

/// A policy for the whole cluster.
fn association(name: &str, policy: &str) -> Json {
    scoped(name, policy, json!({ "type": "cluster" }))
}

/// A policy for some namespaces.
fn in_namespaces(name: &str, policy: &str, namespaces: &[&str]) -> Json {
    scoped(name, policy, json!({ "type": "namespace", "namespaces": namespaces }))
}

fn scoped(name: &str, policy: &str, scope: Json) -> Json {
    json!({ "cluster_name": CLUSTER, "principal_arn": role(name), "policy_arn": policy, "access_scope": scope })
}

/// The same configuration, with other values for some arguments.
fn with(mut config: Json, more: Json) -> Json {
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

/// The policies that EKS has for a role, by name, each with its scope.
fn policies(world: &World, name: &str) -> Json {
    let entry = world.entry(&role(name)).unwrap();
    let policies = entry["associatedAccessPolicies"].as_array().unwrap().iter();
    let name = |policy: &Json| policy["policyArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    policies.map(|policy| (name(policy), policy["accessScope"].clone())).collect::<serde_json::Map<_, _>>().into()
}
