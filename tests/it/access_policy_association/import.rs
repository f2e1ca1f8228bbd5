//! Associations that are there already.

use serde_json::json;

use super::{ENTRY, TYPE, VIEW, association, in_namespaces, put_entry, with, world};
use crate::support::core::{Action, as_json};
use crate::support::eks::{CLUSTER, World, policy, role};

#[tokio::test]
async fn an_id_that_cannot_be_read() {
    let world = world().await;
    let (principal, policy) = (role("viewer"), policy(VIEW));
    for id in [
        String::new(),
        "dev".to_owned(),
        format!("dev#{principal}"),
        format!("dev:{principal}:{policy}"),
        format!("dev#viewer#{policy}"),
        format!("#{principal}#{policy}"),
        format!("dev#{principal}#"),
        format!("dev#{principal}#{policy}#more"),
    ] {
        let failure = world.import(TYPE, "x", &id).await.unwrap_err();
        let error = failure.only();
        assert_eq!(error.summary, "Invalid import id", "{id}");
        assert!(error.detail.contains("CLUSTER_NAME#PRINCIPAL_ARN#POLICY_ARN"), "{}", error.detail);
    }
}

#[tokio::test]
async fn an_identity_that_names_no_association() {
    let world = world().await;
    let good = json!({ "cluster_name": "dev", "principal_arn": role("viewer"), "policy_arn": VIEW });
    world.emulator.clear_calls();
    for (name, value, summary) in [
        ("cluster_name", json!("a b"), "Invalid cluster name"),
        ("principal_arn", json!("viewer"), "Invalid principal"),
        ("policy_arn", json!(null), "Missing required argument"),
        ("policy_arn", json!("arn:aws:iam::aws:policy/AdministratorAccess"), "Invalid access policy"),
    ] {
        let mut identity = good.clone();
        identity[name] = value;
        let failure = world.import_identity(TYPE, "x", &identity).await.unwrap_err();
        assert_eq!((failure.only().summary.as_str(), failure.only().path.as_str()), (summary, name));
    }
    assert_eq!(world.calls(), [""; 0]);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_imported() {
    let world = world().await;
    world.emulator.put_cluster("old", "CONFIG_MAP");
    for (cluster, name, summary) in [
        ("dev", "viewer", "Nothing to import"),
        ("dev", "nobody", "Nothing to import"),
        ("prod", "viewer", "No such cluster"),
        ("old", "viewer", "No access entries in this authentication mode"),
    ] {
        let id = format!("{cluster}#{}#{}", role(name), policy(VIEW));
        assert_eq!(world.import(TYPE, "x", &id).await.unwrap_err().only().summary, summary);
    }
}

#[tokio::test]
async fn by_id_and_by_identity() {
    let world = world().await;
    let config = in_namespaces("viewer", &policy(VIEW), &["a", "b"]);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    let id = format!("dev#{}#{}", role("viewer"), policy(VIEW));
    world.verify_import(TYPE, "x", &id, &[]).await.unwrap();
    world.verify_import(TYPE, "x", &format!("{id}@us-east-1"), &[]).await.unwrap();

    world.forget(TYPE, "x");
    world.import(TYPE, "x", &id).await.unwrap();
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn by_an_identity_without_a_region() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", &policy(VIEW))).await.unwrap();
    let state = world.state(TYPE, "x");
    world.forget(TYPE, "x");
    let identity = json!({ "cluster_name": "dev", "principal_arn": role("viewer"), "policy_arn": policy(VIEW) });
    world.import_identity(TYPE, "x", &identity).await.unwrap();
    assert_eq!(world.state(TYPE, "x"), state);
}

#[tokio::test]
async fn by_the_name_of_the_policy() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.forget(TYPE, "x");
    world.import(TYPE, "x", &format!("dev#{}#{VIEW}", role("viewer"))).await.unwrap();
    let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    assert_eq!(plan.action, Action::NoOp);
}

#[tokio::test]
async fn from_another_region() {
    let world = World::start().await;
    world.emulator.put_cluster_in("eu-west-1", CLUSTER, "API");
    let entry = json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer"), "region": "eu-west-1" });
    world.converge(ENTRY, "viewer", entry).await.unwrap();
    let config = with(association("viewer", &policy(VIEW)), json!({ "region": "eu-west-1" }));
    world.converge(TYPE, "x", config).await.unwrap();
    let id = format!("dev#{}#{}", role("viewer"), policy(VIEW));
    world.verify_import(TYPE, "x", &format!("{id}@eu-west-1"), &[]).await.unwrap();
    world.forget(TYPE, "x");
    let failure = world.import(TYPE, "x", &id).await.unwrap_err();
    assert_eq!(failure.only().summary, "Nothing to import");
}

#[tokio::test]
async fn of_principals_with_odd_names() {
    let world = World::start().await;
    for principal in [
        "arn:aws:iam::111122223333:role/a/path/of/its/own/x+y=z,1.2@3_4-5",
        "arn:aws:iam::111122223333:user/jane@us-east-1",
        "arn:aws:iam::111122223333:root",
    ] {
        world.emulator.put_entry("dev", json!({ "principalArn": principal })).unwrap();
        let config = with(association("viewer", &policy(VIEW)), json!({ "principal_arn": principal }));
        let created = world.converge(TYPE, "x", config).await.unwrap();
        let id = as_json(&created.state)["id"].as_str().unwrap().to_owned();
        assert_eq!(id, format!("dev#{principal}#{}", policy(VIEW)));
        world.verify_import(TYPE, "x", &id, &[]).await.unwrap();
        world.destroy(TYPE, "x").await.unwrap();
    }
}

#[tokio::test]
async fn of_one_policy_among_several() {
    let world = World::start().await;
    put_entry(&world, "viewer", &[VIEW, "AmazonEKSEditPolicy"]);
    world.import(TYPE, "x", &format!("dev#{}#{}", role("viewer"), policy(VIEW))).await.unwrap();
    assert_eq!(world.state(TYPE, "x").unwrap()["policy_arn"], policy(VIEW));
}
