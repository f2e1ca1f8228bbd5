use std::sync::Arc;

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{ALL, count, counts, fail, find, identity, imported, names, of_cluster, service_linked};
use crate::support::core::{Severity, as_json};
use crate::support::eks::{CLUSTER, World, policy, role};
use crate::support::front::Proxy;

const TYPE: &str = "eks_access_entry";
const LIST: &str = "ListAccessEntries";
const DESCRIBE: &str = "DescribeAccessEntry";

/// With an entry of each kind that makes a difference.
async fn world() -> World {
    let world = World::start().await;
    let policies = json!([{ "policyArn": policy("AmazonEKSViewPolicy"), "accessScope": { "type": "cluster" } }]);
    for entry in [
        json!({ "principalArn": role("auditor"), "kubernetesGroups": ["b", "a"], "tags": { "team": "a" } }),
        json!({ "principalArn": role("node"), "type": "EC2_LINUX" }),
        json!({ "principalArn": role("team/viewer"), "accessPolicies": policies }),
        json!({ "principalArn": service_linked() }),
    ] {
        world.emulator.put_entry(CLUSTER, entry).unwrap();
    }
    world
}

/// A cluster with more entries than go on a page, all of them people's.
async fn large() -> World {
    let world = World::start().await;
    for number in 0..130 {
        world.emulator.put_entry(CLUSTER, json!({ "principalArn": role(&format!("{number:03}")) })).unwrap();
    }
    world
}

fn everything() -> Json {
    of_cluster(json!({ "include_nodes": true, "include_service_linked_roles": true }))
}

#[tokio::test]
async fn no_such_cluster() {
    let error = fail(&world().await, TYPE, json!({ "cluster_name": "nowhere" })).await;
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("No such cluster", "cluster_name"));
    assert!(error.detail.contains("nowhere") && error.detail.contains("us-east-1"), "{error:?}");
}

#[tokio::test]
async fn a_policy_that_is_misspelt_is_not_taken_for_one_that_nobody_has() {
    let world = world().await;
    let error = fail(&world, TYPE, of_cluster(json!({ "policy_arn": "AmazonEKSViewerPolicy" }))).await;
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("No such access policy", "policy_arn"));
    let found = find(&world, TYPE, of_cluster(json!({ "policy_arn": "AmazonEKSEditPolicy" })), true, ALL).await;
    assert_eq!(names(&found), [""; 0]);
}

#[tokio::test]
async fn an_argument_that_cannot_be() {
    let world = world().await;
    for (path, wrong) in [("cluster_name", "arn:x"), ("policy_arn", "arn:aws:iam::aws:policy/X")] {
        assert_eq!(fail(&world, TYPE, of_cluster(json!({ path: wrong }))).await.path, path);
    }
    assert_eq!(world.calls(), [""; 0]);
}

#[tokio::test]
async fn a_list_that_is_refused_names_the_action() {
    let world = world().await;
    world.emulator.add_fault(Fault::new(LIST, FaultKind::AccessDenied));
    let error = fail(&world, TYPE, of_cluster(json!({}))).await;
    assert!(error.detail.contains("eks:ListAccessEntries") && error.detail.contains("dev"), "{error:?}");
}

/// The other entries are found all the same.
#[tokio::test]
async fn an_entry_that_cannot_be_read_is_listed_with_a_warning() {
    let world = world().await;
    for more in [json!({}), json!({ "types": ["STANDARD"] })] {
        for objects in [true, false] {
            world.new_walk().await.unwrap();
            let fault = Fault::new(DESCRIBE, FaultKind::AccessDenied);
            world.emulator.add_fault(Fault { principal_arn: Some(role("auditor")), ..fault });
            let listed = world.list(TYPE, of_cluster(more.clone()), objects, ALL).await.unwrap();
            assert_eq!(names(&listed.found), ["auditor", "viewer"]);
            let [auditor, viewer] = listed.found.as_slice() else { unreachable!() };
            assert_eq!(as_json(&auditor.identity), identity(json!({ "principal_arn": role("auditor") })));
            assert_eq!((auditor.resource.is_null(), viewer.resource.is_null()), (true, !objects));
            let [warning] = listed.warnings.as_slice() else { panic!("{:?}", listed.warnings) };
            assert_eq!(
                (warning.severity, warning.summary.as_str()),
                (Severity::Warning, "Cannot read EKS access entry")
            );
            assert!(warning.detail.contains(&role("auditor")), "{warning:?}");
            assert!(
                warning.detail.contains("eks:DescribeAccessEntry") && warning.detail.contains("listed all the same")
            );
        }
    }
}

