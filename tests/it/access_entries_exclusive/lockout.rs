//! A set that takes the last administrator says so.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{TYPE, put_entry, set, world};
use crate::support::core::Plan;
use crate::support::eks::{CLUSTER, World, policy, role};

const LAST: &str = "This plan removes the last cluster administrator";

pub(super) fn administrator(world: &World, name: &str, scope: Json) {
    let policy = json!({ "policyArn": policy("AmazonEKSClusterAdminPolicy"), "accessScope": scope });
    let entry = json!({ "principalArn": role(name), "accessPolicies": [policy] });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
}

fn said(plan: &Plan) -> Vec<&str> {
    plan.warnings.iter().map(|warning| warning.summary.as_str()).filter(|summary| summary.starts_with(LAST)).collect()
}

/// What is said of these roles. Each has a summary of its own: of several that are the same, Terraform shows the first.
fn last(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{LAST}: {} on cluster dev in us-east-1", role(name))).collect()
}

pub(super) fn everywhere() -> Json {
    json!({ "type": "cluster" })
}

/// A new set removes nobody; the plan after it does.
#[tokio::test]
async fn pain_35_the_last_administrator_that_a_new_set_does_not_name() {
    let world = world(&["a"]).await;
    administrator(&world, "ops", everywhere());
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(said(&plan), [""; 0]);
    world.apply(plan).await.unwrap();
    assert_eq!(said(&world.plan(TYPE, "x", set(&["a"])).await.unwrap()), last(&["ops"]));
}

#[tokio::test]
async fn pain_35_the_last_administrator_is_no_longer_named() {
    let world = world(&["a"]).await;
    administrator(&world, "ops", everywhere());
    world.converge(TYPE, "x", set(&["a", "ops"])).await.unwrap();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(said(&plan), last(&["ops"]));
}

#[tokio::test]
async fn two_that_go_at_once_are_the_last_together() {
    for (names, expected) in [(vec!["a", "root"], vec![]), (vec!["a"], vec!["root"])] {
        let world = world(&["a"]).await;
        administrator(&world, "ops", everywhere());
        administrator(&world, "root", everywhere());
        world.import(TYPE, "x", "dev").await.unwrap();
        assert_eq!(said(&world.plan(TYPE, "x", set(&names)).await.unwrap()), last(&expected));
    }
}

/// Whoever administers a few namespaces is not the last administrator of the cluster.
#[tokio::test]
async fn an_administrator_of_namespaces_is_none() {
    let world = world(&["a"]).await;
    administrator(&world, "ops", json!({ "type": "namespace", "namespaces": ["x"] }));
    put_entry(&world, "b");
    world.import(TYPE, "x", "dev").await.unwrap();
    assert_eq!(said(&world.plan(TYPE, "x", set(&["a"])).await.unwrap()), [""; 0]);
}

/// The list of entries is read anyway; who has cluster-admin rights is one question more.
#[tokio::test]
async fn an_administrator_of_whom_nobody_can_tell() {
    let cannot_tell = "Cannot tell whether this plan removes the last cluster administrator: cluster dev in us-east-1";
    for guard in ["warn", "refuse"] {
        let world = World::start_with("API", json!({ "lockout_guard": guard })).await;
        ["a", "b", "c"].iter().for_each(|name| administrator(&world, name, everywhere()));
        world.converge(TYPE, "x", set(&["a", "b", "c"])).await.unwrap();
        let denied = Fault::new("ListAssociatedAccessPolicies", FaultKind::AccessDenied);
        world.emulator.add_fault(Fault { times: 9, ..denied });
        let planned = world.plan(TYPE, "x", set(&["a"])).await;
        let summaries: Vec<_> = match planned {
            Ok(plan) => plan.warnings.into_iter().map(|warning| warning.summary).collect(),
            Err(failure) => vec![format!("refused: {}", failure.only().summary)],
        };
        let refused = if guard == "refuse" { "refused: " } else { "" };
        assert_eq!(summaries, [format!("{refused}{cannot_tell}")]);
    }
}
