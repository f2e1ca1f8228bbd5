use std::sync::Arc;

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{OLD, count, counts, fail, find, world};
use crate::support::core::as_json;
use crate::support::eks::{CLUSTER, World, policy, role};
use crate::support::front::Proxy;

const TYPE: &str = "eks_access_entries";

/// Gives the cluster an entry of each kind that makes a difference.
fn fill(world: &World) {
    let policy = |name, scope: &Json| json!({ "policyArn": policy(name), "accessScope": scope });
    let everywhere = json!({ "type": "cluster" });
    let in_a = json!({ "type": "namespace", "namespaces": ["a"] });
    for entry in [
        json!({
            "principalArn": role("viewer"),
            "tags": { "team": "a", "cost": "1" },
            "accessPolicies": [policy("AmazonEKSViewPolicy", &in_a), policy("AmazonEKSEditPolicy", &everywhere)],
        }),
        json!({ "principalArn": role("nobody") }),
        json!({ "principalArn": role("node"), "type": "EC2_LINUX" }),
        json!({
            "principalArn": "arn:aws:iam::111122223333:user/jane",
            "accessPolicies": [policy("AmazonEKSViewPolicy", &everywhere)],
        }),
    ] {
        world.emulator.put_entry(CLUSTER, entry).unwrap();
    }
}

/// All entries, or those that a filter leaves.
fn entries(filter: Json) -> Json {
    let mut asked = json!({ "cluster_name": CLUSTER });
    asked.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
    asked
}

/// The names of the principals that were found.
fn names(found: &Json) -> Vec<&str> {
    let entries = found["access_entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["principal_arn"].as_str().unwrap().rsplit('/').next().unwrap()).collect()
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_not_taken_for_an_empty_one() {
    let world = world(json!({})).await;
    let error = fail(&world, TYPE, json!({ "cluster_name": "nowhere" })).await;
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("No such cluster", "cluster_name"));
}

#[tokio::test]
async fn a_policy_that_is_not_there_is_not_taken_for_one_that_nobody_has() {
    let world = world(json!({})).await;
    fill(&world);
    let error = fail(&world, TYPE, entries(json!({ "policy_arn": "AmazonEKSViewerPolicy" }))).await;
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("No such access policy", "policy_arn"));
    assert!(error.detail.contains("Did you mean \"AmazonEKSViewPolicy\"?"), "{error:?}");
    let elsewhere = "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
    let error = fail(&world, TYPE, entries(json!({ "policy_arn": elsewhere }))).await;
    assert_eq!(error.path, "policy_arn", "{error:?}");
    let found = find(&world, TYPE, entries(json!({ "policy_arn": "AmazonEKSAdminPolicy" }))).await;
    assert_eq!(found["access_entries"], json!([]));
}

#[tokio::test]
async fn one_entry_that_cannot_be_read_fails_the_whole() {
    for operation in ["ListAccessEntries", "DescribeAccessEntry", "ListAssociatedAccessPolicies"] {
        let world = world(json!({})).await;
        fill(&world);
        world.emulator.add_fault(Fault::new(operation, FaultKind::AccessDenied));
        let error = fail(&world, TYPE, entries(json!({}))).await;
        assert_eq!(error.summary, "Cannot read EKS access entries");
        assert!(error.detail.contains(&format!("eks:{operation}")), "{error:?}");
    }
}

#[tokio::test]
async fn an_entry_that_goes_while_it_is_looked_at_is_left_out() {
    let proxy = Proxy::start().await;
    let endpoints = json!({ "eks": "http://eks.example", "sts": "http://sts.example" });
    let block = json!({ "http_proxy": proxy.url, "no_proxy": "other.example", "endpoints": endpoints });
    let world = Arc::new(world(block).await);
    fill(&world);
    proxy.lead_to(&world.emulator);
    let behind = Arc::downgrade(&world);
    proxy.before_reply(move |request| {
        let world = behind.upgrade().unwrap();
        // One goes when it has been listed, another one when it has been described.
        if request.starts_with("GET http://eks.example/clusters/dev/access-entries ") {
            world.emulator.remove_entry(CLUSTER, &role("nobody"));
        } else if request.ends_with("viewer HTTP/1.1") {
            world.emulator.remove_entry(CLUSTER, &role("viewer"));
        }
    });
    let found = find(&world, TYPE, entries(json!({}))).await;
    assert_eq!(names(&found), ["node", "jane"], "{:?}", proxy.asked());
}

