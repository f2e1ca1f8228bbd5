//! Removals that fail. What the state holds afterwards is what is true.

use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::left_alone::service_linked;
use super::{TYPE, entries, named, put_typed, set, with, world};
use crate::support::core::Action;
use crate::support::eks::{World, role};

fn deny_removal_of(world: &World, name: &str) {
    let principal_arn = Some(role(name));
    world.emulator.add_fault(Fault { principal_arn, ..Fault::new("DeleteAccessEntry", FaultKind::AccessDenied) });
}

#[tokio::test]
async fn a_new_set_whose_cluster_may_not_be_looked_at_is_made_by_the_next_apply() {
    let world = world(&["a"]).await;
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    world.emulator.add_fault(Fault::new("DescribeCluster", FaultKind::AccessDenied));
    let failure = world.apply(plan).await.unwrap_err();
    let error = failure.only();
    assert_eq!(error.summary, "Cannot watch over EKS access entries");
    assert!(error.detail.contains("eks:DescribeCluster"), "{}", error.detail);
    assert_eq!(world.state(TYPE, "x"), None);
    assert_eq!(world.converge(TYPE, "x", set(&["a"])).await.unwrap().action, Action::Create);
}

#[tokio::test]
async fn a_removal_that_fails_leaves_the_rest_in_the_state() {
    let world = world(&["a", "b", "c", "d"]).await;
    world.converge(TYPE, "x", set(&["a", "b", "c", "d"])).await.unwrap();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    deny_removal_of(&world, "c");
    let failure = world.apply(plan).await.unwrap_err();
    assert!(failure.only().detail.contains(&role("c")), "{}", failure.only().detail);
    assert_eq!(named(&world.state(TYPE, "x").unwrap()), ["a", "c", "d"]);

    assert_eq!(world.converge(TYPE, "x", set(&["a"])).await.unwrap().action, Action::Update);
    assert_eq!(entries(&world), ["a"]);
}

/// Who else would have to go cannot be told apart from oneself, so nobody goes.
#[tokio::test]
async fn without_knowing_who_runs_this_nobody_is_removed() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", set(&["a", "b"])).await.unwrap();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    world.emulator.add_fault(Fault { times: 9, ..Fault::new("GetCallerIdentity", FaultKind::AccessDenied) });
    let failure = world.apply(plan).await.unwrap_err();
    assert_eq!(failure.only().summary, "Cannot plan EKS access entries");
    assert_eq!(entries(&world), ["a", "b"]);
}

/// EKS is known to keep these entries to itself. Everybody else has gone by then.
#[tokio::test]
async fn pain_43_a_service_linked_role_that_eks_does_not_let_go_of() {
    let world = world(&["a", "b"]).await;
    put_typed(&world, &service_linked(), "STANDARD");
    let config = with(set(&["a"]), json!({ "include_service_linked_roles": true }));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    world.apply(plan).await.unwrap();
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    world.calls();
    let failure = world.apply(plan).await.unwrap_err();
    let error = failure.only();
    assert_eq!(error.path, "include_service_linked_roles");
    for words in
        ["principalArn value of a Service Linked Role", &service_linked(), "request id", "in ignore or principal_arns"]
    {
        assert!(error.detail.contains(words), "{}", error.detail);
    }
    assert_eq!(world.changes(), ["DeleteAccessEntry b", "DeleteAccessEntry AWSServiceRoleForAmazonEKS"]);
    assert_eq!(named(&world.state(TYPE, "x").unwrap()), ["AWSServiceRoleForAmazonEKS", "a"]);

    // Either of what it says to do leaves it at that.
    for left_alone in
        [json!({ "ignore": [service_linked()] }), json!({ "principal_arns": [role("a"), service_linked()] })]
    {
        world.converge(TYPE, "x", with(config.clone(), left_alone)).await.unwrap();
        assert_eq!(world.changes(), [""; 0]);
    }
}
