//! What stands in the middle of something, and must not be made worse.

use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{EDIT, VIEW, made_by_others};
use crate::support::core::Action;
use crate::support::eks::{CLUSTER, World, policy, role};

const TYPE: &str = "eks_access_entry";

/// The entry was there before. In the state it would be tainted, and the next plan would remove it.
#[tokio::test]
async fn an_adoption_that_fails_is_taken_up_again_and_nothing_is_removed() {
    let world = World::start().await;
    world.emulator.put_entry(CLUSTER, made_by_others("viewer", &[EDIT])).unwrap();
    let everywhere = json!({ "access_scope": { "type": "cluster" } });
    let config = json!({
        "cluster_name": CLUSTER, "principal_arn": role("viewer"), "on_conflict": "adopt",
        "access_policies": { VIEW: everywhere, EDIT: everywhere },
    });
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    world.emulator.add_fault(Fault::new("AssociateAccessPolicy", FaultKind::AccessDenied));
    let failure = world.apply(plan).await.unwrap_err();
    let error = failure.only();
    assert!(error.detail.contains(&policy(VIEW)) && error.detail.contains(&role("viewer")), "{error:?}");
    assert_eq!(world.state(TYPE, "x"), None);

    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Create);
    let removals: Vec<_> = world.changes().into_iter().filter(|call| call.starts_with('D')).collect();
    assert_eq!(removals, [] as [String; 0]);
}

/// The change of the mode ends after the creation was refused, and before anybody has looked at how it is getting on.
#[tokio::test]
async fn a_mode_that_is_reached_between_the_refusal_and_the_look() {
    let world = World::start_in("CONFIG_MAP").await;
    let config = json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer") });
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    world.emulator.start_mode_update(CLUSTER, "API", 3_600_000).unwrap();
    // The list is made at once, and is old when it arrives.
    world.emulator.add_fault(Fault { ms: 300, ..Fault::new("ListUpdates", FaultKind::Delay) });
    let meanwhile = async {
        world.emulator.faults_used_up().await;
        world.emulator.finish_updates(CLUSTER).unwrap();
    };
    let (applied, ()) = tokio::join!(world.apply(plan), meanwhile);
    applied.unwrap();
    assert!(world.entry(&role("viewer")).is_some());
}
