//! From create to destroy.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{TYPE, assert_refused, entry, everywhere, user, viewer};
use crate::support::core::{Action, as_json};
use crate::support::eks::{World, role};

#[tokio::test]
async fn create_fails() {
    let world = World::start().await;
    world.emulator.add_fault(Fault::new("CreateAccessEntry", FaultKind::AccessDenied));
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    assert_refused(&world.apply(plan).await.unwrap_err(), "", &["eks:CreateAccessEntry"]);
    assert_eq!(world.state(TYPE, "x"), None);
}

#[tokio::test]
async fn update_fails_halfway() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.emulator.add_fault(Fault::new("TagResource", FaultKind::AccessDenied));
    let config = viewer(json!({ "kubernetes_groups": ["viewers"], "tags": { "team": "a" } }));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    assert_refused(&world.apply(plan).await.unwrap_err(), "", &["eks:TagResource"]);

    let state = world.state(TYPE, "x").unwrap();
    assert_eq!(state["kubernetes_groups"], json!(["viewers"]), "what was done is in the state");
    assert_eq!(state["tags_all"], json!({}), "what was not is not");
    world.changes();
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Update);
    assert_eq!(world.changes(), ["TagResource"], "only what is missing is done");
}

#[tokio::test]
async fn read_fails() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    let before = world.state(TYPE, "x");
    world.emulator.add_fault(Fault::new("DescribeAccessEntry", FaultKind::AccessDenied));
    assert_refused(&world.refresh(TYPE, "x").await.unwrap_err(), "", &["eks:DescribeAccessEntry"]);
    assert_eq!(world.state(TYPE, "x"), before);
}

#[tokio::test]
async fn delete_fails() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.emulator.add_fault(Fault::new("DeleteAccessEntry", FaultKind::AccessDenied));
    assert_refused(&world.destroy(TYPE, "x").await.unwrap_err(), "", &["eks:DeleteAccessEntry"]);
    assert!(world.state(TYPE, "x").is_some());
}

#[tokio::test]
async fn delete_finds_nothing() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    let plan = world.plan_destroy(TYPE, "x").await.unwrap();
    assert!(world.emulator.remove_entry("dev", &role("viewer")));
    world.apply(plan).await.unwrap();
    assert_eq!(world.state(TYPE, "x"), None);
}

#[tokio::test]
async fn basic() {
    let world = World::start().await;
    let created = world.converge(TYPE, "x", entry(&role("team/viewer"), json!({}))).await.unwrap();
    assert_eq!(created.action, Action::Create);
    let state = as_json(&created.state);
    assert_eq!(state["type"], "STANDARD");
    assert_eq!(state["user_name"], "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}");
    assert_eq!(state["kubernetes_groups"], json!([]));
    assert_eq!(state["id"], "dev:arn:aws:iam::111122223333:role/team/viewer");
    assert_eq!(world.changes(), ["CreateAccessEntry viewer"]);

    world.destroy(TYPE, "x").await.unwrap();
    assert_eq!(world.changes(), ["DeleteAccessEntry viewer"]);
    assert_eq!(world.entry(&role("team/viewer")), None);
}

#[tokio::test]
async fn every_argument_is_sent() {
    let world = World::start().await;
    let config = entry(
        &user("jane"),
        json!({
            "type": "STANDARD",
            "kubernetes_groups": ["viewers", "auditors"],
            "user_name": "team:jane",
            "tags": { "team": "a" },
            "region": "us-east-1",
            "principal_unique_id": "AIDACKCEVSQ6C2EXAMPLE",
            "timeouts": { "create": "5m", "read": "1m", "update": "5m", "delete": "5m" },
        }),
    );
    world.converge(TYPE, "x", config).await.unwrap();
    let found = world.entry(&user("jane")).unwrap();
    assert_eq!(found["kubernetesGroups"], json!(["auditors", "viewers"]));
    assert_eq!(found["username"], "team:jane");
    assert_eq!(found["tags"], json!({ "team": "a" }));
}

#[tokio::test]
async fn disappears() {
    let world = World::start().await;
    let config = entry(&role("viewer"), json!({}));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    assert!(world.emulator.remove_entry("dev", &role("viewer")));
    world.new_walk().await.unwrap();
    let plan = world.plan(TYPE, "x", config).await.unwrap();
    assert_eq!(plan.action, Action::Create);
}

