use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::emulator;
use crate::support::provider::{Provider, count};

const TYPE: &str = "eks_access_policies";

#[tokio::test]
async fn a_refusal_names_the_action() {
    let emulator = emulator().await;
    emulator.add_fault(Fault::new("ListAccessPolicies", FaultKind::AccessDenied));
    let provider = Provider::of(&emulator, json!({})).await;
    let error = provider.fail(TYPE, json!({})).await;
    assert!(error.detail.contains("eks:ListAccessPolicies"), "{error:?}");
}

#[tokio::test]
async fn names_that_nothing_fits_find_nothing() {
    let emulator = emulator().await;
    let provider = Provider::of(&emulator, json!({})).await;
    let found = provider.find(TYPE, json!({ "names": ["AmazonEKSViewPolic", "View"] })).await;
    assert_eq!(found["access_policies"], json!([]));
}

#[tokio::test]
async fn pain_45_policies_are_found_by_name() {
    let emulator = emulator().await;
    let provider = Provider::of(&emulator, json!({})).await;
    let names = ["AmazonEKSViewPolicy", "AmazonEKSAdmin*"];
    let found = provider.find(TYPE, json!({ "names": names, "region": "cn-north-1" })).await;
    let policy =
        |name: &str| json!({ "name": name, "arn": format!("arn:aws-cn:eks::aws:cluster-access-policy/{name}") });
    let policies = ["AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSViewPolicy"].map(policy);
    assert_eq!(found, json!({ "names": names_sorted(names), "region": "cn-north-1", "access_policies": policies }));
}

#[tokio::test]
async fn all_of_them_are_sorted_and_listed_once() {
    let emulator = emulator().await;
    let provider = Provider::of(&emulator, json!({})).await;
    let found = provider.find(TYPE, json!({})).await;
    provider.find(TYPE, json!({ "names": ["*"] })).await;
    let names: Vec<_> =
        found["access_policies"].as_array().unwrap().iter().map(|policy| policy["name"].as_str().unwrap()).collect();
    assert!(names.len() > 20 && names.is_sorted(), "{names:?}");
    assert_eq!(count(&emulator.calls()), [("ListAccessPolicies", 1)]);
}

/// A set comes back in its own order.
fn names_sorted(mut names: [&str; 2]) -> [&str; 2] {
    names.sort_unstable();
    names
}
