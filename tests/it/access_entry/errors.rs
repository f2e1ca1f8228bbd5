//! What AWS says, with what to do about it.

use std::sync::Arc;

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{TYPE, assert_refused, assert_says, summaries, viewer};
use crate::support::core::Action;
use crate::support::eks::{World, role};
use crate::support::front::Proxy;

#[tokio::test]
async fn no_such_cluster() {
    let world = World::start().await;
    let mut config = viewer(json!({}));
    config["cluster_name"] = "prod".into();
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    assert_eq!(summaries(&plan.warnings), ["No such cluster yet"]);
    assert_eq!(plan.warnings[0].path, "cluster_name");
    let failure = world.apply(plan).await.unwrap_err();
    assert_refused(&failure, "cluster_name", &["No cluster found for name: prod", "account and region", "made first"]);
}

#[tokio::test]
async fn pain_25_a_cluster_in_a_mode_without_entries() {
    let world = World::start_in("CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    assert_eq!(summaries(&plan.warnings), ["No access entries in this authentication mode"]);
    assert_says(&plan.warnings[0], &["CONFIG_MAP", "eks_authentication_mode"]);
    assert_eq!(plan.warnings[0].path, "cluster_name");
    let failure = world.apply(plan).await.unwrap_err();
    let words = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "eks_authentication_mode", "no way back"];
    assert_refused(&failure, "cluster_name", &words);
}

#[tokio::test]
async fn the_mode_changes_between_plan_and_apply() {
    let world = World::start_in("CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.emulator.set_cluster_mode("dev", "API_AND_CONFIG_MAP");
    world.apply(plan).await.unwrap();
    assert!(world.entry(&role("viewer")).is_some());
}

/// `create = "4s"` leaves room for a pause or two: with more time, it is tried again for two minutes.
#[tokio::test]
async fn pain_22_a_principal_that_does_not_exist() {
    let world = World::start().await;
    world.emulator.set_principals(Some(vec![role("team/viewer")]));
    let plan = world.plan(TYPE, "x", viewer(json!({ "timeouts": { "create": "4s" } }))).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    let words =
        ["invalid principal", "waiting for the principal to become known", "with the path of", "role/team/name"];
    // The advice is the same in other words.
    assert_eq!(failure.only().path, "principal_arn");
    assert_says(failure.only(), &words[..2]);
    assert_says(failure.only(), &["path of the role or user", words[3]]);
}

/// EKS learns of a new role some time after IAM has made it.
#[tokio::test]
async fn pain_19_a_principal_that_is_new_is_waited_for() {
    let world = World::start().await;
    world.emulator.set_principals(Some(Vec::new()));
    world.emulator.settings(json!({ "principal_visible_after_ms": 500 })).unwrap();
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.emulator.set_principals(Some(vec![role("viewer")]));
    world.apply(plan).await.unwrap();
    assert!(world.entry(&role("viewer")).is_some());
}

/// Every call that somebody may lack the right to.
#[tokio::test]
async fn access_denied_names_the_action() {
    for operation in
        ["DescribeAccessEntry", "UpdateAccessEntry", "TagResource", "UntagResource", "ListAssociatedAccessPolicies"]
    {
        let world = World::start().await;
        let before = json!({ "tags": { "gone": "1" }, "access_policies": {} });
        world.converge(TYPE, "x", viewer(before)).await.unwrap();
        world.emulator.add_fault(Fault::new(operation, FaultKind::AccessDenied));
        let after = json!({ "tags": { "new": "1" }, "kubernetes_groups": ["a"], "access_policies": {} });
        let failure = match world.plan(TYPE, "x", viewer(after)).await {
            Ok(plan) => world.apply(plan).await.unwrap_err(),
            Err(failure) => failure,
        };
        let allow = format!("Allow eks:{operation} to the identity that runs this");
        let which = format!("{operation} failed in us-east-1 with AccessDeniedException");
        assert_refused(&failure, "", &[&allow, &which, &role("viewer"), "cluster dev"]);
    }
}

#[tokio::test]
async fn quota_used_up() {
    let world = World::start().await;
    world.emulator.settings(json!({ "max_entries_per_cluster": 0 })).unwrap();
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert_refused(&failure, "", &["ResourceLimitExceededException", "3,000"]);
}

#[tokio::test]
async fn time_is_up() {
    let world = World::start().await;
    world.emulator.add_fault(Fault { ms: 60_000, ..Fault::new("CreateAccessEntry", FaultKind::Hang) });
    let plan = world.plan(TYPE, "x", viewer(json!({ "timeouts": { "create": "2s" } }))).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert_refused(&failure, "", &["time allowed for it was up", "may have been made", "timeouts block"]);
}

/// Only what hangs is short of time: what is done on the way may take as long as it takes on a busy machine.
#[tokio::test]
async fn every_operation_has_its_own_limit() {
    let slow = |operation: &str| Fault { ms: 60_000, ..Fault::new(operation, FaultKind::Hang) };
    let config = |group: &str, timeouts: Json| viewer(json!({ "kubernetes_groups": [group], "timeouts": timeouts }));
    let world = World::start().await;
    let limits = json!({ "update": "300ms", "delete": "301ms" });
    world.converge(TYPE, "x", config("a", limits.clone())).await.unwrap();
    world.emulator.add_fault(slow("UpdateAccessEntry"));
    let plan = world.plan(TYPE, "x", config("b", limits)).await.unwrap();
    assert_says(world.apply(plan).await.unwrap_err().only(), &["time allowed for it was up"]);
    world.emulator.clear_faults();
    world.emulator.add_fault(slow("DeleteAccessEntry"));
    assert_says(world.destroy(TYPE, "x").await.unwrap_err().only(), &["time allowed for it was up"]);
    world.emulator.clear_faults();

    let mut stored = world.stored(TYPE, "x").unwrap();
    let mut attributes: Json = serde_json::from_slice(&stored.attributes).unwrap();
    attributes["timeouts"]["read"] = "300ms".into();
    stored.attributes = attributes.to_string().into_bytes();
    world.store(TYPE, "x", stored);
    world.emulator.add_fault(slow("DescribeAccessEntry"));
    assert_says(world.refresh(TYPE, "x").await.unwrap_err().only(), &["time allowed for it was up"]);
}

/// The same request is sent again, and EKS knows it by its token.
#[tokio::test]
async fn a_create_whose_answer_is_lost_is_made_once() {
    let world = World::start().await;
    world.emulator.add_fault(Fault::new("CreateAccessEntry", FaultKind::DropAfter));
    assert_eq!(world.converge(TYPE, "x", viewer(json!({}))).await.unwrap().action, Action::Create);
    assert_eq!(world.changes(), ["CreateAccessEntry viewer", "CreateAccessEntry viewer"]);
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let world = World::start().await;
    world.emulator.add_fault(Fault::new("CreateAccessEntry", FaultKind::Throttle));
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_none() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.emulator.add_fault(Fault { times: 9, ..Fault::new("DescribeAccessEntry", FaultKind::Garbage) });
    assert_says(world.refresh(TYPE, "x").await.unwrap_err().only(), &["could not be understood"]);
}

#[tokio::test]
async fn an_entry_that_goes_between_plan_and_apply_of_a_change() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    let plan = world.plan(TYPE, "x", viewer(json!({ "kubernetes_groups": ["a"] }))).await.unwrap();
    world.emulator.remove_entry("dev", &role("viewer"));
    let failure = world.apply(plan).await.unwrap_err();
    assert_refused(&failure, "principal_arn", &["principalArn could not be found", &role("viewer")]);
    let again = world.converge(TYPE, "x", viewer(json!({ "kubernetes_groups": ["a"] }))).await.unwrap();
    assert_eq!(again.action, Action::Create);
}