#[tokio::test]
async fn disappears_with_its_policies() {
    let world = World::start().await;
    let config = viewer(json!({ "access_policies": { "AmazonEKSViewPolicy": everywhere() } }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    assert!(world.emulator.remove_entry("dev", &role("viewer")));
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Create);
}

/// Each alone and both together, set and taken out again: EKS puts whatever an update leaves out back to its default, so
/// that both are always sent.
#[tokio::test]
async fn pain_11_groups_and_user_name_change_without_resetting_each_other() {
    let default = "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}";
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.changes();
    for (more, groups, user_name) in [
        (json!({ "kubernetes_groups": ["viewers"] }), json!(["viewers"]), default),
        (json!({ "kubernetes_groups": ["viewers"], "user_name": "jane" }), json!(["viewers"]), "jane"),
        (json!({ "kubernetes_groups": ["editors"], "user_name": "jane" }), json!(["editors"]), "jane"),
        (json!({ "user_name": "jane" }), json!([]), "jane"),
        (
            json!({ "kubernetes_groups": ["a", "b"], "user_name": "team:{{SessionName}}" }),
            json!(["a", "b"]),
            "team:{{SessionName}}",
        ),
        (json!({ "kubernetes_groups": ["a", "b"] }), json!(["a", "b"]), default),
        (json!({}), json!([]), default),
    ] {
        let updated = world.converge(TYPE, "x", viewer(more.clone())).await.unwrap();
        assert_eq!(updated.action, Action::Update, "{more}");
        assert_eq!(world.changes(), ["UpdateAccessEntry viewer"], "{more}");
        let found = world.entry(&role("viewer")).unwrap();
        assert_eq!((&found["kubernetesGroups"], &found["username"]), (&groups, &json!(user_name)), "{more}");
    }
}

#[tokio::test]
async fn changes_behind_terraforms_back_are_undone() {
    let world = World::start().await;
    let config = viewer(json!({ "kubernetes_groups": ["viewers"] }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    for changed in [
        json!({ "principalArn": role("viewer"), "kubernetesGroups": ["viewers", "admins"] }),
        json!({ "principalArn": role("viewer"), "kubernetesGroups": ["viewers"], "username": "root" }),
    ] {
        world.emulator.put_entry("dev", changed.clone()).unwrap();
        world.changes();
        assert_eq!(world.converge(TYPE, "x", config.clone()).await.unwrap().action, Action::Update, "{changed}");
        assert_eq!(world.changes(), ["UpdateAccessEntry viewer"]);
    }
}

/// What a change of each argument that names the object, or that EKS never changes, comes to.
#[tokio::test]
async fn replacements() {
    let before = json!({ "principal_unique_id": "AROA1" });
    for (path, value) in [
        ("type", json!("EC2_LINUX")),
        ("principal_arn", json!(role("editor"))),
        ("cluster_name", json!("prod")),
        ("region", json!("eu-west-1")),
        ("principal_unique_id", json!("AROA2")),
    ] {
        let world = World::start().await;
        world.emulator.put_cluster("prod", "API");
        world.emulator.put_cluster_in("eu-west-1", "dev", "API");
        world.converge(TYPE, "x", viewer(before.clone())).await.unwrap();
        let arn = world.state(TYPE, "x").unwrap()["access_entry_arn"].clone();
        world.changes();

        let mut config = viewer(before.clone());
        config[path] = value;
        let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
        assert_eq!((plan.action, plan.requires_replace.as_slice()), (Action::Replace, &[path.to_owned()][..]));
        world.new_walk().await.unwrap();
        assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Replace);
        let name = if path == "principal_arn" { "editor" } else { "viewer" };
        assert_eq!(
            world.changes(),
            ["DeleteAccessEntry viewer".to_owned(), format!("CreateAccessEntry {name}")],
            "{path}"
        );
        assert_ne!(world.state(TYPE, "x").unwrap()["access_entry_arn"], arn, "{path}");
    }
}

#[tokio::test]
async fn saying_the_unique_id_for_the_first_time_or_no_more_changes_nothing() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.changes();
    for id in [json!("AROA1"), Json::Null] {
        let config = viewer(json!({ "principal_unique_id": id }));
        assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Update);
        assert_eq!(world.changes(), [""; 0]);
    }
}
