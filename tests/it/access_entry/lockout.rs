//! Plans that would lock somebody out.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{ADMIN, TYPE, VIEW, assert_says, entry, everywhere, summaries, viewer, within};
use crate::support::core::{Action, PlanOptions};
use crate::support::eks::{World, policy, role};

/// What is said of whoever runs it. Each principal has a summary of its own: of several that are the same, Terraform shows
/// the first.
fn caller(principal: &str) -> String {
    format!("This plan locks out whoever runs it: {principal} on cluster dev in us-east-1")
}

/// What is said of the last administrator.
fn last(name: &str) -> String {
    format!("This plan removes the last cluster administrator: {} on cluster dev in us-east-1", role(name))
}

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
        assert_eq!(summaries(&plan.warnings), [caller(&principal)]);
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
    assert_eq!(summaries(&plan.warnings), [caller(&role("viewer")), last("viewer")]);
}

#[tokio::test]
async fn pain_35_removing_the_last_administrator_is_warned_of() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    let plan = world.plan_destroy(TYPE, "x").await.unwrap();
    assert_eq!(summaries(&plan.warnings), [last("viewer")]);
    assert_says(&plan.warnings[0], &[&role("viewer"), "cluster dev in us-east-1", "lockout_guard"]);
}

/// Also when the policy is not the resource's business.
#[tokio::test]
async fn an_administrator_by_an_association_counts() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    let policies = json!([{ "policyArn": policy(ADMIN), "accessScope": { "type": "cluster" } }]);
    world.emulator.put_entry("dev", json!({ "principalArn": role("viewer"), "accessPolicies": policies })).unwrap();
    assert_eq!(summaries(&world.plan_destroy(TYPE, "x").await.unwrap().warnings), [last("viewer")]);
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
        (json!({ "principal_unique_id": "AROA2" }), [caller(&role("viewer"))]),
        (json!({ "principal_unique_id": "AROA1", "type": "EC2_LINUX" }), [caller(&role("viewer"))]),
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
    let goes = format!("Policies go with the access entry of {} on cluster dev in us-east-1", role("viewer"));
    assert_eq!(summaries(&plan.warnings), [goes, last("viewer")]);
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
        assert_eq!(failure.only().summary, last("viewer"));
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
    assert_eq!(failure.only().summary, last("viewer"));

    world.import(TYPE, "x", &format!("dev:{}", role("viewer"))).await.unwrap();
    let failure = world.plan(TYPE, "x", viewer(viewing)).await.unwrap_err();
    assert_eq!(failure.only().summary, last("viewer"));
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
    assert_eq!(summaries(&world.plan_destroy(TYPE, "x").await.unwrap().warnings), [last("viewer")]);
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
    assert_eq!(summaries(&plan.warnings), [last("editor")]);
    assert_says(&plan.warnings[0], &[&role("editor")]);
}

#[tokio::test]
async fn taking_the_last_administrators_rights_is_warned_of() {
    for less in [json!({}), json!({ VIEW: everywhere() }), json!({ ADMIN: within(&["a"]) })] {
        let world = as_viewer().await;
        world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
        let plan = world.plan(TYPE, "x", viewer(json!({ "access_policies": less }))).await.unwrap();
        assert_eq!(summaries(&plan.warnings), [caller(&role("viewer")), last("viewer")], "{less}");
        assert_says(&plan.warnings[0], &["cluster-admin rights"]);
    }
}

