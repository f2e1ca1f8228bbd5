//! Import, by id and by identity.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{TYPE, VIEW, assert_refused, entry, everywhere, user, viewer};
use crate::support::core::{Action, as_json};
use crate::support::eks::{CLUSTER, World, policy, role};

#[tokio::test]
async fn an_id_that_cannot_be_read() {
    let world = World::start().await;
    for id in ["", "dev", "dev:", ":arn:aws:iam::111122223333:role/x", "dev:viewer", "arn:aws:iam::111122223333:role/x"]
    {
        let failure = world.import(TYPE, "x", id).await.unwrap_err();
        assert_refused(&failure, "", &["Invalid import id", &format!("{id:?}"), "CLUSTER_NAME:PRINCIPAL_ARN"]);
    }
    assert_eq!(world.calls(), [""; 0]);
}

#[tokio::test]
async fn an_identity_that_names_no_entry() {
    let world = World::start().await;
    let viewer = role("viewer");
    let session = "arn:aws:sts::111122223333:assumed-role/viewer/jane";
    for (cluster, principal, path, words) in [
        (json!(null), json!(viewer), "cluster_name", ["Missing required argument", "cluster_name"]),
        (json!(""), json!(viewer), "cluster_name", ["Invalid cluster name", "\"\""]),
        (json!("dev"), json!(null), "principal_arn", ["Missing required argument", "principal_arn"]),
        (json!("dev"), json!(""), "principal_arn", ["Invalid principal", "\"\""]),
        (json!("dev"), json!(session), "principal_arn", ["Invalid principal", &viewer]),
    ] {
        let identity = json!({ "cluster_name": cluster, "principal_arn": principal });
        let failure = world.import_identity(TYPE, "x", &identity).await.unwrap_err();
        assert_refused(&failure, path, &words);
    }
    let failure = world.import(TYPE, "x", &format!("dev:{session}")).await.unwrap_err();
    assert_refused(&failure, "principal_arn", &["Invalid principal", &viewer]);
    assert_eq!(world.calls(), [""; 0]);
}

/// Nobody else can make their entries, but they can be taken into a state.
#[tokio::test]
async fn the_entry_of_a_service_linked_role() {
    let world = World::start().await;
    let role = role("aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS");
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role })).unwrap();
    world.import_identity(TYPE, "x", &json!({ "cluster_name": CLUSTER, "principal_arn": role })).await.unwrap();
    world.verify_import(TYPE, "x", &format!("dev:{role}"), &[]).await.unwrap();
}

#[tokio::test]
async fn nothing_to_import() {
    let world = World::start().await;
    world.emulator.put_cluster("old", "CONFIG_MAP");
    for (cluster, path, words) in [
        ("dev", "", ["Nothing to import", "viewer"]),
        ("prod", "cluster_name", ["No such cluster", "no cluster prod in us-east-1"]),
        ("old", "cluster_name", ["in this authentication mode", "old in us-east-1 is CONFIG_MAP"]),
    ] {
        let failure = world.import(TYPE, "x", &format!("{cluster}:{}", role("viewer"))).await.unwrap_err();
        assert_refused(&failure, path, &words);
    }
}

/// Whoever may not look at clusters hears of the entry.
#[tokio::test]
async fn why_there_is_nothing_to_import_may_stay_unknown() {
    let world = World::start().await;
    world.emulator.add_fault(Fault::new("DescribeCluster", FaultKind::AccessDenied));
    let failure = world.import(TYPE, "x", &format!("prod:{}", role("viewer"))).await.unwrap_err();
    assert_refused(&failure, "", &["Nothing to import", "viewer"]);
}

/// Every character that IAM allows in a name and its path, and what looks like a region in an id.
#[tokio::test]
async fn every_principal_comes_back_by_id_and_by_identity() {
    let world = World::start().await;
    for (principal, id) in [
        (role("viewer"), None),
        (role("team/a+b/viewer"), None),
        (role("a+b=c,d.e@f-g_h"), None),
        (role("aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"), None),
        (role("x@us-east-1"), Some("@us-east-1")),
        (role("x@eu-west-1"), Some("@us-east-1")),
        (user("jane@example.com"), None),
        (user("jane@corp-1"), None),
        (user("ops/jane"), None),
        ("arn:aws:iam::111122223333:root".to_owned(), None),
        ("arn:aws:iam::999999999999:role/elsewhere".to_owned(), None),
    ] {
        let created = world.converge(TYPE, "x", entry(&principal, json!({}))).await.unwrap();
        let state = as_json(&created.state);
        let expected = format!("dev:{principal}{}", id.unwrap_or_default());
        assert_eq!(state["id"], expected);
        world.verify_import(TYPE, "x", &expected, &[]).await.unwrap();
        let identity = json!({ "cluster_name": CLUSTER, "principal_arn": principal, "region": "us-east-1" });
        assert_eq!(world.identity(TYPE, "x").unwrap(), identity);
        world.destroy(TYPE, "x").await.unwrap();
    }
}

#[tokio::test]
async fn an_entry_in_another_region() {
    let world = World::start().await;
    world.emulator.put_cluster_in("eu-west-1", "dev", "API");
    let config = viewer(json!({ "region": "eu-west-1" }));
    world.converge(TYPE, "x", config).await.unwrap();
    assert_eq!(world.entry(&role("viewer")), None, "there is none in us-east-1");
    world.verify_import(TYPE, "x", &format!("dev:{}@eu-west-1", role("viewer")), &[]).await.unwrap();
    assert_eq!(world.identity(TYPE, "x").unwrap()["region"], "eu-west-1");
}

#[tokio::test]
async fn an_identity_without_a_region_is_in_the_providers() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.forget(TYPE, "x");
    let identity = json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer") });
    world.import_identity(TYPE, "x", &identity).await.unwrap();
    assert_eq!(world.identity(TYPE, "x").unwrap()["region"], "us-east-1");
}

#[tokio::test]
async fn everything_of_an_entry_comes_back() {
    let world = World::start_with("API", json!({ "default_tags": { "tags": { "team": "a" } } })).await;
    let config = viewer(json!({ "kubernetes_groups": ["b", "a"], "user_name": "jane", "tags": { "own": "1" } }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    let id = format!("dev:{}", role("viewer"));
    world.verify_import(TYPE, "x", &id, &[]).await.unwrap();

    world.forget(TYPE, "x");
    world.import(TYPE, "x", &id).await.unwrap();
    assert_eq!(world.plan(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}

/// Import takes the entry, not what hangs on it: whether the policies are its business, only the configuration says.
#[tokio::test]
async fn policies_come_with_the_next_apply() {
    let world = World::start().await;
    let policies = json!([{ "policyArn": policy(VIEW), "accessScope": { "type": "cluster" } }]);
    world.emulator.put_entry("dev", json!({ "principalArn": role("viewer"), "accessPolicies": policies })).unwrap();
    let imported = world.import(TYPE, "x", &format!("dev:{}", role("viewer"))).await.unwrap();
    assert_eq!(as_json(&imported.state)["access_policies"], Json::Null);
    let updated =
        world.converge(TYPE, "x", viewer(json!({ "access_policies": { VIEW: everywhere() } }))).await.unwrap();
    assert!(updated.warnings.is_empty(), "{:?}", updated.warnings);
    assert_eq!(world.changes(), [""; 0]);
}
