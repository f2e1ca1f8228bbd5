//! Plans that lock somebody out say so.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{CLUSTER_ADMIN, TYPE, VIEW, association, in_namespaces, put_entry};
use crate::support::core::{Action, Plan, PlanOptions};
use crate::support::eks::{World, policy, role};

/// What is said of the last administrator.
fn last(name: &str) -> String {
    format!("This plan removes the last cluster administrator: {} on cluster dev in us-east-1", role(name))
}

/// What is said of whoever runs this.
fn caller(name: &str) -> String {
    format!("This plan locks out whoever runs it: {} on cluster dev in us-east-1", role(name))
}

/// Has this role run it from now on.
fn run_as(world: &World, name: &str) {
    let session = format!("arn:aws:sts::111122223333:assumed-role/{name}/jane");
    world.emulator.settings(json!({ "caller_arn": session })).unwrap();
}

/// A world that refuses, in which `ops` has an entry with cluster-admin rights from an association in the state, and is not the only
/// one.
async fn refusing() -> World {
    let world = World::start_with("API", json!({ "lockout_guard": "refuse" })).await;
    administrator(&world, "ops").await;
    put_entry(&world, "other", &[CLUSTER_ADMIN]);
    world
}

/// A world in which `ops` has an entry with cluster-admin rights from an association in the state.
async fn world() -> World {
    let world = World::start().await;
    administrator(&world, "ops").await;
    world
}

async fn administrator(world: &World, name: &str) {
    put_entry(world, name, &[]);
    world.converge(TYPE, name, association(name, CLUSTER_ADMIN)).await.unwrap();
}

async fn planned(world: &World, config: Json) -> Vec<String> {
    world.new_walk().await.unwrap();
    said(&world.plan(TYPE, "ops", config).await.unwrap())
}

fn said(plan: &Plan) -> Vec<String> {
    plan.warnings.iter().map(|warning| warning.summary.clone()).collect()
}

#[tokio::test]
async fn pain_35_the_last_administrator_goes() {
    let world = world().await;
    let plan = world.plan_destroy(TYPE, "ops").await.unwrap();
    assert_eq!(said(&plan), [last("ops")]);
    let detail = &plan.warnings[0].detail;
    for words in ["cluster dev in us-east-1", &role("ops"), "lockout_guard"] {
        assert!(detail.contains(words), "{detail}");
    }
}

#[tokio::test]
async fn pain_35_the_last_administrator_is_narrowed() {
    let world = world().await;
    assert_eq!(planned(&world, in_namespaces("ops", CLUSTER_ADMIN, &["a"])).await, [last("ops")]);
}

/// EKS has the association, and the state does not: what is created in the plan narrows it.
#[tokio::test]
async fn pain_35_the_last_administrator_is_narrowed_by_a_new_association() {
    let world = World::start().await;
    put_entry(&world, "ops", &[CLUSTER_ADMIN]);
    let there = format!(
        "Associated already: policy {CLUSTER_ADMIN} on the access entry of {} on cluster dev in us-east-1",
        role("ops")
    );
    assert_eq!(planned(&world, in_namespaces("ops", CLUSTER_ADMIN, &["a"])).await, [last("ops"), there.clone()]);
    assert_eq!(planned(&world, association("ops", CLUSTER_ADMIN)).await, [there]);
    assert_eq!(planned(&world, in_namespaces("ops", VIEW, &["a"])).await, [""; 0]);
}

/// Terraform drops the warnings of the new half of a replacement.
#[tokio::test]
async fn pain_35_the_last_administrator_is_narrowed_by_a_replacement() {
    let world = World::start().await;
    put_entry(&world, "ops", &[CLUSTER_ADMIN]);
    world.converge(TYPE, "ops", association("ops", VIEW)).await.unwrap();
    assert_eq!(planned(&world, in_namespaces("ops", CLUSTER_ADMIN, &["a"])).await, [last("ops")]);
    assert_eq!(
        planned(&world, association("ops", "AmazonEKSVeiwPolicy")).await,
        ["No such access policy: AmazonEKSVeiwPolicy"]
    );
}

#[tokio::test]
async fn pain_35_the_last_administrator_gets_another_policy() {
    let world = world().await;
    assert_eq!(planned(&world, association("ops", VIEW)).await, [last("ops")]);
}

#[tokio::test]
async fn pain_35_the_last_administrator_is_replaced_by_somebody_without_an_entry() {
    let world = world().await;
    assert_eq!(planned(&world, association("nobody", CLUSTER_ADMIN)).await, [last("ops")]);
}

#[tokio::test]
async fn two_that_go_in_one_plan_are_the_last_together() {
    let world = world().await;
    administrator(&world, "admin2").await;
    world.new_walk().await.unwrap();
    assert_eq!(said(&world.plan_destroy(TYPE, "ops").await.unwrap()), [""; 0]);
    assert_eq!(said(&world.plan_destroy(TYPE, "admin2").await.unwrap()), [last("admin2")]);
}

#[tokio::test]
async fn another_administrator_counts_if_it_is_one_in_the_whole_cluster() {
    let world = world().await;
    put_entry(&world, "other", &[CLUSTER_ADMIN]);
    assert_eq!(said(&world.plan_destroy(TYPE, "ops").await.unwrap()), [""; 0]);

    let scope = json!({ "type": "namespace", "namespaces": ["a"] });
    assert!(world.emulator.set_scope("dev", &role("other"), &policy(CLUSTER_ADMIN), scope));
    assert_eq!(said(&world.plan_destroy(TYPE, "ops").await.unwrap()), [last("ops")]);
}

