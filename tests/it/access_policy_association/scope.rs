//! Where in the cluster a policy holds.

use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{EDIT, TYPE, VIEW, association, in_namespaces, policies, put_entry, scoped, world};
use crate::support::core::{Action, PlanOptions, Stored, as_json};
use crate::support::eks::{policy, role};

#[tokio::test]
async fn a_scope_that_cannot_be_changed_stays_as_it_was() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    let before = world.state(TYPE, "x");
    let narrow = in_namespaces("viewer", VIEW, &["a"]);
    let plan = world.plan(TYPE, "x", narrow.clone()).await.unwrap();
    world.emulator.add_fault(Fault::new("AssociateAccessPolicy", FaultKind::AccessDenied));
    let failure = world.apply(plan).await.unwrap_err();
    assert_eq!(failure.only().summary, "Cannot change the scope of EKS access policy");
    assert_eq!(world.state(TYPE, "x"), before);
    assert_eq!(world.converge(TYPE, "x", narrow).await.unwrap().action, Action::Update);
}

/// While a plan waits for its apply, somebody takes the association away, or makes the entry again and gives it the policy.
#[tokio::test]
async fn what_is_made_again_behind_a_plan_gets_its_scope() {
    for entry_too in [false, true] {
        let world = world().await;
        world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
        // What the plan has seen was made long ago.
        let (mut before, stored) = (world.state(TYPE, "x").unwrap(), world.stored(TYPE, "x").unwrap());
        before["associated_at"] = "2026-01-01T00:00:00Z".into();
        world.store(TYPE, "x", Stored { attributes: before.to_string().into_bytes(), ..stored });
        let narrow = in_namespaces("viewer", VIEW, &["a"]);
        let seen = PlanOptions { skip_refresh: true, ..PlanOptions::default() };
        let plan = world.plan_with(TYPE, "x", narrow.clone(), seen).await.unwrap();
        if entry_too {
            assert!(world.emulator.remove_entry("dev", &role("viewer")));
            put_entry(&world, "viewer", &[VIEW]);
        } else {
            assert!(world.emulator.remove_policy("dev", &role("viewer"), &policy(VIEW)));
        }
        let applied = as_json(&world.apply(plan).await.unwrap().state);
        assert_eq!(applied["associated_at"], before["associated_at"]);
        assert_eq!(policies(&world, "viewer"), json!({ VIEW: { "type": "namespace", "namespaces": ["a"] } }));

        let again = world.plan(TYPE, "x", narrow).await.unwrap();
        assert_eq!(again.action, Action::NoOp);
        let after = as_json(&again.prior);
        assert_ne!(after["associated_at"], before["associated_at"]);
        assert_eq!(after["access_entry_arn"] != before["access_entry_arn"], entry_too);
    }
}

/// The association that others take away first, so that there is a moment without access.
#[tokio::test]
async fn pain_14_a_change_of_scope_is_one_call_in_place() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.converge(TYPE, "other", association("viewer", EDIT)).await.unwrap();
    world.calls();
    for (config, scope) in [
        (in_namespaces("viewer", VIEW, &["a"]), json!({ "type": "namespace", "namespaces": ["a"] })),
        (in_namespaces("viewer", VIEW, &["b", "dev-*"]), json!({ "type": "namespace", "namespaces": ["b", "dev-*"] })),
        (association("viewer", VIEW), json!({ "type": "cluster", "namespaces": [] })),
    ] {
        let associated_at = world.state(TYPE, "x").unwrap()["associated_at"].clone();
        let changed = world.converge(TYPE, "x", config).await.unwrap();
        assert_eq!(changed.action, Action::Update);
        assert_eq!(world.changes(), ["AssociateAccessPolicy viewer"]);
        assert_eq!(as_json(&changed.state)["associated_at"], associated_at);
        let others = json!({ "type": "cluster", "namespaces": [] });
        assert_eq!(policies(&world, "viewer"), json!({ VIEW: scope, EDIT: others }));
    }
}

/// To EKS the new association and the old one are the same: what has just been made must not be taken away with the old one.
#[tokio::test]
async fn create_before_destroy_takes_nothing_away() {
    let world = world().await;
    let config = association("viewer", VIEW);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    world.calls();
    let options = PlanOptions { create_before_destroy: true, replace: true, ..PlanOptions::default() };
    let plan = world.plan_with(TYPE, "x", config.clone(), options).await.unwrap();
    assert_eq!(plan.action, Action::Replace);
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), ["AssociateAccessPolicy viewer"]);
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn only_the_scope_and_the_time_of_change_are_planned() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    let plan = world.plan(TYPE, "x", in_namespaces("viewer", VIEW, &["a"])).await.unwrap();
    let (before, after) = (as_json(&plan.prior), as_json(&plan.planned));
    let members = before.as_object().unwrap().keys();
    let changed: Vec<_> = members.filter(|name| before[*name] != after[*name]).collect();
    assert_eq!(changed, ["access_scope", "modified_at"]);
}

#[tokio::test]
async fn the_order_of_namespaces_means_nothing() {
    let world = world().await;
    world.converge(TYPE, "x", in_namespaces("viewer", VIEW, &["b", "a", "dev-*"])).await.unwrap();
    let reordered = in_namespaces("viewer", VIEW, &["dev-*", "a", "b"]);
    assert_eq!(world.converge(TYPE, "x", reordered).await.unwrap().action, Action::NoOp);
    let scope = json!({ "type": "namespace", "namespaces": ["dev-*", "b", "a"] });
    assert!(world.emulator.set_scope("dev", &role("viewer"), &policy(VIEW), scope));
    let same = in_namespaces("viewer", VIEW, &["b", "a", "dev-*"]);
    assert_eq!(world.plan(TYPE, "x", same).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn no_namespaces_may_be_written_as_an_empty_list() {
    let world = world().await;
    let config = scoped("viewer", VIEW, json!({ "type": "cluster", "namespaces": [] }));
    let created = world.converge(TYPE, "x", config).await.unwrap();
    assert_eq!(as_json(&created.state)["access_scope"], json!({ "type": "cluster", "namespaces": [] }));
}

#[tokio::test]
async fn drift_is_seen_and_mended() {
    let world = world().await;
    let config = in_namespaces("viewer", VIEW, &["a"]);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    world.calls();
    assert!(world.emulator.set_scope("dev", &role("viewer"), &policy(VIEW), json!({ "type": "cluster" })));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    assert_eq!(plan.action, Action::Update);
    assert_eq!(as_json(&plan.prior)["access_scope"], json!({ "type": "cluster", "namespaces": null }));
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), ["AssociateAccessPolicy viewer"]);
    assert_eq!(policies(&world, "viewer"), json!({ VIEW: { "type": "namespace", "namespaces": ["a"] } }));
}
