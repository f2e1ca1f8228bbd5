use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{OLD, count, counts, fail, find, world};
use crate::support::eks::{CLUSTER, policy, role};

const TYPE: &str = "eks_access_entry";

#[tokio::test]
async fn what_is_not_there_is_an_error_that_says_why() {
    let world = world(json!({})).await;
    let role = role("team/reader");
    for (cluster, blamed, reason) in [
        ("nowhere", "cluster_name", "There is no cluster nowhere in us-east-1"),
        (OLD, "cluster_name", "CONFIG_MAP"),
        (CLUSTER, "principal_arn", "the path of the role"),
    ] {
        let error = fail(&world, TYPE, json!({ "cluster_name": cluster, "principal_arn": role })).await;
        assert_eq!(error.path, blamed, "{error:?}");
        assert!(error.detail.contains(reason) && error.detail.contains(cluster), "{error:?}");
    }
}

#[tokio::test]
async fn whoever_may_not_look_at_clusters_learns_that_the_entry_is_not_there() {
    let world = world(json!({})).await;
    world.emulator.add_fault(Fault::new("DescribeCluster", FaultKind::AccessDenied));
    let error = fail(&world, TYPE, json!({ "cluster_name": CLUSTER, "principal_arn": role("x") })).await;
    assert_eq!(error.summary, "No such access entry");
}

#[tokio::test]
async fn a_refusal_names_the_entry_and_the_action() {
    let world = world(json!({})).await;
    world.emulator.add_fault(Fault::new("DescribeAccessEntry", FaultKind::AccessDenied));
    let error = fail(&world, TYPE, json!({ "cluster_name": CLUSTER, "principal_arn": role("x") })).await;
    assert_eq!(error.summary, "Cannot read EKS access entry");
    assert!(error.detail.contains(&role("x")) && error.detail.contains("eks:DescribeAccessEntry"), "{error:?}");
}

#[tokio::test]
async fn arguments_that_can_find_nothing_are_refused_before_anybody_is_asked() {
    let world = world(json!({})).await;
    for (cluster, principal, blamed) in [
        ("arn:aws:eks:us-east-1:111122223333:cluster/dev", role("x").as_str(), "cluster_name"),
        (CLUSTER, "reader", "principal_arn"),
        (CLUSTER, "arn:aws:sts::111122223333:assumed-role/reader/jane", "principal_arn"),
    ] {
        let error = fail(&world, TYPE, json!({ "cluster_name": cluster, "principal_arn": principal })).await;
        assert_eq!(error.path, blamed, "{error:?}");
    }
    assert_eq!(world.emulator.calls(), []);
}

#[tokio::test]
async fn basic() {
    let world = world(json!({ "ignore_tags": { "key_prefixes": ["audit/"] } })).await;
    let (role, view, edit) = (role("team/reader"), policy("AmazonEKSViewPolicy"), policy("AmazonEKSEditPolicy"));
    let in_namespaces = json!({ "type": "namespace", "namespaces": ["b", "a"] });
    let entry = json!({
        "principalArn": role,
        "kubernetesGroups": ["viewers"],
        "tags": { "team": "a", "aws:cloudformation:stack-name": "x", "audit/by": "y" },
        "username": "reader",
        "accessPolicies": [
            { "policyArn": view, "accessScope": in_namespaces },
            { "policyArn": edit, "accessScope": { "type": "cluster" } },
        ],
    });
    world.emulator.put_entry(CLUSTER, entry).unwrap();

    let found = find(&world, TYPE, json!({ "cluster_name": CLUSTER, "principal_arn": role })).await;
    let (created, modified) = (&found["created_at"], &found["modified_at"]);
    assert!([created, modified].iter().all(|time| time.as_str().unwrap().ends_with('Z')), "{found}");
    assert_eq!(
        found,
        json!({
            "cluster_name": CLUSTER,
            "principal_arn": role,
            "region": "us-east-1",
            "access_entry_arn": world.entry(&role).unwrap()["accessEntryArn"],
            "access_policies": {
                &view: { "access_scope": { "type": "namespace", "namespaces": ["a", "b"] } },
                &edit: { "access_scope": { "type": "cluster", "namespaces": [] } },
            },
            "created_at": created,
            "id": format!("{CLUSTER}:{role}"),
            "kubernetes_groups": ["viewers"],
            "modified_at": modified,
            "tags": { "team": "a" },
            "type": "STANDARD",
            "user_name": "reader",
        })
    );
    assert_eq!(count(&world), counts([("DescribeAccessEntry", 1), ("ListAssociatedAccessPolicies", 1)]));
}

#[tokio::test]
async fn an_entry_that_takes_no_policies_is_not_asked_for_them() {
    let world = world(json!({})).await;
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("node"), "type": "EC2_LINUX" })).unwrap();
    let found = find(&world, TYPE, json!({ "cluster_name": CLUSTER, "principal_arn": role("node") })).await;
    assert_eq!((&found["access_policies"], &found["type"]), (&json!({}), &json!("EC2_LINUX")));
    assert_eq!(count(&world), counts([("DescribeAccessEntry", 1)]));
}

#[tokio::test]
async fn an_entry_that_eks_made_for_itself_is_found() {
    let world = world(json!({})).await;
    let role = role("aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS");
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role })).unwrap();
    let found = find(&world, TYPE, json!({ "cluster_name": CLUSTER, "principal_arn": role })).await;
    assert_eq!(found["principal_arn"], role);
}

/// In an apply, what is looked up after a change may come after what others have done, such as a script.
#[tokio::test]
async fn what_others_change_in_between_is_seen_in_the_same_apply() {
    let world = world(json!({})).await;
    let named = json!({ "cluster_name": CLUSTER, "principal_arn": role("made-here") });
    let plan = world.plan(TYPE, "x", named.clone()).await.unwrap();
    world.apply(plan).await.unwrap();
    for group in ["one", "another"] {
        let changed = json!({ "principalArn": role("made-here"), "kubernetesGroups": [group] });
        world.emulator.put_entry(CLUSTER, changed).unwrap();
        assert_eq!(find(&world, TYPE, named.clone()).await["kubernetes_groups"], json!([group]));
    }
}