/// One complaint, and not one for each entry.
#[tokio::test]
async fn what_would_meet_every_entry_ends_the_list() {
    let world = World::start_with("API", json!({ "max_retries": 0 })).await;
    for name in ["a", "b", "c"] {
        world.emulator.put_entry(CLUSTER, json!({ "principalArn": role(name) })).unwrap();
    }
    world.emulator.add_fault(Fault { times: 3, ..Fault::new(DESCRIBE, FaultKind::Throttle) });
    let error = fail(&world, TYPE, of_cluster(json!({}))).await;
    assert!(error.detail.contains("Rate exceeded") && error.detail.contains(&role("a")), "{error:?}");
}

#[tokio::test]
async fn an_entry_that_goes_while_it_is_listed_is_none() {
    let proxy = Proxy::start().await;
    let endpoints = json!({ "eks": "http://eks.example", "sts": "http://sts.example" });
    let block = json!({ "http_proxy": proxy.url, "no_proxy": "other.example", "endpoints": endpoints });
    let world = Arc::new(World::start_with("API", block).await);
    for name in ["auditor", "viewer"] {
        world.emulator.put_entry(CLUSTER, json!({ "principalArn": role(name) })).unwrap();
    }
    proxy.lead_to(&world.emulator);
    let behind = Arc::downgrade(&world);
    proxy.before_reply(move |request| {
        if request.starts_with("GET http://eks.example/clusters/dev/access-entries ") {
            behind.upgrade().unwrap().emulator.remove_entry(CLUSTER, &role("auditor"));
        }
    });
    assert_eq!(names(&find(&world, TYPE, of_cluster(json!({})), true, ALL).await), ["viewer"]);
}

#[tokio::test]
async fn a_cluster_whose_mode_rules_out_entries_has_none() {
    let world = World::start_in("CONFIG_MAP").await;
    assert_eq!(names(&find(&world, TYPE, everything(), true, ALL).await), [""; 0]);
}

/// EKS makes entries for nodes, and for its own role; nobody takes those under management by accident.
#[tokio::test]
async fn what_eks_may_own_is_left_out_unless_asked_for() {
    let world = world().await;
    let slr = "AWSServiceRoleForAmazonEKS";
    for (more, found, described) in [
        (json!({}), &["auditor", "viewer"][..], 3),
        (json!({ "include_nodes": true }), &["auditor", "node", "viewer"], 0),
        (json!({ "types": ["EC2_LINUX"] }), &["node"], 3),
        (json!({ "include_service_linked_roles": true }), &["auditor", slr, "viewer"], 4),
        (
            json!({ "include_nodes": true, "include_service_linked_roles": true }),
            &["auditor", slr, "node", "viewer"],
            0,
        ),
    ] {
        world.new_walk().await.unwrap();
        let listed = find(&world, TYPE, of_cluster(more.clone()), false, ALL).await;
        assert_eq!(names(&listed), found, "{more}");
        assert_eq!(count(&world), counts([(LIST, 1), (DESCRIBE, described)]), "{more}");
    }
}

