//! Plans that would lock somebody out.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{ADMIN, TYPE, VIEW, assert_says, entry, everywhere, summaries, viewer, within};
use crate::support::core::{Action, PlanOptions};
use crate::support::eks::{World, policy, role};

const CALLER: &str = "This plan locks out whoever runs it";
const LAST: &str = "This plan removes the last cluster administrator";

/// A world that a session of the role `viewer` works in.
async fn as_viewer() -> World {
    let world = World::start().await;
    let session = "arn:aws:sts::111122223333:assumed-role/viewer/jane";
    world.emulator.settings(json!({ "caller_arn": session })).unwrap();
    world
}

fn admin(scope: Json) -> Json {
    json!({ "access_policies": { ADMIN: scope } })
}

/// Somebody else has the policy of administrators, with this scope.
fn another_admin(world: &World, scope: Json) {
    let policies = json!([{ "policyArn": policy(ADMIN), "accessScope": scope }]);
    world.emulator.put_entry("dev", json!({ "principalArn": role("boss"), "accessPolicies": policies })).unwrap();
}

#[tokio::test]
async fn pain_33_removing_the_entry_of_whoever_runs_it_is_warned_of() {
    // A session does not show the path of its role.
    for principal in [role("viewer"), role("team/viewer")] {
        let world = as_viewer().await;
        world.converge(TYPE, "x", entry(&principal, json!({}))).await.unwrap();
        let plan = world.plan_destroy(TYPE, "x").await.unwrap();
        assert_eq!(summaries(&plan.warnings), [CALLER]);
        assert_says(&plan.warnings[0], &[&principal, "cluster dev in us-east-1", "lockout_guard"]);
        world.apply(plan).await.unwrap();
        assert_eq!(world.entry(&principal), None, "a warning does not stop it");
    }
}

#[tokio::test]
async fn removing_the_entry_of_somebody_else_is_not() {
    let world = as_viewer().await;
    for principal in [role("editor"), "arn:aws:iam::999999999999:role/viewer".to_owned()] {
        world
            .converge(TYPE, "x", entry(&principal, json!({ "access_policies": { VIEW: everywhere() } })))
            .await
            .unwrap();
        assert_eq!(summaries(&world.destroy(TYPE, "x").await.unwrap().warnings), [""; 0]);
    }
}

/// Another principal under the same address: the old entry goes.
#[tokio::test]
async fn pain_05_replacing_the_entry_of_whoever_runs_it_by_somebody_elses_is_warned_of() {
    let world = as_viewer().await;
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    let plan = world.plan(TYPE, "x", entry(&role("editor"), json!({}))).await.unwrap();
    assert_eq!(summaries(&plan.warnings), [CALLER, LAST]);
}

#[tokio::test]
async fn pain_35_removing_the_last_administrator_is_warned_of() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    let plan = world.plan_destroy(TYPE, "x").await.unwrap();
    assert_eq!(summaries(&plan.warnings), [LAST]);
    assert_says(&plan.warnings[0], &[&role("viewer"), "cluster dev in us-east-1", "lockout_guard"]);
}

/// Also when the policy is not the resource's business.
#[tokio::test]
async fn an_administrator_by_an_association_counts() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    let policies = json!([{ "policyArn": policy(ADMIN), "accessScope": { "type": "cluster" } }]);
    world.emulator.put_entry("dev", json!({ "principalArn": role("viewer"), "accessPolicies": policies })).unwrap();
    assert_eq!(summaries(&world.plan_destroy(TYPE, "x").await.unwrap().warnings), [LAST]);
}

/// An association that is nobody's business here, or that may come back in the same apply.
fn make_admin(world: &World) {
    let policies = json!([{ "policyArn": policy(ADMIN), "accessScope": { "type": "cluster" } }]);
    world.emulator.put_entry("dev", json!({ "principalArn": role("viewer"), "accessPolicies": policies })).unwrap();
}

/// What is said to the new half of a replacement, Terraform drops: what can be is said to the first.
#[tokio::test]
async fn pain_05_making_the_entry_of_whoever_runs_it_again_is_warned_of() {
    for (more, expected) in [
        (json!({ "principal_unique_id": "AROA2" }), vec![CALLER]),
        (json!({ "principal_unique_id": "AROA1", "type": "EC2_LINUX" }), vec![CALLER]),
    ] {
        let world = as_viewer().await;
        world.converge(TYPE, "x", viewer(json!({ "principal_unique_id": "AROA1" }))).await.unwrap();
        let plan = world.plan(TYPE, "x", viewer(more)).await.unwrap();
        assert_eq!(plan.action, Action::Replace);
        assert_eq!(summaries(&plan.warnings), expected);
    }
}

#[tokio::test]
async fn what_goes_with_an_entry_that_is_made_again_is_told() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({ "principal_unique_id": "AROA1" }))).await.unwrap();
    make_admin(&world);
    let plan = world.plan(TYPE, "x", viewer(json!({ "principal_unique_id": "AROA2" }))).await.unwrap();
    let goes = format!("Policies go with the EKS access entry of {}", role("viewer"));
    assert_eq!(summaries(&plan.warnings), [&*goes, LAST]);
    assert_says(&plan.warnings[0], &[&policy(ADMIN), "principal_arn"]);
}

/// Without a change that says so, only a refusal is heard.
#[tokio::test]
async fn refusing_holds_for_every_replacement() {
    let world = World::start_with("API", json!({ "lockout_guard": "refuse" })).await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    make_admin(&world);
    let replace = PlanOptions { replace: true, ..PlanOptions::default() };
    for (config, options) in
        [(viewer(json!({})), replace), (viewer(json!({ "type": "EC2_LINUX" })), PlanOptions::default())]
    {
        world.new_walk().await.unwrap();
        let failure = world.plan_with(TYPE, "x", config, options).await.unwrap_err();
        assert_eq!(failure.only().summary, LAST);
    }
}

