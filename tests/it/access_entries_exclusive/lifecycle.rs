//! From create to destroy.

use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{ENTRY, TYPE, announced, entries, named, put_entry, set, with, world};
use crate::support::core::{Action, UNKNOWN, as_json};
use crate::support::eks::{CLUSTER, World, role};

const NONE: [&str; 0] = [];

#[tokio::test]
async fn a_cluster_that_is_not_there() {
    let world = World::start().await;
    let config = with(set(&["a"]), json!({ "cluster_name": "prod" }));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    let warning = &plan.warnings[0];
    assert_eq!((warning.summary.as_str(), warning.path.as_str()), ("No such cluster yet", "cluster_name"));
    let failure = world.apply(plan).await.unwrap_err();
    let error = failure.only();
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("Cannot watch over EKS access entries", "cluster_name"));
    assert_eq!(world.state(TYPE, "x"), None);

    let plan = world.plan(TYPE, "x", config).await.unwrap();
    world.emulator.put_cluster("prod", "API");
    world.apply(plan).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_read_stays_in_the_state() {
    let world = world(&["a"]).await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    put_entry(&world, "b");
    for operation in ["ListAccessEntries", "DescribeAccessEntry", "GetCallerIdentity"] {
        world.emulator.add_fault(Fault::new(operation, FaultKind::AccessDenied));
        let failure = world.plan(TYPE, "x", set(&["a"])).await.unwrap_err();
        assert_eq!(failure.only().summary, "Cannot read EKS access entries", "{operation}");
        assert!(world.state(TYPE, "x").is_some());
        world.emulator.clear_faults();
    }
}

#[tokio::test]
async fn what_is_refused_without_asking() {
    let world = World::start().await;
    for (argument, path, summary) in [
        (json!({ "principal_arns": ["a"] }), "principal_arns", "Invalid principal"),
        (
            json!({ "principal_arns": ["arn:aws:sts::111122223333:assumed-role/a/me"] }),
            "principal_arns",
            "Invalid principal",
        ),
        (json!({ "principal_arns": [null] }), "principal_arns", "Missing value"),
        (json!({ "ignore": [null, UNKNOWN] }), "ignore", "Missing value"),
        (json!({ "principal_arns": null }), "principal_arns", "Missing required argument"),
        (json!({ "cluster_name": "a b" }), "cluster_name", "Invalid cluster name"),
        (json!({ "timeouts": { "update": "1x" } }), "timeouts.update", "Invalid timeout"),
    ] {
        let failure = world.validate(TYPE, with(set(&[]), argument)).await.unwrap_err();
        let error = failure.only();
        assert_eq!((error.summary.as_str(), error.path.as_str()), (summary, path));
    }
    assert_eq!(world.calls(), NONE);
}

#[tokio::test]
async fn basic() {
    let world = world(&["a", "b"]).await;
    let created = world.converge(TYPE, "x", set(&["a", "b", "c"])).await.unwrap();
    assert_eq!(created.action, Action::Create);
    assert_eq!(created.warnings, []);
    let expected = json!({
        "cluster_name": "dev",
        "principal_arns": [role("a"), role("b"), role("c")],
        "ignore": null,
        "include_nodes": false,
        "include_service_linked_roles": false,
        "region": "us-east-1",
        "id": "dev",
        "timeouts": null,
    });
    assert_eq!(as_json(&created.state), expected);
    assert_eq!(world.identity(TYPE, "x"), Some(json!({ "cluster_name": "dev", "region": "us-east-1" })));
    assert_eq!(world.changes(), NONE);
}

#[tokio::test]
async fn destroy_forgets() {
    let world = world(&["a"]).await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    put_entry(&world, "b");
    world.calls();
    world.destroy(TYPE, "x").await.unwrap();
    assert_eq!(world.changes(), NONE);
    assert_eq!(entries(&world), ["a", "b"]);
    assert_eq!(world.state(TYPE, "x"), None);
}