#[tokio::test]
async fn filters() {
    let world = world().await;
    for (more, found, described) in [
        (json!({ "types": ["STANDARD", "EC2"] }), &["auditor", "viewer"][..], 3),
        (json!({ "policy_arn": "AmazonEKSViewPolicy" }), &["viewer"], 1),
        (json!({ "policy_arn": policy("AmazonEKSViewPolicy"), "types": ["EC2_LINUX"] }), &[], 1),
        (json!({ "principal_arns": ["*:role/team/*"] }), &["viewer"], 1),
        (json!({ "principal_arns": [role("auditor"), "*/node"], "include_nodes": true }), &["auditor", "node"], 2),
        (json!({ "principal_arns": [] }), &[], 0),
    ] {
        world.new_walk().await.unwrap();
        let listed = find(&world, TYPE, of_cluster(more.clone()), true, ALL).await;
        assert_eq!(names(&listed), found, "{more}");
        assert_eq!(count(&world), counts([(LIST, 1), (DESCRIBE, described)]), "{more}");
    }
}

#[tokio::test]
async fn a_type_that_nobody_knows_is_worth_a_warning() {
    let listed = world().await.list(TYPE, of_cluster(json!({ "types": ["Standard"] })), true, ALL).await.unwrap();
    let blamed: Vec<_> = listed.warnings.iter().map(|warning| warning.path.as_str()).collect();
    assert_eq!((listed.found.len(), blamed), (0, vec!["types"]));
}

#[tokio::test]
async fn identities() {
    let world = world().await;
    for object in find(&world, TYPE, everything(), false, ALL).await {
        let principal = object.display_name.as_str();
        assert_eq!(as_json(&object.identity), identity(json!({ "principal_arn": principal })));
        assert!(object.resource.is_null());
    }
}

/// As the state has it after an import, but for what EKS owns on nodes: an import leaves that to the next refresh.
#[tokio::test]
async fn whole_objects() {
    let world = World::start_with("API", json!({ "ignore_tags": { "keys": ["cost"] } })).await;
    let entry = json!({
        "principalArn": role("team/viewer"),
        "kubernetesGroups": ["b", "a"],
        "username": "viewer",
        "tags": { "team": "a", "cost": "1" },
    });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("node"), "type": "EC2_LINUX" })).unwrap();
    let found = find(&world, TYPE, of_cluster(json!({ "include_nodes": true })), true, ALL).await;
    let [node, viewer] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(as_json(&viewer.resource), imported(&world, TYPE, viewer).await);
    assert_eq!(as_json(&viewer.resource)["tags"], json!({ "team": "a" }));

    let node = as_json(&node.resource);
    assert_eq!(node["kubernetes_groups"], json!(["system:nodes"]));
    assert_eq!(node["user_name"], "system:node:{{EC2PrivateDNSName}}");
    assert!(node["access_entry_arn"].is_string() && node["created_at"].is_string(), "{node}");
}

#[tokio::test]
async fn in_another_region() {
    let world = world().await;
    world.emulator.put_cluster_in("eu-west-1", "dev", "API_AND_CONFIG_MAP");
    let found = find(&world, TYPE, of_cluster(json!({ "region": "eu-west-1" })), false, ALL).await;
    assert!(found.iter().all(|object| as_json(&object.identity)["region"] == "eu-west-1"), "{found:?}");
    assert!(!names(&found).contains(&"auditor"), "{found:?}");
}

/// Nothing is asked for in vain, be it a page or an entry.
#[tokio::test]
async fn pages_and_entries_are_asked_for_as_they_are_wanted() {
    let world = large().await;
    for (objects, limit, found, pages, described) in [
        (false, ALL, 130, 2, 130),
        (true, 1, 1, 1, 1),
        (true, 13, 13, 1, 13),
        (true, 100, 100, 1, 100),
        (true, 101, 101, 2, 101),
        (true, ALL, 130, 2, 130),
    ] {
        world.new_walk().await.unwrap();
        assert_eq!(find(&world, TYPE, of_cluster(json!({})), objects, limit).await.len(), found);
        let calls = world.emulator.calls();
        assert!(calls.iter().all(|call| call.in_flight <= 8));
        assert_eq!(count(&world), counts([(LIST, pages), (DESCRIBE, described)]), "{objects} {limit}");
    }
    let found = find(&world, TYPE, everything(), false, 101).await;
    assert!(names(&found).is_sorted());
    assert_eq!((found.len(), count(&world)), (101, counts([(LIST, 2)])));
}