/// The entry comes under this resource with fewer rights than it has.
#[tokio::test]
async fn taking_an_entry_over_without_its_rights_is_refused() {
    let world = World::start_with("API", json!({ "lockout_guard": "refuse" })).await;
    make_admin(&world);
    let viewing = json!({ "access_policies": { VIEW: everywhere() } });
    let mut adopting = viewer(viewing.clone());
    adopting["on_conflict"] = "adopt".into();
    let failure = world.plan(TYPE, "x", adopting).await.unwrap_err();
    assert_eq!(failure.only().summary, LAST);

    world.import(TYPE, "x", &format!("dev:{}", role("viewer"))).await.unwrap();
    let failure = world.plan(TYPE, "x", viewer(viewing)).await.unwrap_err();
    assert_eq!(failure.only().summary, LAST);
    // Other rights, and those as well.
    let both = json!({ "access_policies": { VIEW: everywhere(), ADMIN: everywhere() } });
    world.new_walk().await.unwrap();
    world.plan(TYPE, "x", viewer(both)).await.unwrap();
}

#[tokio::test]
async fn removing_an_administrator_while_another_remains_is_not() {
    let world = World::start().await;
    another_admin(&world, json!({ "type": "cluster" }));
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    assert_eq!(summaries(&world.destroy(TYPE, "x").await.unwrap().warnings), [""; 0]);
}

#[tokio::test]
async fn an_administrator_of_some_namespaces_is_none() {
    let world = World::start().await;
    another_admin(&world, json!({ "type": "namespace", "namespaces": ["a"] }));
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    assert_eq!(summaries(&world.plan_destroy(TYPE, "x").await.unwrap().warnings), [LAST]);
}

#[tokio::test]
async fn removing_an_administrator_of_some_namespaces_is_not_warned_of() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(admin(within(&["a"])))).await.unwrap();
    assert_eq!(summaries(&world.destroy(TYPE, "x").await.unwrap().warnings), [""; 0]);
}

#[tokio::test]
async fn removing_one_administrator_after_the_other_is_warned_of_once() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    world.converge(TYPE, "y", entry(&role("editor"), admin(everywhere()))).await.unwrap();
    world.new_walk().await.unwrap();
    assert_eq!(summaries(&world.plan_destroy(TYPE, "x").await.unwrap().warnings), [""; 0]);
    let plan = world.plan_destroy(TYPE, "y").await.unwrap();
    assert_eq!(summaries(&plan.warnings), [LAST]);
    assert_says(&plan.warnings[0], &[&role("editor")]);
}

#[tokio::test]
async fn taking_the_last_administrators_rights_is_warned_of() {
    for less in [json!({}), json!({ VIEW: everywhere() }), json!({ ADMIN: within(&["a"]) })] {
        let world = as_viewer().await;
        world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
        let plan = world.plan(TYPE, "x", viewer(json!({ "access_policies": less }))).await.unwrap();
        assert_eq!(summaries(&plan.warnings), [CALLER, LAST], "{less}");
        assert_says(&plan.warnings[0], &["cluster-admin rights"]);
    }
}

#[tokio::test]
async fn policies_that_stay_are_no_loss() {
    let world = as_viewer().await;
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    for more in [json!({}), json!({ "access_policies": { policy(ADMIN): everywhere(), VIEW: everywhere() } })] {
        let plan = world.plan(TYPE, "x", viewer(more)).await.unwrap();
        assert_eq!(summaries(&plan.warnings), [""; 0]);
    }
}

#[tokio::test]
async fn a_node_administers_nothing() {
    let world = as_viewer().await;
    world.converge(TYPE, "x", viewer(json!({ "type": "EC2_LINUX" }))).await.unwrap();
    world.calls();
    world.destroy(TYPE, "x").await.unwrap();
    assert_eq!(world.calls(), ["DescribeAccessEntry viewer", "DeleteAccessEntry viewer"]);
}

/// Whoever may not ask who they are, or who else is there, is not held up.
#[tokio::test]
async fn what_cannot_be_found_out_is_not_warned_of() {
    let world = as_viewer().await;
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    for operation in ["GetCallerIdentity", "ListAccessEntries"] {
        world.emulator.add_fault(Fault::new(operation, FaultKind::AccessDenied));
    }
    assert_eq!(summaries(&world.destroy(TYPE, "x").await.unwrap().warnings), [""; 0]);
}

#[tokio::test]
async fn the_guard_refuses_or_says_nothing_as_the_provider_has_it() {
    let caller = "arn:aws:sts::111122223333:assumed-role/viewer/jane";
    for guard in ["warn", "refuse", "off"] {
        let world = World::start_with("API", json!({ "lockout_guard": guard })).await;
        world.emulator.settings(json!({ "caller_arn": caller })).unwrap();
        world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
        let less = viewer(json!({ "access_policies": {} }));
        let plans = [world.plan(TYPE, "x", less).await, world.plan_destroy(TYPE, "x").await];
        for plan in plans {
            match guard {
                "warn" => assert_eq!(summaries(&plan.unwrap().warnings), [CALLER, LAST]),
                "refuse" => assert_says(plan.unwrap_err().only(), &[CALLER, "lockout_guard"]),
                _ => assert_eq!(summaries(&plan.unwrap().warnings), [""; 0]),
            }
        }
        assert!(world.entry(&role("viewer")).is_some());
    }
}