#[tokio::test]
async fn pain_26_an_entry_waits_for_the_mode_that_its_cluster_is_changing_to() {
    let world = World::start_in("CONFIG_MAP").await;
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.emulator.start_mode_update("dev", "API_AND_CONFIG_MAP", 300).unwrap();
    world.apply(plan).await.unwrap();
    assert!(world.entry(&role("viewer")).is_some());
}

/// The refusal was on its way when the change was made.
#[tokio::test]
async fn pain_26_an_entry_that_is_refused_just_before_the_mode_has_changed() {
    let proxy = Proxy::start().await;
    let endpoints = json!({ "endpoints": { "eks": proxy.url, "sts": proxy.url } });
    let world = Arc::new(World::start_with("CONFIG_MAP", endpoints).await);
    proxy.lead_to(&world.emulator);
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    let behind = Arc::downgrade(&world);
    proxy.before_reply(move |request| {
        if request.starts_with("POST ") {
            behind.upgrade().unwrap().emulator.set_cluster_mode("dev", "API_AND_CONFIG_MAP");
        }
    });
    world.apply(plan).await.unwrap();
    assert!(world.entry(&role("viewer")).is_some());
}

/// An update of another kind changes no mode, and may take long.
#[tokio::test]
async fn an_update_of_another_kind_is_not_waited_for() {
    let world = World::start_in("CONFIG_MAP").await;
    world.emulator.start_update("dev", "VersionUpdate", 600_000).unwrap();
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    assert_refused(&world.apply(plan).await.unwrap_err(), "cluster_name", &["CONFIG_MAP"]);
}

/// A world whose provider gives up at once.
async fn impatient(provider: serde_json::Value) -> World {
    let mut config = json!({ "max_retries": 0 });
    config.as_object_mut().unwrap().extend(provider.as_object().unwrap().clone());
    World::start_with("API", config).await
}

#[tokio::test]
async fn throttled() {
    let world = impatient(json!({})).await;
    world.emulator.add_fault(Fault { times: 9, ..Fault::new("ListAccessEntries", FaultKind::Throttle) });
    let failure = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap_err();
    assert_refused(&failure, "", &["ThrottlingException", "-parallelism", &role("viewer")]);
}

#[tokio::test]
async fn eks_fails() {
    for (kind, code) in
        [(FaultKind::ServerError, "ServerException"), (FaultKind::Unavailable, "ServiceUnavailableException")]
    {
        let world = impatient(json!({})).await;
        world.emulator.add_fault(Fault { times: 9, ..Fault::new("ListAccessEntries", kind) });
        let failure = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap_err();
        assert_refused(&failure, "", &[code, "request id", "Health Dashboard", "us-east-1"]);
    }
}

#[tokio::test]
async fn unreachable() {
    // Nobody listens on port 1.
    let world = impatient(json!({ "endpoints": { "eks": "http://127.0.0.1:1" } })).await;
    let failure = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap_err();
    assert_refused(&failure, "", &["AWS gave no answer", "the network, the proxy and the endpoints"]);
}

#[tokio::test]
async fn an_account_that_is_not_allowed() {
    let world = impatient(json!({ "allowed_account_ids": ["999999999999"] })).await;
    let failure = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap_err();
    assert_refused(&failure, "", &["111122223333", "allowed_account_ids"]);
}
