use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{ALL, count, counts, fail, find, identity, imported, of_cluster, service_linked};
use crate::support::core::{ListedObject, as_json};
use crate::support::eks::{CLUSTER, World, policy, role};

const TYPE: &str = "eks_access_policy_association";
const ENTRIES: &str = "ListAccessEntries";
const POLICIES: &str = "ListAssociatedAccessPolicies";
const DESCRIBE: &str = "DescribeAccessEntry";

fn with(names: &[&str]) -> Json {
    let scope = json!({ "type": "namespace", "namespaces": ["b", "a"] });
    names.iter().map(|name| json!({ "policyArn": policy(name), "accessScope": scope })).collect()
}

/// With entries that have none, one and two policies, a node that has one, and one of EKS's own.
async fn world() -> World {
    let world = World::start().await;
    let auto = json!([{ "policyArn": policy("AmazonEKSAutoNodePolicy"), "accessScope": { "type": "cluster" } }]);
    for entry in [
        json!({ "principalArn": role("editor"), "accessPolicies": with(&["AmazonEKSEditPolicy", "AmazonEKSViewPolicy"]) }),
        json!({ "principalArn": role("nobody") }),
        json!({ "principalArn": role("node"), "type": "EC2", "accessPolicies": auto }),
        json!({ "principalArn": role("viewer"), "accessPolicies": with(&["AmazonEKSViewPolicy"]) }),
        json!({ "principalArn": role("worker"), "type": "EC2_LINUX" }),
        json!({ "principalArn": service_linked(), "accessPolicies": with(&["AmazonEKSViewPolicy"]) }),
    ] {
        world.emulator.put_entry(CLUSTER, entry).unwrap();
    }
    world
}

/// What was found, in a few words.
fn short(found: &[ListedObject]) -> Vec<String> {
    let short = |object: &ListedObject| {
        let (policy, principal) = object.display_name.split_once(" of ").unwrap();
        let policy = policy.strip_prefix("AmazonEKS").and_then(|name| name.strip_suffix("Policy")).unwrap();
        format!("{} {policy}", principal.rsplit('/').next().unwrap())
    };
    found.iter().map(short).collect()
}

#[tokio::test]
async fn no_such_cluster() {
    let world = world().await;
    for more in [json!({}), json!({ "principal_arn": role("viewer") })] {
        let mut config = of_cluster(more);
        config["cluster_name"] = "nowhere".into();
        let error = fail(&world, TYPE, config).await;
        assert_eq!((error.summary.as_str(), error.path.as_str()), ("No such cluster", "cluster_name"));
    }
}