#[tokio::test]
async fn pain_33_the_rights_of_whoever_runs_this() {
    let world = World::start().await;
    administrator(&world, "admin").await;
    put_entry(&world, "other", &[CLUSTER_ADMIN]);
    let plan = world.plan_destroy(TYPE, "admin").await.unwrap();
    assert_eq!(said(&plan), [caller("admin")]);
    let detail = &plan.warnings[0].detail;
    assert!(detail.contains("takes the cluster-admin rights of arn:aws:iam::111122223333:role/admin"), "{detail}");
}

/// The plan was another identity's, and Terraform does not plan again what an apply removes.
#[tokio::test]
async fn pain_33_an_apply_that_takes_the_rights_of_whoever_runs_it_is_refused() {
    for config in [None, Some(association("ops", VIEW)), Some(association("viewer", CLUSTER_ADMIN))] {
        let world = refusing().await;
        put_entry(&world, "viewer", &[]);
        let plan = match config {
            None => world.plan_destroy(TYPE, "ops").await.unwrap(),
            Some(config) => world.plan(TYPE, "ops", config).await.unwrap(),
        };
        run_as(&world, "ops");
        world.changes();
        let failure = world.apply(plan).await.unwrap_err();
        assert_eq!(failure.only().summary, caller("ops"));
        assert_eq!(world.changes(), [""; 0]);
        assert!(world.state(TYPE, "ops").is_some());
    }
}

#[tokio::test]
async fn an_apply_that_takes_nothing_of_whoever_runs_it_asks_nobody_twice() {
    for (guard, calls) in [("refuse", &["GetCallerIdentity"][..]), ("warn", &[]), ("off", &[])] {
        let world = World::start_with("API", json!({ "lockout_guard": guard })).await;
        administrator(&world, "ops").await;
        put_entry(&world, "other", &[CLUSTER_ADMIN]);
        let plan = world.plan_destroy(TYPE, "ops").await.unwrap();
        world.calls();
        world.apply(plan).await.unwrap();
        assert_eq!(world.calls(), [calls, &["DisassociateAccessPolicy ops"]].concat(), "{guard}");
    }
}

/// Terraform drops the warnings of the half of a replacement that knows of it, so only a refusal is heard.
#[tokio::test]
async fn refusing_holds_for_a_moment_without_the_rights() {
    let world = refusing().await;
    let replace = PlanOptions { replace: true, ..PlanOptions::default() };
    run_as(&world, "ops");
    world.changes();
    let failure = world.plan_with(TYPE, "ops", association("ops", CLUSTER_ADMIN), replace).await.unwrap_err();
    assert_eq!(failure.only().summary, caller("ops"));
    let detail = &failure.only().detail;
    assert!(detail.contains("takes, and gives again, the cluster-admin rights"), "{detail}");
    assert_eq!(world.changes(), [""; 0]);

    run_as(&world, "somebody");
    world.new_walk().await.unwrap();
    let plan = world.plan_with(TYPE, "ops", association("ops", CLUSTER_ADMIN), replace).await.unwrap();
    assert_eq!(plan.action, Action::Replace);
    world.apply(plan).await.unwrap();
    assert_eq!(world.changes(), ["DisassociateAccessPolicy ops", "AssociateAccessPolicy ops"]);
}

#[tokio::test]
async fn a_replacement_that_goes_elsewhere_takes_no_moment_of_what_it_gives() {
    let world = refusing().await;
    run_as(&world, "viewer");
    put_entry(&world, "viewer", &[]);
    let replacement = world.plan(TYPE, "ops", association("viewer", CLUSTER_ADMIN)).await.unwrap();
    assert_eq!(replacement.action, Action::Replace);

    world.converge(TYPE, "view", association("viewer", VIEW)).await.unwrap();
    world.new_walk().await.unwrap();
    let replacement = world.plan(TYPE, "view", association("viewer", CLUSTER_ADMIN)).await.unwrap();
    assert_eq!(replacement.action, Action::Replace);
}

#[tokio::test]
async fn what_takes_no_rights_is_no_matter() {
    let world = world().await;
    assert_eq!(planned(&world, association("ops", CLUSTER_ADMIN)).await, [""; 0]);
    assert_eq!(planned(&world, association("ops", &policy(CLUSTER_ADMIN))).await, [""; 0]);

    world.converge(TYPE, "view", association("ops", VIEW)).await.unwrap();
    assert_eq!(said(&world.plan_destroy(TYPE, "view").await.unwrap()), [""; 0]);

    world.converge(TYPE, "ops", in_namespaces("ops", CLUSTER_ADMIN, &["a"])).await.unwrap();
    assert_eq!(planned(&world, association("ops", CLUSTER_ADMIN)).await, [""; 0]);
    assert_eq!(said(&world.plan_destroy(TYPE, "ops").await.unwrap()), [""; 0]);
}

/// Whoever may not ask is told that nobody has looked.
#[tokio::test]
async fn what_may_not_be_asked_is_said() {
    let world = world().await;
    for operation in ["GetCallerIdentity", "ListAccessEntries"] {
        world.emulator.add_fault(Fault { times: 9, ..Fault::new(operation, FaultKind::AccessDenied) });
    }
    let plan = world.plan_destroy(TYPE, "ops").await.unwrap();
    assert_eq!(
        said(&plan),
        [
            "Cannot tell whether this plan locks out whoever runs it: cluster dev in us-east-1",
            "Cannot tell whether this plan removes the last cluster administrator: cluster dev in us-east-1",
        ]
    );
    assert!(plan.warnings[1].detail.contains("takes the cluster-admin rights of"), "{}", plan.warnings[1].detail);
}
