use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{EDIT, ROLE, VIEW, emulator};
use crate::support::provider::{Provider, count};

const TYPE: &str = "eks_access_entry";

#[tokio::test]
async fn what_is_not_there_is_an_error_that_says_why() {
    let emulator = emulator().await;
    let provider = Provider::of(&emulator, json!({})).await;
    for (cluster, blamed, reason) in [
        ("nowhere", "cluster_name", "There is no cluster nowhere in us-east-1"),
        ("old", "cluster_name", "CONFIG_MAP"),
        ("dev", "principal_arn", "the path of the role"),
    ] {
        let error = provider.fail(TYPE, json!({ "cluster_name": cluster, "principal_arn": ROLE })).await;
        assert_eq!(error.path.to_string(), blamed, "{error:?}");
        assert!(error.detail.contains(reason) && error.detail.contains(cluster), "{error:?}");
    }
}

#[tokio::test]
async fn whoever_may_not_look_at_clusters_learns_that_the_entry_is_not_there() {
    let emulator = emulator().await;
    emulator.add_fault(Fault::new("DescribeCluster", FaultKind::AccessDenied));
    let provider = Provider::of(&emulator, json!({})).await;
    let error = provider.fail(TYPE, json!({ "cluster_name": "dev", "principal_arn": ROLE })).await;
    assert_eq!(error.summary, "No such access entry");
}

#[tokio::test]
async fn a_refusal_names_the_entry_and_the_action() {
    let emulator = emulator().await;
    emulator.add_fault(Fault::new("DescribeAccessEntry", FaultKind::AccessDenied));
    let provider = Provider::of(&emulator, json!({})).await;
    let error = provider.fail(TYPE, json!({ "cluster_name": "dev", "principal_arn": ROLE })).await;
    assert_eq!(error.summary, "Cannot read EKS access entry");
    assert!(error.detail.contains(ROLE) && error.detail.contains("eks:DescribeAccessEntry"), "{error:?}");
}

#[tokio::test]
async fn arguments_that_can_find_nothing_are_refused_before_anybody_is_asked() {
    let emulator = emulator().await;
    let provider = Provider::of(&emulator, json!({})).await;
    for (cluster, principal, blamed) in [
        ("arn:aws:eks:us-east-1:111122223333:cluster/dev", ROLE, "cluster_name"),
        ("dev", "reader", "principal_arn"),
        ("dev", "arn:aws:sts::111122223333:assumed-role/reader/jane", "principal_arn"),
    ] {
        let error = provider.fail(TYPE, json!({ "cluster_name": cluster, "principal_arn": principal })).await;
        assert_eq!(error.path.to_string(), blamed, "{error:?}");
    }
    assert_eq!(emulator.calls(), []);
}

#[tokio::test]
async fn basic() {
    let emulator = emulator().await;
    emulator
        .put_entry(
            "dev",
            json!({
                "principalArn": ROLE,
                "kubernetesGroups": ["viewers"],
                "tags": { "team": "a", "aws:cloudformation:stack-name": "x", "audit/by": "y" },
                "username": "reader",
                "accessPolicies": [
                    { "policyArn": VIEW, "accessScope": { "type": "namespace", "namespaces": ["b", "a"] } },
                    { "policyArn": EDIT, "accessScope": { "type": "cluster" } },
                ],
            }),
        )
        .unwrap();
    let provider = Provider::of(&emulator, json!({ "ignore_tags": { "key_prefixes": ["audit/"] } })).await;
    let found = provider.find(TYPE, json!({ "cluster_name": "dev", "principal_arn": ROLE })).await;

    let entry = &emulator.entries("dev")[0];
    let (created, modified) = (&found["created_at"], &found["modified_at"]);
    assert!([created, modified].iter().all(|time| time.as_str().unwrap().ends_with('Z')), "{found}");
    assert_eq!(
        found,
        json!({
            "cluster_name": "dev",
            "principal_arn": ROLE,
            "region": "us-east-1",
            "access_entry_arn": entry["accessEntryArn"],
            "access_policies": {
                VIEW: { "access_scope": { "type": "namespace", "namespaces": ["a", "b"] } },
                EDIT: { "access_scope": { "type": "cluster", "namespaces": [] } },
            },
            "created_at": created,
            "id": format!("dev:{ROLE}"),
            "kubernetes_groups": ["viewers"],
            "modified_at": modified,
            "tags": { "team": "a" },
            "type": "STANDARD",
            "user_name": "reader",
        })
    );
    assert_eq!(count(&emulator.calls()), [("DescribeAccessEntry", 1), ("ListAssociatedAccessPolicies", 1)]);
}

#[tokio::test]
async fn an_entry_that_takes_no_policies_is_not_asked_for_them() {
    let emulator = emulator().await;
    emulator.put_entry("dev", json!({ "principalArn": ROLE, "type": "EC2_LINUX" })).unwrap();
    let provider = Provider::of(&emulator, json!({})).await;
    let found = provider.find(TYPE, json!({ "cluster_name": "dev", "principal_arn": ROLE })).await;
    assert_eq!((&found["access_policies"], &found["type"]), (&json!({}), &json!("EC2_LINUX")));
    assert_eq!(count(&emulator.calls()), [("DescribeAccessEntry", 1)]);
}

#[tokio::test]
async fn an_entry_that_eks_made_for_itself_is_found() {
    let emulator = emulator().await;
    let role = "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS";
    emulator.put_entry("dev", json!({ "principalArn": role })).unwrap();
    let provider = Provider::of(&emulator, json!({})).await;
    let found = provider.find(TYPE, json!({ "cluster_name": "dev", "principal_arn": role })).await;
    assert_eq!(found["principal_arn"], role);
}
