//! How many calls each kind of change takes, to the last one.

use serde_json::{Value as Json, json};

use super::{ADMIN, EDIT, TYPE, VIEW, entry, everywhere, user, viewer, within};
use crate::support::eks::{World, role};

/// The calls of the plan and of the apply that lead from one configuration to the next.
async fn calls(world: &World, config: Json) -> [Vec<String>; 2] {
    world.new_walk().await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    let planned = world.calls();
    world.apply(plan).await.unwrap();
    [planned, world.calls()]
}

const READ: &str = "DescribeAccessEntry viewer";
const READ_POLICIES: &str = "ListAssociatedAccessPolicies viewer";

#[tokio::test]
async fn create() {
    let world = World::start().await;
    let [plan, apply] = calls(&world, viewer(json!({ "tags": { "team": "a" }, "kubernetes_groups": ["a"] }))).await;
    assert_eq!(plan, ["ListAccessEntries"]);
    assert_eq!(apply, ["ListAccessEntries", "CreateAccessEntry viewer"]);
}

#[tokio::test]
async fn create_with_policies() {
    let world = World::start().await;
    let [_, apply] =
        calls(&world, viewer(json!({ "access_policies": { VIEW: everywhere(), EDIT: everywhere() } }))).await;
    let associate = "AssociateAccessPolicy viewer";
    assert_eq!(apply, ["ListAccessEntries", "CreateAccessEntry viewer", associate, associate]);
}

/// One listing answers for all entries of a cluster that are new.
#[tokio::test]
async fn create_of_many() {
    let world = World::start().await;
    let mut plans = Vec::new();
    for name in ["a", "b", "c"] {
        plans.push(world.plan(TYPE, name, entry(&user(name), json!({}))).await.unwrap());
    }
    assert_eq!(world.calls(), ["ListAccessEntries"]);
    for plan in plans {
        world.apply(plan).await.unwrap();
    }
    let created = ["a", "b", "c"].map(|name| format!("CreateAccessEntry {name}"));
    assert_eq!(world.calls(), [&["ListAccessEntries".to_owned()], created.as_slice()].concat());
}

#[tokio::test]
async fn read_and_no_op() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.new_walk().await.unwrap();
    world.calls();
    world.refresh(TYPE, "x").await.unwrap();
    assert_eq!(world.calls(), [READ]);
    assert_eq!(calls(&world, viewer(json!({}))).await, [vec![READ], vec![]]);
}

#[tokio::test]
async fn read_with_policies() {
    let world = World::start().await;
    let config = viewer(json!({ "access_policies": { VIEW: everywhere() } }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    assert_eq!(calls(&world, config).await, [vec![READ, READ_POLICIES], vec![]]);
}

#[tokio::test]
async fn update() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    for (more, change) in [
        (json!({ "kubernetes_groups": ["a"] }), &["UpdateAccessEntry viewer"][..]),
        (json!({ "kubernetes_groups": ["b"], "user_name": "jane" }), &["UpdateAccessEntry viewer"]),
        (json!({ "kubernetes_groups": ["b"], "user_name": "jane", "tags": { "a": "1" } }), &["TagResource"]),
        (
            json!({ "kubernetes_groups": ["b"], "user_name": "jane", "tags": { "b": "1" } }),
            &["TagResource", "UntagResource"],
        ),
        (json!({ "kubernetes_groups": ["b"], "user_name": "jane" }), &["UntagResource"]),
        (json!({ "kubernetes_groups": ["b"], "user_name": "jane", "on_conflict": "adopt" }), &[]),
        (json!({ "tags": { "a": "1" }, "on_conflict": "adopt" }), &["UpdateAccessEntry viewer", "TagResource"]),
    ] {
        let [plan, apply] = calls(&world, viewer(more.clone())).await;
        assert_eq!(plan, [READ], "{more}");
        assert_eq!(apply, change, "{more}");
    }
}

#[tokio::test]
async fn update_of_policies() {
    let world = World::start().await;
    let of = |policies: Json| viewer(json!({ "access_policies": policies }));
    world.converge(TYPE, "x", of(json!({ VIEW: within(&["a"]) }))).await.unwrap();
    for (policies, change) in [
        (json!({ VIEW: within(&["a", "b"]) }), &["AssociateAccessPolicy viewer"][..]),
        (json!({ VIEW: within(&["a", "b"]), EDIT: everywhere() }), &["AssociateAccessPolicy viewer"]),
        (json!({ EDIT: everywhere() }), &["DisassociateAccessPolicy viewer"]),
        (json!({ VIEW: everywhere() }), &["AssociateAccessPolicy viewer", "DisassociateAccessPolicy viewer"]),
    ] {
        let [plan, apply] = calls(&world, of(policies.clone())).await;
        assert_eq!(plan, [READ, READ_POLICIES], "{policies}");
        assert_eq!(apply, change, "{policies}");
    }
}

/// Whether this locks anybody out takes two questions: who asks, and who has cluster-admin rights.
#[tokio::test]
async fn delete() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({ "access_policies": { VIEW: everywhere() } }))).await.unwrap();
    world.new_walk().await.unwrap();
    world.calls();
    let plan = world.plan_destroy(TYPE, "x").await.unwrap();
    assert_eq!(world.calls(), [READ, READ_POLICIES, "GetCallerIdentity", "ListAccessEntries"]);
    world.apply(plan).await.unwrap();
    assert_eq!(world.calls(), ["DeleteAccessEntry viewer"]);
}

#[tokio::test]
async fn replace() {
    let world = World::start().await;
    let config = |id: &str| viewer(json!({ "principal_unique_id": id, "access_policies": { VIEW: everywhere() } }));
    world.converge(TYPE, "x", config("AROA1")).await.unwrap();
    let [plan, apply] = calls(&world, config("AROA2")).await;
    // Whether it is made again for whoever asks.
    assert_eq!(plan, [READ, READ_POLICIES, "GetCallerIdentity"]);
    let changes = ["DeleteAccessEntry viewer", "CreateAccessEntry viewer", "AssociateAccessPolicy viewer"];
    assert_eq!(apply, changes);
}

#[tokio::test]
async fn adopt() {
    let world = World::start().await;
    world.emulator.put_entry("dev", json!({ "principalArn": role("viewer"), "tags": { "a": "1" } })).unwrap();
    let config = viewer(
        json!({ "on_conflict": "adopt", "kubernetes_groups": ["a"], "access_policies": { ADMIN: everywhere() } }),
    );
    let [plan, apply] = calls(&world, config).await;
    let look = ["ListAccessEntries", READ, READ_POLICIES];
    assert_eq!(plan, look);
    let refused_and_looked_at = ["CreateAccessEntry viewer", READ];
    let changes = ["UpdateAccessEntry viewer", "UntagResource", READ_POLICIES, "AssociateAccessPolicy viewer"];
    assert_eq!(apply, [&look[..], &refused_and_looked_at, &changes].concat());
}

#[tokio::test]
async fn import() {
    let world = World::start().await;
    world.emulator.put_entry("dev", json!({ "principalArn": role("viewer") })).unwrap();
    world.import(TYPE, "x", &format!("dev:{}", role("viewer"))).await.unwrap();
    assert_eq!(world.calls(), [READ]);
}