#[tokio::test]
async fn policies_that_stay_are_no_loss() {
    let world = as_viewer().await;
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    let stay = format!("Policies stay with the access entry of {} on cluster dev in us-east-1", role("viewer"));
    for (more, said) in [
        (json!({}), vec![stay]),
        (json!({ "access_policies": { policy(ADMIN): everywhere(), VIEW: everywhere() } }), vec![]),
    ] {
        let plan = world.plan(TYPE, "x", viewer(more)).await.unwrap();
        assert_eq!(summaries(&plan.warnings), said);
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

const CANNOT_TELL: [&str; 2] = [
    "Cannot tell whether this plan locks out whoever runs it: cluster dev in us-east-1",
    "Cannot tell whether this plan removes the last cluster administrator: cluster dev in us-east-1",
];

/// A world in which two entries can go, and neither who runs this nor who else administers can be asked.
async fn in_the_dark(guard: &str, kind: FaultKind) -> World {
    let world = World::start_with("API", json!({ "lockout_guard": guard, "max_retries": 0 })).await;
    world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
    world.converge(TYPE, "y", entry(&role("editor"), json!({}))).await.unwrap();
    for operation in ["GetCallerIdentity", "ListAccessEntries"] {
        world.emulator.add_fault(Fault { times: 99, ..Fault::new(operation, kind) });
    }
    world.new_walk().await.unwrap();
    world
}

/// What cannot be found out holds nobody up, but it is said, once for a cluster.
#[tokio::test]
async fn that_nobody_can_tell_is_warned_of_once() {
    for kind in [FaultKind::AccessDenied, FaultKind::ServerError] {
        let world = in_the_dark("warn", kind).await;
        let first = world.plan_destroy(TYPE, "x").await.unwrap();
        assert_eq!(summaries(&first.warnings), CANNOT_TELL, "{kind:?}");
        for (warning, operation) in first.warnings.iter().zip(["GetCallerIdentity", "ListAccessEntries"]) {
            assert_says(warning, &[&role("viewer"), operation, "lockout_guard", "This is said once"]);
            if kind == FaultKind::AccessDenied {
                assert_says(warning, &[&format!(":{operation} to the identity that runs this")]);
            }
        }
        assert_eq!(summaries(&world.plan_destroy(TYPE, "y").await.unwrap().warnings), [""; 0], "{kind:?}");
    }
}

/// A guard that is told to refuse does not let pass what it has not seen, not even once something of it was said.
#[tokio::test]
async fn that_nobody_can_tell_is_refused_each_time() {
    for kind in [FaultKind::AccessDenied, FaultKind::ServerError] {
        let world = in_the_dark("refuse", kind).await;
        for (address, name) in [("x", "viewer"), ("y", "editor")] {
            let failure = world.plan_destroy(TYPE, address).await.unwrap_err();
            let error = failure.only();
            assert_eq!(error.summary, CANNOT_TELL[0], "{kind:?}");
            assert_says(error, &[&role(name), "GetCallerIdentity", "\"warn\" it goes on"]);
            assert!(!error.detail.contains("This is said once"), "{}", error.detail);
        }
        let world = in_the_dark("off", kind).await;
        world.calls();
        assert_eq!(summaries(&world.plan_destroy(TYPE, "x").await.unwrap().warnings), [""; 0]);
        assert_eq!(world.calls(), ["DescribeAccessEntry viewer", "ListAssociatedAccessPolicies viewer"]);
    }
}

/// One of the answers is enough to know that it matters, and each of them is needed to know that it does not.
#[tokio::test]
async fn each_answer_counts() {
    for (operation, unknown) in
        [("GetCallerIdentity", 0), ("ListAccessEntries", 1), ("ListAssociatedAccessPolicies", 1)]
    {
        let world = World::start_with("API", json!({ "lockout_guard": "refuse" })).await;
        world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
        let policies = json!([{ "policyArn": policy(ADMIN), "accessScope": { "type": "cluster" } }]);
        world.emulator.put_entry("dev", json!({ "principalArn": role("viewer"), "accessPolicies": policies })).unwrap();
        another_admin(&world, json!({ "type": "cluster" }));
        world.new_walk().await.unwrap();
        world.emulator.add_fault(Fault { times: 9, ..Fault::new(operation, FaultKind::AccessDenied) });
        let failure = world.plan_destroy(TYPE, "x").await.unwrap_err();
        assert_eq!(failure.only().summary, CANNOT_TELL[unknown], "{operation}");
        assert_says(failure.only(), &[operation]);
    }
}

#[tokio::test]
async fn the_guard_refuses_or_says_nothing_as_the_provider_has_it() {
    let session = "arn:aws:sts::111122223333:assumed-role/viewer/jane";
    for guard in ["warn", "refuse", "off"] {
        let world = World::start_with("API", json!({ "lockout_guard": guard })).await;
        world.emulator.settings(json!({ "caller_arn": session })).unwrap();
        world.converge(TYPE, "x", viewer(admin(everywhere()))).await.unwrap();
        let less = viewer(json!({ "access_policies": {} }));
        let plans = [world.plan(TYPE, "x", less).await, world.plan_destroy(TYPE, "x").await];
        for plan in plans {
            match guard {
                "warn" => assert_eq!(summaries(&plan.unwrap().warnings), [caller(&role("viewer")), last("viewer")]),
                "refuse" => assert_says(plan.unwrap_err().only(), &[&caller(&role("viewer")), "lockout_guard"]),
                _ => assert_eq!(summaries(&plan.unwrap().warnings), [""; 0]),
            }
        }
        assert!(world.entry(&role("viewer")).is_some());
    }
}

/// The plan was another identity's, and an apply does not plan again what it removes.
#[tokio::test]
async fn an_apply_does_not_remove_the_entry_of_whoever_runs_it() {
    let world = World::start_with("API", json!({ "lockout_guard": "refuse" })).await;
    for (kind, removes) in [("STANDARD", false), ("EC2_LINUX", true)] {
        world.emulator.settings(json!({ "caller_arn": "arn:aws:sts::111122223333:assumed-role/boss/jane" })).unwrap();
        world.converge(TYPE, "x", viewer(json!({ "type": kind }))).await.unwrap();
        let plan = world.plan_destroy(TYPE, "x").await.unwrap();
        world.emulator.settings(json!({ "caller_arn": "arn:aws:sts::111122223333:assumed-role/viewer/jane" })).unwrap();
        world.changes();
        let applied = world.apply(plan).await;
        assert_eq!((applied.is_ok(), world.entry(&role("viewer")).is_none()), (removes, removes), "{kind}");
        if let Err(failure) = applied {
            assert_eq!(failure.only().summary, caller(&role("viewer")));
            assert_eq!(world.changes(), [""; 0]);
            assert!(world.state(TYPE, "x").is_some());
            world.emulator.remove_entry("dev", &role("viewer"));
            world.forget(TYPE, "x");
        }
    }
}
