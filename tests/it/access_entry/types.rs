//! Types of entries: what EKS owns on nodes is read, and never sent.

use serde_json::{Value as Json, json};

use super::{TYPE, entry, everywhere};
use crate::support::core::{Action, as_json};
use crate::support::eks::{World, role};

/// The types of nodes, and the user name that EKS gives each. It refuses groups and user names for them in every call.
const NODES: [(&str, &str); 6] = [
    ("EC2_LINUX", "system:node:{{EC2PrivateDNSName}}"),
    ("EC2_WINDOWS", "system:node:{{EC2PrivateDNSName}}"),
    ("EC2", "system:node:{{SessionName}}"),
    ("FARGATE_LINUX", "system:node:{{SessionName}}"),
    ("HYBRID_LINUX", "system:node:{{SessionName}}"),
    ("HYPERPOD_LINUX", "system:node:{{SessionName}}"),
];

fn node(kind: &str, more: Json) -> Json {
    let mut config = entry(&role("node"), more);
    config["type"] = kind.into();
    config
}

#[tokio::test]
async fn pain_41_every_type_of_node_is_created_read_and_destroyed() {
    let world = World::start().await;
    for (kind, user_name) in NODES {
        let created = world.converge(TYPE, "x", node(kind, json!({}))).await.unwrap();
        assert_eq!(created.action, Action::Create);
        assert!(created.warnings.is_empty(), "{kind}: {:?}", created.warnings);
        let state = as_json(&created.state);
        assert_eq!(state["type"], kind);
        assert_eq!((&state["user_name"], &state["kubernetes_groups"]), (&json!(user_name), &json!(["system:nodes"])));
        let found = world.entry(&role("node")).unwrap();
        assert_eq!((&found["type"], &found["username"]), (&json!(kind), &json!(user_name)));
        assert_eq!(world.changes(), ["CreateAccessEntry node"], "{kind}");

        let destroyed = world.destroy(TYPE, "x").await.unwrap();
        assert!(destroyed.warnings.is_empty(), "{kind}: {:?}", destroyed.warnings);
        assert_eq!(world.changes(), ["DeleteAccessEntry node"], "{kind}");
    }
}

/// Modules write `[]` for "none of my own" whatever the type.
#[tokio::test]
async fn pain_07_no_groups_of_its_own_is_no_diff_on_a_node() {
    let world = World::start().await;
    for (kind, _) in NODES {
        let none = json!({ "kubernetes_groups": [] });
        world.converge(TYPE, "x", node(kind, none.clone())).await.unwrap();
        let plan = world.plan(TYPE, "x", node(kind, none)).await.unwrap();
        assert_eq!(plan.action, Action::NoOp, "{kind}");
        assert_eq!(world.converge(TYPE, "x", node(kind, json!({}))).await.unwrap().action, Action::NoOp, "{kind}");
        world.destroy(TYPE, "x").await.unwrap();
    }
}

#[tokio::test]
async fn no_groups_of_its_own_is_no_diff_on_an_imported_node() {
    let world = World::start().await;
    world.emulator.put_entry("dev", json!({ "principalArn": role("node"), "type": "EC2_LINUX" })).unwrap();
    world.import(TYPE, "x", &format!("dev:{}", role("node"))).await.unwrap();
    world.converge(TYPE, "x", node("EC2_LINUX", json!({ "kubernetes_groups": [] }))).await.unwrap();
    assert_eq!(world.changes(), [""; 0]);
}

/// UpdateAccessEntry is refused on nodes, and told their own user name it complains about `system:` first.
#[tokio::test]
async fn pain_08_a_node_is_never_updated() {
    let world = World::start().await;
    for (kind, _) in NODES {
        world.converge(TYPE, "x", node(kind, json!({}))).await.unwrap();
        world.changes();
        for more in [
            json!({ "on_conflict": "adopt" }),
            json!({ "on_conflict": "adopt", "principal_unique_id": "AROA1" }),
            json!({ "kubernetes_groups": [] }),
            json!({ "timeouts": { "update": "1m" } }),
        ] {
            world.converge(TYPE, "x", node(kind, more.clone())).await.unwrap();
            assert_eq!(world.changes(), [""; 0], "{kind} {more}");
        }
        world.destroy(TYPE, "x").await.unwrap();
    }
}

#[tokio::test]
async fn pain_10_tags_of_a_node_change_without_an_update_of_the_entry() {
    let world = World::start().await;
    for (kind, _) in NODES {
        world.converge(TYPE, "x", node(kind, json!({ "tags": { "team": "a" } }))).await.unwrap();
        world.changes();
        world.converge(TYPE, "x", node(kind, json!({ "tags": { "team": "b", "env": "dev" } }))).await.unwrap();
        assert_eq!(world.changes(), ["TagResource"], "{kind}");
        world.converge(TYPE, "x", node(kind, json!({ "tags": { "team": "b" } }))).await.unwrap();
        assert_eq!(world.changes(), ["UntagResource"], "{kind}");
        assert_eq!(world.entry(&role("node")).unwrap()["tags"], json!({ "team": "b" }));
        world.destroy(TYPE, "x").await.unwrap();
    }
}

/// EKS Auto Mode's own guide associates a policy with the entries of its nodes.
#[tokio::test]
async fn pain_42_an_auto_mode_node_takes_a_policy() {
    let world = World::start().await;
    let config = node("EC2", json!({ "access_policies": { "AmazonEKSAutoNodePolicy": everywhere() } }));
    world.converge(TYPE, "x", config).await.unwrap();
    assert_eq!(world.changes(), ["CreateAccessEntry node", "AssociateAccessPolicy node"]);
}

#[tokio::test]
async fn a_type_that_is_not_known_here_is_left_to_eks() {
    let world = World::start().await;
    let plan = world.plan(TYPE, "x", node("EC2_Linux", json!({}))).await.unwrap();
    let [warning] = plan.warnings.as_slice() else { panic!("one warning, not {:?}", plan.warnings) };
    assert_eq!((warning.summary.as_str(), warning.path.as_str()), ("Unknown type of access entry", "type"));
    super::assert_says(warning, &["EC2_Linux", "EC2_LINUX", "HYPERPOD_LINUX"]);
    let failure = world.apply(plan).await.unwrap_err();
    super::assert_says(failure.only(), &["AccessEntry type must be one of"]);
}

/// From one type to another, what EKS owned goes with the entry.
#[tokio::test]
async fn a_node_becomes_a_person() {
    let world = World::start().await;
    world.converge(TYPE, "x", node("EC2_LINUX", json!({}))).await.unwrap();
    assert_eq!(world.converge(TYPE, "x", node("STANDARD", json!({}))).await.unwrap().action, Action::Replace);
    let state = world.state(TYPE, "x").unwrap();
    assert_eq!(state["kubernetes_groups"], json!([]));
    assert_eq!(state["user_name"], "arn:aws:sts::111122223333:assumed-role/node/{{SessionName}}");
}
