//! Removals that fail. What the state holds afterwards is what is true.

use eks_emulator::{Fault, FaultKind};

use super::{TYPE, entries, named, set, world};
use crate::support::core::Action;
use crate::support::eks::{World, role};

fn deny_removal_of(world: &World, name: &str) {
    let principal_arn = Some(role(name));
    world.emulator.add_fault(Fault { principal_arn, ..Fault::new("DeleteAccessEntry", FaultKind::AccessDenied) });
}

#[tokio::test]
async fn a_new_set_that_cannot_remove_all_is_made_again_by_the_next_apply() {
    let world = world(&["a", "b", "c", "d"]).await;
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    deny_removal_of(&world, "c");
    let failure = world.apply(plan).await.unwrap_err();
    let error = failure.only();
    assert_eq!(error.summary, "Cannot remove EKS access entries");
    assert!(error.detail.contains(&role("c")), "{}", error.detail);
    assert_eq!(entries(&world), ["a", "c", "d"]);
    assert_eq!(world.state(TYPE, "x"), None);

    assert_eq!(world.converge(TYPE, "x", set(&["a"])).await.unwrap().action, Action::Create);
    assert_eq!(entries(&world), ["a"]);
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
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    world.emulator.add_fault(Fault { times: 9, ..Fault::new("GetCallerIdentity", FaultKind::AccessDenied) });
    let failure = world.apply(plan).await.unwrap_err();
    assert_eq!(failure.only().summary, "Cannot plan EKS access entries");
    assert_eq!(entries(&world), ["a", "b"]);
}
