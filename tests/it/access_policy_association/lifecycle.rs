//! From create to destroy.

use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{EDIT, TYPE, VIEW, association, policies, put_entry, with, world};
use crate::support::core::{Action, as_json};
use crate::support::eks::{policy, role};

#[tokio::test]
async fn a_creation_that_is_denied_leaves_nothing() {
    let world = world().await;
    world.emulator.add_fault(Fault::new("AssociateAccessPolicy", FaultKind::AccessDenied));
    let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert_eq!(failure.only().summary, "Cannot associate EKS access policy");
    assert_eq!(world.state(TYPE, "x"), None);
}

#[tokio::test]
async fn an_association_whose_entry_cannot_be_read_is_not_made_again() {
    let world = world().await;
    let config = association("viewer", VIEW);
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    world.emulator.add_fault(Fault::new("DescribeAccessEntry", FaultKind::AccessDenied));
    let applied = world.apply(plan).await.unwrap();
    assert_eq!(applied.warnings[0].summary, "The ARN of the access entry is not known");
    assert_eq!(world.state(TYPE, "x").unwrap()["access_entry_arn"], json!(null));

    let plan = world.plan(TYPE, "x", config).await.unwrap();
    assert_eq!(plan.action, Action::NoOp);
    assert_ne!(as_json(&plan.prior)["access_entry_arn"], json!(null));
}

#[tokio::test]
async fn what_cannot_be_read_stays_in_the_state() {
    let world = world().await;
    let config = association("viewer", VIEW);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    for operation in ["ListAssociatedAccessPolicies", "DescribeAccessEntry"] {
        world.emulator.add_fault(Fault::new(operation, FaultKind::AccessDenied));
        let failure = world.plan(TYPE, "x", config.clone()).await.unwrap_err();
        assert_eq!(failure.only().summary, "Cannot read EKS access policy association", "{operation}");
        assert!(world.state(TYPE, "x").is_some());
        world.emulator.clear_faults();
    }
}

#[tokio::test]
async fn a_removal_that_fails_leaves_it_in_the_state() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.emulator.add_fault(Fault::new("DisassociateAccessPolicy", FaultKind::AccessDenied));
    let failure = world.destroy(TYPE, "x").await.unwrap_err();
    assert_eq!(failure.only().summary, "Cannot disassociate EKS access policy");
    assert!(world.state(TYPE, "x").is_some());
}

#[tokio::test]
async fn removing_what_is_gone_already_succeeds() {
    let world = world().await;
    let config = association("viewer", VIEW);
    for entry_too in [false, true] {
        world.converge(TYPE, "x", config.clone()).await.unwrap();
        let plan = world.plan_destroy(TYPE, "x").await.unwrap();
        match entry_too {
            true => assert!(world.emulator.remove_entry("dev", &role("viewer"))),
            false => assert!(world.emulator.remove_policy("dev", &role("viewer"), &policy(VIEW))),
        }
        world.apply(plan).await.unwrap();
        assert_eq!(world.state(TYPE, "x"), None);
    }
}

#[tokio::test]
async fn basic() {
    let world = world().await;
    let created = world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    assert_eq!(created.action, Action::Create);
    let state = as_json(&created.state);
    assert_eq!(state["policy_arn"], VIEW);
    assert_eq!(state["region"], "us-east-1");
    assert_eq!(state["id"], format!("dev#{}#{}", role("viewer"), policy(VIEW)));
    assert_eq!(state["access_scope"], json!({ "type": "cluster", "namespaces": null }));
    assert_eq!(state["access_entry_arn"], world.entry(&role("viewer")).unwrap()["accessEntryArn"]);
    assert_ne!(state["associated_at"], json!(null));
    assert_ne!(state["modified_at"], json!(null));
    let identity = json!({
        "cluster_name": "dev",
        "principal_arn": role("viewer"),
        "policy_arn": policy(VIEW),
        "region": "us-east-1",
    });
    assert_eq!(world.identity(TYPE, "x"), Some(identity));
    assert_eq!(policies(&world, "viewer"), json!({ VIEW: { "type": "cluster", "namespaces": [] } }));

    world.destroy(TYPE, "x").await.unwrap();
    assert_eq!(policies(&world, "viewer"), json!({}));
    assert_eq!(world.state(TYPE, "x"), None);
}

/// The ones that other tools forgot on creation, or went on deleting and creating.
#[tokio::test]
async fn pain_49_what_is_there_is_left_alone_plan_after_plan() {
    let world = world().await;
    let config = association("viewer", VIEW);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    assert_eq!(world.changes(), ["AssociateAccessPolicy viewer"]);
    for _ in 0..3 {
        assert_eq!(world.converge(TYPE, "x", config.clone()).await.unwrap().action, Action::NoOp);
    }
    assert_eq!(world.changes(), [""; 0]);
}

/// What was removed in the console is seen, instead of being taken for up to date.
#[tokio::test]
async fn pain_48_disappears() {
    let world = world().await;
    let config = association("viewer", VIEW);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    assert!(world.emulator.remove_policy("dev", &role("viewer"), &policy(VIEW)));
    assert_eq!(world.plan(TYPE, "x", config.clone()).await.unwrap().action, Action::Create);

    world.converge(TYPE, "x", config.clone()).await.unwrap();
    assert!(world.emulator.remove_entry("dev", &role("viewer")));
    assert_eq!(world.plan(TYPE, "x", config).await.unwrap().action, Action::Create);
}

#[tokio::test]
async fn an_entry_made_again_by_somebody_else_without_the_policy_gets_it_back() {
    let world = world().await;
    let config = association("viewer", VIEW);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    world.emulator.remove_entry("dev", &role("viewer"));
    put_entry(&world, "viewer", &[EDIT]);
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Create);
    let whole = json!({ "type": "cluster", "namespaces": [] });
    assert_eq!(policies(&world, "viewer"), json!({ VIEW: whole, EDIT: whole }));
}

#[tokio::test]
async fn other_timeouts_are_no_business_of_eks() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.calls();
    let config = with(association("viewer", VIEW), json!({ "timeouts": { "create": "1m" } }));
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Update);
    assert_eq!(world.changes(), [""; 0]);
}
