//! What is refused before anything is asked of AWS.

use serde_json::{Value as Json, json};

use super::{TYPE, VIEW, association, scoped, with};
use crate::support::core::{Diag, UNKNOWN};
use crate::support::eks::World;

/// The one error about a configuration; AWS is not asked.
async fn refused(world: &World, config: Json) -> Diag {
    let failure = world.validate(TYPE, config).await.unwrap_err();
    assert_eq!(world.calls(), [""; 0]);
    failure.only().clone()
}

/// The three mistakes that people write wrappers for.
#[tokio::test]
async fn pain_51_a_scope_that_contradicts_itself() {
    let world = World::start().await;
    for (scope, path, words) in [
        (
            json!({ "type": "namespaces", "namespaces": ["a"] }),
            "access_scope.type",
            "scope of AmazonEKSViewPolicy is of type \"namespaces\", which is no type of scope",
        ),
        (json!({ "type": "cluster", "namespaces": ["a"] }), "access_scope.namespaces", "takes no namespaces"),
        (json!({ "type": "namespace" }), "access_scope.namespaces", "at least one namespace"),
        (json!({ "type": "namespace", "namespaces": [] }), "access_scope.namespaces", "at least one namespace"),
        (json!({ "type": "namespace", "namespaces": [" "] }), "access_scope.namespaces", "must not be empty"),
    ] {
        let error = refused(&world, scoped("viewer", VIEW, scope)).await;
        assert_eq!(error.summary, "Invalid access scope");
        assert_eq!(error.path, path);
        assert!(error.detail.contains(words), "{}", error.detail);
    }
}

/// It is a block, and one that cannot be left out.
#[tokio::test]
async fn pain_15_a_scope_that_is_missing() {
    let world = World::start().await;
    let mut config = association("viewer", VIEW);
    config.as_object_mut().unwrap().remove("access_scope");
    let failure = world.validate(TYPE, config).await.unwrap_err();
    assert_eq!(failure.diagnostics[0].path, "access_scope");
}

#[tokio::test]
async fn what_is_no_access_policy() {
    let world = World::start().await;
    for (policy, words) in [
        ("arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", "IAM"),
        ("arn:aws:eks:us-east-1:111122223333:cluster/dev", "names no access policy"),
        ("AmazonEKSViewPolicy ", "names no access policy"),
        ("", "names no access policy"),
    ] {
        let error = refused(&world, association("viewer", policy)).await;
        assert_eq!((error.summary.as_str(), error.path.as_str()), ("Invalid access policy", "policy_arn"));
        assert!(error.detail.contains(words), "{}", error.detail);
    }
}

#[tokio::test]
async fn what_is_no_principal() {
    let world = World::start().await;
    for (arn, words) in [
        ("viewer", "not an ARN"),
        ("arn:aws:iam::111122223333:group/viewers", "group"),
        ("arn:aws:sts::111122223333:assumed-role/viewer/me", "\"arn:aws:iam::111122223333:role/viewer\""),
    ] {
        let error = refused(&world, with(association("viewer", VIEW), json!({ "principal_arn": arn }))).await;
        assert_eq!((error.summary.as_str(), error.path.as_str()), ("Invalid principal", "principal_arn"));
        assert!(error.detail.contains(words), "{}", error.detail);
    }
}

#[tokio::test]
async fn pain_43_a_service_linked_role() {
    let world = World::start().await;
    let arn = "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS";
    let error = refused(&world, with(association("viewer", VIEW), json!({ "principal_arn": arn }))).await;
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("Invalid principal", "principal_arn"));
    assert!(error.detail.contains("service-linked role"), "{}", error.detail);
}

#[tokio::test]
async fn other_arguments() {
    let world = World::start().await;
    for (argument, path, summary) in [
        (
            json!({ "cluster_name": "arn:aws:eks:us-east-1:111122223333:cluster/dev" }),
            "cluster_name",
            "Invalid cluster name",
        ),
        (json!({ "cluster_name": "" }), "cluster_name", "Invalid cluster name"),
        (json!({ "timeouts": { "create": "5 minutes" } }), "timeouts.create", "Invalid timeout"),
        (json!({ "access_entry_arn": "arn:x" }), "access_entry_arn", "Read-only attribute"),
        (json!({ "cluster_name": null }), "cluster_name", "Missing required argument"),
    ] {
        let error = refused(&world, with(association("viewer", VIEW), argument)).await;
        assert_eq!((error.summary.as_str(), error.path.as_str()), (summary, path));
    }
}

#[tokio::test]
async fn what_is_not_known_yet_is_not_judged() {
    let world = World::start().await;
    for argument in [
        json!({ "principal_arn": UNKNOWN }),
        json!({ "policy_arn": UNKNOWN }),
        json!({ "access_scope": { "type": "namespace", "namespaces": UNKNOWN } }),
        json!({ "access_scope": { "type": "namespace", "namespaces": [UNKNOWN] } }),
        json!({ "access_scope": { "type": UNKNOWN, "namespaces": ["a"] } }),
    ] {
        let config = with(association("viewer", VIEW), argument);
        world.validate(TYPE, config.clone()).await.unwrap();
        world.plan(TYPE, "x", config).await.unwrap();
    }
}