/// The same object in the state, but of a cluster that is not there.
fn elsewhere(json: Vec<u8>) -> Vec<u8> {
    String::from_utf8(json).unwrap().replace("\"dev\"", "\"prod\"").into_bytes()
}

#[tokio::test]
async fn disappears_with_the_cluster() {
    let world = world(&["a"]).await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    let mut stored = world.forget(TYPE, "x").unwrap();
    stored.attributes = elsewhere(stored.attributes);
    stored.identity = stored.identity.map(elsewhere);
    world.store(TYPE, "x", stored);
    let config = with(set(&["a"]), json!({ "cluster_name": "prod" }));
    assert_eq!(world.plan(TYPE, "x", config).await.unwrap().action, Action::Create);
}

#[tokio::test]
async fn another_cluster_replaces_it_and_removes_nothing_from_the_first() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", set(&["a", "b"])).await.unwrap();
    world.emulator.put_cluster("prod", "API");
    for (path, value) in [("cluster_name", "prod"), ("region", "eu-west-1")] {
        let plan = world.plan(TYPE, "x", with(set(&["a"]), json!({ path: value }))).await.unwrap();
        assert_eq!(plan.action, Action::Replace);
        assert_eq!(plan.requires_replace, [path]);
        assert!(announced(&plan).is_none());
    }
    world.converge(TYPE, "x", with(set(&["a"]), json!({ "cluster_name": "prod" }))).await.unwrap();
    assert_eq!(entries(&world), ["a", "b"]);
}

/// In that mode, a cluster has no entries that could be too many.
#[tokio::test]
async fn pain_25_a_cluster_in_config_map_mode_has_nothing_to_remove() {
    let world = World::start_in("CONFIG_MAP").await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(world.changes(), NONE);
}

#[tokio::test]
async fn principals_that_are_known_after_apply() {
    let world = world(&["a", "b"]).await;
    for principals in [json!(UNKNOWN), json!([role("a"), UNKNOWN])] {
        let plan = world.plan(TYPE, "x", with(set(&[]), json!({ "principal_arns": principals }))).await.unwrap();
        assert_eq!(plan.action, Action::Create);
        assert!(announced(&plan).is_none());
    }
}

/// It makes no entries itself; the ones of the same plan are fine as long as they are named.
#[tokio::test]
async fn together_with_the_entries_that_it_names() {
    let world = World::start().await;
    let entry = json!({ "cluster_name": CLUSTER, "principal_arn": role("a") });
    let first = world.plan(ENTRY, "a", entry).await.unwrap();
    let second = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    world.apply(first).await.unwrap();
    world.apply(second).await.unwrap();
    assert_eq!(entries(&world), ["a"]);
    assert_eq!(world.plan(TYPE, "x", set(&["a"])).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn by_import() {
    let world = world(&["a", "b"]).await;
    world.converge(TYPE, "x", set(&["a", "b"])).await.unwrap();
    for id in ["dev", "dev@us-east-1"] {
        world.verify_import(TYPE, "x", id, &[]).await.unwrap();
    }
    world.forget(TYPE, "x");
    world.import(TYPE, "x", "dev").await.unwrap();
    assert_eq!(world.converge(TYPE, "x", set(&["a", "b"])).await.unwrap().action, Action::NoOp);

    world.emulator.put_cluster_in("eu-west-1", "far", "API");
    let imported = world.import(TYPE, "far", "far@eu-west-1").await.unwrap();
    assert_eq!(named(&as_json(&imported.state)), NONE);
    assert_eq!(world.identity(TYPE, "far"), Some(json!({ "cluster_name": "far", "region": "eu-west-1" })));
}

#[tokio::test]
async fn what_cannot_be_imported() {
    let world = World::start().await;
    for id in ["", "dev:x"] {
        assert_eq!(world.import(TYPE, "x", id).await.unwrap_err().only().summary, "Invalid import id", "{id}");
    }
    let failure = world.import(TYPE, "x", "prod").await.unwrap_err();
    assert_eq!(failure.only().summary, "Nothing to import");
}