#[tokio::test]
async fn an_argument_that_cannot_be() {
    let world = world().await;
    let session = "arn:aws:sts::111122223333:assumed-role/viewer/jane";
    for (path, wrong) in [("principal_arn", session), ("policy_arn", "arn:aws:iam::aws:policy/X")] {
        assert_eq!(fail(&world, TYPE, of_cluster(json!({ path: wrong }))).await.path, path);
    }
    assert_eq!(world.calls(), [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_warning_and_the_rest_is_found() {
    let world = world().await;
    let fault =
        |operation| Fault { principal_arn: Some(role("editor")), ..Fault::new(operation, FaultKind::AccessDenied) };
    world.emulator.add_fault(fault(POLICIES));
    let listed = world.list(TYPE, of_cluster(json!({})), true, ALL).await.unwrap();
    assert_eq!(short(&listed.found), ["viewer View"]);
    let [warning] = listed.warnings.as_slice() else { panic!("{:?}", listed.warnings) };
    assert!(warning.detail.contains(&role("editor")) && warning.detail.contains("missing in this list"), "{warning:?}");

    world.new_walk().await.unwrap();
    world.emulator.add_fault(fault(DESCRIBE));
    let listed = world.list(TYPE, of_cluster(json!({})), true, ALL).await.unwrap();
    assert_eq!(short(&listed.found), ["editor Edit", "editor View", "viewer View"]);
    assert!(listed.found[..2].iter().all(|object| object.resource.is_null()) && !listed.found[2].resource.is_null());
    let [warning] = listed.warnings.as_slice() else { panic!("{:?}", listed.warnings) };
    assert!(warning.detail.contains("eks:DescribeAccessEntry") && warning.detail.contains("listed all the same"));
}

#[tokio::test]
async fn of_a_whole_cluster_or_of_one_principal() {
    let world = world().await;
    let (editor, slr) = (role("editor"), "AWSServiceRoleForAmazonEKS View");
    let all = json!({ "include_nodes": true, "include_service_linked_roles": true });
    for (more, found, entries, policies, described) in [
        (json!({}), &["editor Edit", "editor View", "viewer View"][..], 1, 5, 3),
        (all, &["AWS", "editor Edit", "editor View", "node AutoNode", "viewer View"], 1, 6, 0),
        (json!({ "policy_arn": "AmazonEKSViewPolicy" }), &["editor View", "viewer View"], 1, 2, 2),
        (json!({ "policy_arn": policy("AmazonEKSEditPolicy") }), &["editor Edit"], 1, 1, 1),
        (json!({ "principal_arn": editor }), &["editor Edit", "editor View"], 0, 1, 0),
        (json!({ "principal_arn": editor, "policy_arn": "AmazonEKSViewPolicy" }), &["editor View"], 0, 1, 0),
        (json!({ "principal_arn": role("node") }), &["node AutoNode"], 0, 1, 0),
        (json!({ "principal_arn": service_linked() }), &["AWS"], 0, 1, 0),
        (json!({ "principal_arn": role("nobody") }), &[], 0, 1, 0),
    ] {
        world.new_walk().await.unwrap();
        let listed = find(&world, TYPE, of_cluster(more.clone()), false, ALL).await;
        let found: Vec<_> = found.iter().map(|name| if *name == "AWS" { slr } else { name }).collect();
        assert_eq!(short(&listed), found, "{more}");
        let calls = counts([(ENTRIES, entries), (POLICIES, policies), (DESCRIBE, described)]);
        assert_eq!(count(&world), calls, "{more}");
    }
}

#[tokio::test]
async fn a_principal_without_an_entry_has_none() {
    let world = world().await;
    assert_eq!(short(&find(&world, TYPE, of_cluster(json!({ "principal_arn": role("x") })), true, ALL).await), [""; 0]);
}

#[tokio::test]
async fn whole_objects() {
    let world = world().await;
    let found = find(&world, TYPE, of_cluster(json!({ "include_nodes": true })), true, ALL).await;
    assert_eq!(found.len(), 4);
    for object in found {
        let (resource, id) = (as_json(&object.resource), as_json(&object.identity));
        let [principal, policy] = ["principal_arn", "policy_arn"].map(|name| resource[name].clone());
        assert_eq!(id, identity(json!({ "principal_arn": principal, "policy_arn": policy })));
        assert_eq!(resource, imported(&world, TYPE, &object).await);
        world.forget(TYPE, "x");
    }
}

#[tokio::test]
async fn pages_are_fetched_as_they_are_wanted() {
    let world = World::start().await;
    for number in 0..130 {
        let entry =
            json!({ "principalArn": role(&format!("{number:03}")), "accessPolicies": with(&["AmazonEKSViewPolicy"]) });
        world.emulator.put_entry(CLUSTER, entry).unwrap();
    }
    for (limit, found, pages) in [(3, 3, 1), (100, 100, 1), (101, 101, 2), (ALL, 130, 2)] {
        world.new_walk().await.unwrap();
        assert_eq!(find(&world, TYPE, of_cluster(json!({ "include_nodes": true })), false, limit).await.len(), found);
        assert_eq!(count(&world), counts([(ENTRIES, pages), (POLICIES, found)]), "{limit}");
    }
}
