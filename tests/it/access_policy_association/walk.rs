//! What collides in one plan.

use serde_json::{Value as Json, json};

use super::{EDIT, ENTRY, TYPE, VIEW, association, in_namespaces, put_entry, world};
use crate::support::core::{Action, Failure};
use crate::support::eks::{CLUSTER, World, role};

fn owner(name: &str, policies: &[&str]) -> Json {
    let scope = json!({ "access_scope": { "type": "cluster" } });
    let policies: Json =
        policies.iter().map(|policy| ((*policy).to_owned(), scope.clone())).collect::<serde_json::Map<_, _>>().into();
    json!({ "cluster_name": CLUSTER, "principal_arn": role(name), "access_policies": policies })
}

#[track_caller]
fn refused(failure: Failure, summary: &str, words: &str) {
    let error = failure.only();
    assert_eq!(error.summary, summary);
    assert!(error.detail.contains(words), "{}", error.detail);
}

#[tokio::test]
async fn two_resources_for_one_association() {
    let world = world().await;
    world.plan(TYPE, "x", in_namespaces("viewer", VIEW, &["a"])).await.unwrap();
    let arn = crate::support::eks::policy(VIEW);
    let second = world.plan(TYPE, "y", in_namespaces("viewer", &arn, &["b"])).await.unwrap_err();
    refused(second, "Managed twice", "several namespaces go into one access_scope");
    assert_eq!(world.changes(), [""; 0]);
}

#[tokio::test]
async fn a_new_resource_for_an_association_that_another_has() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    for new_first in [false, true] {
        world.new_walk().await.unwrap();
        let (first, second) = if new_first { ("y", "x") } else { ("x", "y") };
        world.plan(TYPE, first, association("viewer", VIEW)).await.unwrap();
        let failure = world.plan(TYPE, second, association("viewer", VIEW)).await.unwrap_err();
        refused(failure, "Managed twice", &role("viewer"));
    }
}

#[tokio::test]
async fn a_new_name_without_a_moved_block() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.new_walk().await.unwrap();
    world.plan_destroy(TYPE, "x").await.unwrap();
    let failure = world.plan(TYPE, "y", association("viewer", VIEW)).await.unwrap_err();
    refused(failure, "Removed and created at once", "moved {");
}

#[tokio::test]
async fn an_entry_with_policies_of_its_own_and_an_association_in_either_order() {
    for policy in [VIEW, EDIT] {
        for entry_first in [true, false] {
            let world = World::start().await;
            let failure = if entry_first {
                world.plan(ENTRY, "e", owner("viewer", &[VIEW])).await.unwrap();
                world.plan(TYPE, "x", association("viewer", policy)).await.unwrap_err()
            } else {
                world.plan(TYPE, "x", association("viewer", policy)).await.unwrap();
                world.plan(ENTRY, "e", owner("viewer", &[VIEW])).await.unwrap_err()
            };
            refused(failure, "Policies managed twice", "Name every policy in access_policies, or none of them");
        }
    }
}

#[tokio::test]
async fn an_entry_that_takes_an_association_over_has_it_forgotten_first() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.import(ENTRY, "e", &format!("dev:{}", role("viewer"))).await.unwrap();
    world.new_walk().await.unwrap();
    world.plan(ENTRY, "e", owner("viewer", &[VIEW])).await.unwrap();
    let failure = world.plan_destroy(TYPE, "x").await.unwrap_err();
    refused(failure, "Removed and kept at once", "removed block");

    world.forget(TYPE, "x");
    world.calls();
    world.converge(ENTRY, "e", owner("viewer", &[VIEW])).await.unwrap();
    assert_eq!(world.changes(), [""; 0]);
}

#[tokio::test]
async fn other_policies_and_other_principals_do_not_collide() {
    let world = world().await;
    put_entry(&world, "editor", &[]);
    for (address, config) in
        [("a", association("viewer", VIEW)), ("b", association("viewer", EDIT)), ("c", association("editor", VIEW))]
    {
        assert_eq!(world.plan(TYPE, address, config).await.unwrap().action, Action::Create);
    }
    world.plan(ENTRY, "e", owner("ops", &[VIEW])).await.unwrap();
}