#[tokio::test]
async fn a_type_that_nobody_knows_is_worth_a_warning() {
    let world = world(json!({})).await;
    fill(&world);
    let found = world.data(TYPE, entries(json!({ "types": ["Standard"] }))).await.unwrap();
    assert_eq!(as_json(&found.state)["access_entries"], json!([]));
    let blamed: Vec<_> = found.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!(blamed, ["types"]);
}

#[tokio::test]
async fn a_cluster_without_entries_has_none() {
    let world = world(json!({})).await;
    for cluster in [CLUSTER, OLD] {
        let found = find(&world, TYPE, json!({ "cluster_name": cluster })).await;
        assert_eq!(found["access_entries"], json!([]));
    }
}

#[tokio::test]
async fn whoever_may_not_look_at_clusters_may_still_look_at_entries() {
    let world = world(json!({})).await;
    world.emulator.add_fault(Fault::new("DescribeCluster", FaultKind::AccessDenied));
    assert_eq!(find(&world, TYPE, json!({ "cluster_name": OLD })).await["access_entries"], json!([]));
}

#[tokio::test]
async fn pain_52_entries_come_with_their_policies() {
    let world = world(json!({ "ignore_tags": { "keys": ["cost"] } })).await;
    fill(&world);
    world.emulator.settings(json!({ "sorted_entries": false })).unwrap();
    let found = find(&world, TYPE, entries(json!({}))).await;
    assert_eq!(names(&found), ["nobody", "node", "viewer", "jane"]);

    let (node, viewer) = (&found["access_entries"][1], &found["access_entries"][2]);
    assert_eq!((&node["type"], &node["access_policies"]), (&json!("EC2_LINUX"), &json!([])));
    assert_eq!(
        viewer,
        &json!({
            "access_entry_arn": world.entry(&role("viewer")).unwrap()["accessEntryArn"],
            "access_policies": [
                {
                    "access_scope": { "type": "cluster", "namespaces": [] },
                    "policy_arn": policy("AmazonEKSEditPolicy"),
                    "policy_name": "AmazonEKSEditPolicy",
                },
                {
                    "access_scope": { "type": "namespace", "namespaces": ["a"] },
                    "policy_arn": policy("AmazonEKSViewPolicy"),
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
}

#[tokio::test]
async fn pain_04_filters_find_what_somebody_added_with_few_calls() {
    let world = world(json!({})).await;
    fill(&world);
    let (view, edit) = (policy("AmazonEKSViewPolicy"), policy("AmazonEKSEditPolicy"));
    // Each with how many entries are described, and of how many the policies are listed.
    for (filter, left, described, associated) in [
        (json!({}), &["nobody", "node", "viewer", "jane"][..], 4, 3),
        (json!({ "types": ["EC2_LINUX", "FARGATE_LINUX"] }), &["node"], 4, 0),
        (json!({ "policy_arn": "AmazonEKSViewPolicy" }), &["viewer", "jane"], 2, 2),
        (json!({ "policy_arn": edit }), &["viewer"], 1, 1),
        (json!({ "principal_arns": ["*:role/no*", role("team/viewer")] }), &["nobody", "node"], 2, 1),
        (json!({ "principal_arns": ["*:role/*"], "policy_arn": view }), &["viewer"], 1, 1),
        (json!({ "principal_arns": [] }), &[], 0, 0),
    ] {
        world.new_walk().await.unwrap();
        let found = find(&world, TYPE, entries(filter.clone())).await;
        assert_eq!(names(&found), left, "{filter}");
        let calls = counts([
            ("ListAccessEntries", 1),
            ("DescribeAccessEntry", described),
            ("ListAssociatedAccessPolicies", associated),
        ]);
        assert_eq!(count(&world), calls, "{filter}");
    }
}

#[tokio::test]
async fn a_large_cluster_takes_more_than_one_page_and_not_all_calls_at_once() {
    let world = world(json!({})).await;
    for number in 0..130 {
        let entry_type = if number < 20 { "STANDARD" } else { "EC2_LINUX" };
        let entry = json!({ "principalArn": role(&number.to_string()), "type": entry_type });
        world.emulator.put_entry(CLUSTER, entry).unwrap();
    }
    let found = find(&world, TYPE, entries(json!({}))).await;
    assert_eq!(names(&found).len(), 130);
    assert!(world.emulator.calls().iter().all(|call| call.in_flight <= 8));
    let calls = counts([("DescribeAccessEntry", 130), ("ListAccessEntries", 2), ("ListAssociatedAccessPolicies", 20)]);
    assert_eq!(count(&world), calls);
}
