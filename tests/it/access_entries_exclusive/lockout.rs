//! A set that takes the last administrator says so.

use serde_json::{Value as Json, json};

use super::{TYPE, put_entry, set, world};
use crate::support::core::Plan;
use crate::support::eks::{CLUSTER, World, policy, role};

const LAST: &str = "This plan removes the last cluster administrator";

fn administrator(world: &World, name: &str, scope: Json) {
    let policy = json!({ "policyArn": policy("AmazonEKSClusterAdminPolicy"), "accessScope": scope });
    let entry = json!({ "principalArn": role(name), "accessPolicies": [policy] });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
}

fn said(plan: &Plan) -> Vec<&str> {
    plan.warnings.iter().map(|warning| warning.summary.as_str()).filter(|summary| *summary == LAST).collect()
}

fn everywhere() -> Json {
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
    assert_eq!(said(&world.plan(TYPE, "x", set(&["a"])).await.unwrap()), [LAST]);
}

#[tokio::test]
async fn pain_35_the_last_administrator_is_no_longer_named() {
    let world = world(&["a"]).await;
    administrator(&world, "ops", everywhere());
    world.converge(TYPE, "x", set(&["a", "ops"])).await.unwrap();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(said(&plan), [LAST]);
}

#[tokio::test]
async fn two_that_go_at_once_are_the_last_together() {
    for (names, expected) in [(vec!["a", "root"], vec![]), (vec!["a"], vec![LAST])] {
        let world = world(&["a"]).await;
        administrator(&world, "ops", everywhere());
        administrator(&world, "root", everywhere());
        world.import(TYPE, "x", "dev").await.unwrap();
        assert_eq!(said(&world.plan(TYPE, "x", set(&names)).await.unwrap()), expected);
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
