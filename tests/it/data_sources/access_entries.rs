use eks_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value as Json, json};
use terraform_provider_eks::framework::Severity;

use super::{EDIT, ROLE, VIEW, emulator};
use crate::support::provider::{Provider, count};

const TYPE: &str = "eks_access_entries";

/// Gives `dev` an entry of each kind that makes a difference.
fn fill(emulator: &Emulator) {
    let everywhere = json!({ "type": "cluster" });
    let in_a = json!({ "type": "namespace", "namespaces": ["a"] });
    for entry in [
        json!({ "principalArn": role("viewer"), "tags": { "team": "a", "cost": "1" },
            "accessPolicies": [{ "policyArn": VIEW, "accessScope": in_a }, { "policyArn": EDIT, "accessScope": everywhere }] }),
        json!({ "principalArn": role("nobody") }),
        json!({ "principalArn": role("node"), "type": "EC2_LINUX" }),
        json!({ "principalArn": "arn:aws:iam::111122223333:user/jane", "kubernetesGroups": ["admins"],
            "accessPolicies": [{ "policyArn": VIEW, "accessScope": everywhere }] }),
    ] {
        emulator.put_entry("dev", entry).unwrap();
    }
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{name}")
}

/// The last parts of the principals that were found.
fn names(found: &Json) -> Vec<&str> {
    let entries = found["access_entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["principal_arn"].as_str().unwrap().rsplit('/').next().unwrap()).collect()
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_not_taken_for_an_empty_one() {
    let emulator = emulator().await;
    let provider = Provider::of(&emulator, json!({})).await;
    let error = provider.fail(TYPE, json!({ "cluster_name": "nowhere" })).await;
    assert_eq!((error.summary.as_str(), error.path.to_string().as_str()), ("No such cluster", "cluster_name"));
}

#[tokio::test]
async fn a_policy_that_is_not_there_is_not_taken_for_one_that_nobody_has() {
    let emulator = emulator().await;
    fill(&emulator);
    let provider = Provider::of(&emulator, json!({})).await;
    let asked = |policy: &str| json!({ "cluster_name": "dev", "policy_arn": policy });
    let error = provider.fail(TYPE, asked("AmazonEKSViewerPolicy")).await;
    assert_eq!((error.summary.as_str(), error.path.to_string().as_str()), ("No such access policy", "policy_arn"));
    let error = provider.fail(TYPE, asked("arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy")).await;
    assert_eq!(error.path.to_string(), "policy_arn", "{error:?}");
    let found = provider.find(TYPE, asked("AmazonEKSAdminPolicy")).await;
    assert_eq!(found["access_entries"], json!([]));
}

#[tokio::test]
async fn one_entry_that_cannot_be_read_fails_the_whole() {
    let emulator = emulator().await;
    fill(&emulator);
    for operation in ["ListAccessEntries", "DescribeAccessEntry", "ListAssociatedAccessPolicies"] {
        emulator.add_fault(Fault::new(operation, FaultKind::AccessDenied));
        let provider = Provider::of(&emulator, json!({})).await;
        let error = provider.fail(TYPE, json!({ "cluster_name": "dev" })).await;
        assert_eq!(error.summary, "Cannot read EKS access entries");
        assert!(error.detail.contains(&format!("eks:{operation}")), "{error:?}");
    }
}

#[tokio::test]
async fn a_type_that_nobody_knows_is_worth_a_warning() {
    let emulator = emulator().await;
    fill(&emulator);
    let provider = Provider::of(&emulator, json!({})).await;
    let (found, said) = provider.read(TYPE, json!({ "cluster_name": "dev", "types": ["Standard"] })).await;
    assert_eq!(found["access_entries"], json!([]));
    let said: Vec<_> = said.iter().map(|said| (said.severity, said.path.to_string())).collect();
    assert_eq!(said, [(Severity::Warning, "types".to_owned())]);
}

#[tokio::test]
async fn a_cluster_without_entries_has_none() {
    let emulator = emulator().await;
    let provider = Provider::of(&emulator, json!({})).await;
    for cluster in ["dev", "old"] {
        let found = provider.find(TYPE, json!({ "cluster_name": cluster })).await;
        assert_eq!(found["access_entries"], json!([]));
    }
}

#[tokio::test]
async fn whoever_may_not_look_at_clusters_may_still_look_at_entries() {
    let emulator = emulator().await;
    emulator.add_fault(Fault::new("DescribeCluster", FaultKind::AccessDenied));
    let provider = Provider::of(&emulator, json!({})).await;
    let found = provider.find(TYPE, json!({ "cluster_name": "dev" })).await;
    assert_eq!(found["access_entries"], json!([]));
}

#[tokio::test]
async fn pain_52_entries_come_with_their_policies() {
    let emulator = emulator().await;
    fill(&emulator);
    emulator.settings(json!({ "sorted_entries": false })).unwrap();
    let provider = Provider::of(&emulator, json!({ "ignore_tags": { "keys": ["cost"] } })).await;
    let found = provider.find(TYPE, json!({ "cluster_name": "dev" })).await;
    assert_eq!(names(&found), ["nobody", "node", "viewer", "jane"]);

    let viewer = &found["access_entries"][2];
    let at = emulator.entries("dev");
    let at = at.iter().find(|entry| entry["principalArn"] == role("viewer")).unwrap();
    assert_eq!(
        viewer,
        &json!({
            "access_entry_arn": at["accessEntryArn"],
            "access_policies": [
                {
                    "access_scope": { "type": "cluster", "namespaces": [] },
                    "policy_arn": EDIT,
                    "policy_name": "AmazonEKSEditPolicy",
                },
                {
                    "access_scope": { "type": "namespace", "namespaces": ["a"] },
                    "policy_arn": VIEW,
                    "policy_name": "AmazonEKSViewPolicy",
                },
            ],
            "created_at": viewer["created_at"],
            "kubernetes_groups": [],
            "modified_at": viewer["modified_at"],
            "principal_arn": role("viewer"),
            "tags": { "team": "a" },
            "type": "STANDARD",
            "user_name": "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}",
        })
    );
    let node = &found["access_entries"][1];
    assert_eq!((&node["type"], &node["access_policies"]), (&json!("EC2_LINUX"), &json!([])));
}

#[tokio::test]
async fn filters_save_calls() {
    let emulator = emulator().await;
    fill(&emulator);
    let calls = |list, describe, associated| {
        let calls = [
            ("DescribeAccessEntry", describe),
            ("ListAccessEntries", list),
            ("ListAssociatedAccessPolicies", associated),
        ];
        calls.into_iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>()
    };
    for (filter, left, made) in [
        (json!({}), &["nobody", "node", "viewer", "jane"][..], calls(1, 4, 3)),
        (json!({ "types": ["EC2_LINUX", "FARGATE_LINUX"] }), &["node"], calls(1, 4, 0)),
        (json!({ "policy_arn": "AmazonEKSViewPolicy" }), &["viewer", "jane"], calls(1, 2, 2)),
        (json!({ "policy_arn": EDIT }), &["viewer"], calls(1, 1, 1)),
        (json!({ "principal_arns": ["*:role/no*", ROLE] }), &["nobody", "node"], calls(1, 2, 1)),
        (json!({ "principal_arns": ["*:role/*"], "policy_arn": VIEW }), &["viewer"], calls(1, 1, 1)),
        (json!({ "principal_arns": [] }), &[], calls(1, 0, 0)),
    ] {
        emulator.clear_calls();
        let provider = Provider::of(&emulator, json!({})).await;
        let asked = crate::support::provider::merge(json!({ "cluster_name": "dev" }), filter.clone());
        let found = provider.find(TYPE, asked).await;
        assert_eq!(names(&found), left, "{filter}");
        assert_eq!(count(&emulator.calls()), made, "{filter}");
    }
}

#[tokio::test]
async fn a_large_cluster_takes_more_than_one_page_and_not_all_calls_at_once() {
    let emulator = emulator().await;
    for number in 0..130 {
        let of_type = if number < 20 { "STANDARD" } else { "EC2_LINUX" };
        emulator.put_entry("dev", json!({ "principalArn": role(&number.to_string()), "type": of_type })).unwrap();
    }
    let provider = Provider::of(&emulator, json!({})).await;
    let found = provider.find(TYPE, json!({ "cluster_name": "dev" })).await;
    assert_eq!(names(&found).len(), 130);
    let calls = emulator.calls();
    let made = [("DescribeAccessEntry", 130), ("ListAccessEntries", 2), ("ListAssociatedAccessPolicies", 20)];
    assert_eq!(count(&calls), made);
    assert!(calls.iter().all(|call| call.in_flight <= 8));
}
