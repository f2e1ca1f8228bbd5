//! `eks_access_entry`.

mod calls;
mod conflict;
mod declared;
mod errors;
mod import;
mod lifecycle;
mod lockout;
mod pains;
mod plans;
mod policies;
mod tags;
mod types;
mod validation;

use serde_json::{Value as Json, json};

use crate::support::core::{Diag, Failure};
use crate::support::eks::{ACCOUNT, CLUSTER, World, role};

const TYPE: &str = "eks_access_entry";

const ADMIN: &str = "AmazonEKSClusterAdminPolicy";
const EDIT: &str = "AmazonEKSEditPolicy";
const VIEW: &str = "AmazonEKSViewPolicy";

/// An entry of type STANDARD for a principal, with more arguments.
fn entry(principal: &str, more: Json) -> Json {
    let mut config = json!({ "cluster_name": CLUSTER, "principal_arn": principal });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

/// The entry of the role `viewer`.
fn viewer(more: Json) -> Json {
    entry(&role("viewer"), more)
}

/// What `access_policies` says of a policy that holds in the whole cluster.
fn everywhere() -> Json {
    json!({ "access_scope": { "type": "cluster" } })
}

/// What `access_policies` says of a policy that holds in some namespaces.
fn within(namespaces: &[&str]) -> Json {
    json!({ "access_scope": { "type": "namespace", "namespaces": namespaces } })
}

/// A user in the cluster's account.
fn user(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

/// What EKS has of the role `viewer`: its policies by name, each with `cluster` or the namespaces.
fn policies_of_viewer(world: &World) -> Json {
    let entry = world.entry(&role("viewer")).expect("the entry is there");
    let associated = entry["associatedAccessPolicies"].as_array().unwrap();
    let show = |associated: &Json| {
        let name = associated["policyArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let scope = &associated["accessScope"];
        (name, if scope["type"] == "cluster" { scope["type"].clone() } else { scope["namespaces"].clone() })
    };
    associated.iter().map(show).collect()
}

/// The one error of a failure, which stands at `path` and says each of these.
#[track_caller]
fn assert_refused(failure: &Failure, path: &str, words: &[&str]) {
    let error = failure.only();
    assert_eq!(error.path, path, "{error:#?}");
    assert_says(error, words);
}

#[track_caller]
fn assert_says(diag: &Diag, words: &[&str]) {
    for word in words {
        assert!(diag.detail.contains(word) || diag.summary.contains(word), "{word:?} is missing in {diag:#?}");
    }
}

#[track_caller]
fn summaries(warnings: &[Diag]) -> Vec<&str> {
    warnings.iter().map(|warning| warning.summary.as_str()).collect()
}
