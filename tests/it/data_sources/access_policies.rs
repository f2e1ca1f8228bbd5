use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{count, counts, fail, find, world};

const TYPE: &str = "eks_access_policies";

#[tokio::test]
async fn a_refusal_names_the_action() {
    let world = world(json!({})).await;
    world.emulator.add_fault(Fault::new("ListAccessPolicies", FaultKind::AccessDenied));
    let error = fail(&world, TYPE, json!({})).await;
    assert!(error.detail.contains("eks:ListAccessPolicies"), "{error:?}");
}

#[tokio::test]
async fn names_that_nothing_fits_find_nothing() {
    let world = world(json!({})).await;
    let found = find(&world, TYPE, json!({ "names": ["AmazonEKSViewPolic", "View"] })).await;
    assert_eq!(found["access_policies"], json!([]));
}

#[tokio::test]
async fn pain_45_policies_are_found_by_name() {
    let world = world(json!({})).await;
    let names = json!(["AmazonEKSAdmin*", "AmazonEKSViewPolicy"]);
    let found = find(&world, TYPE, json!({ "names": names, "region": "cn-north-1" })).await;
    let policy =
        |name: &str| json!({ "name": name, "arn": format!("arn:aws-cn:eks::aws:cluster-access-policy/{name}") });
    let policies = ["AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSViewPolicy"].map(policy);
    assert_eq!(found, json!({ "names": names, "region": "cn-north-1", "access_policies": policies }));
}

#[tokio::test]
async fn all_of_them_are_sorted_and_listed_once() {
    let world = world(json!({})).await;
    let found = find(&world, TYPE, json!({})).await;
    find(&world, TYPE, json!({ "names": ["*"] })).await;
    let policies = found["access_policies"].as_array().unwrap().iter();
    let names: Vec<_> = policies.map(|policy| policy["name"].as_str().unwrap()).collect();
    assert!(names.len() > 20 && names.is_sorted(), "{names:?}");
    assert_eq!(count(&world), counts([("ListAccessPolicies", 1)]));
}
