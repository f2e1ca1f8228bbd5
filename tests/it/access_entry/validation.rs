//! Mistakes that the configuration alone shows. Each names the argument and changes nothing.

use serde_json::{Value as Json, json};

use super::{ADMIN, TYPE, VIEW, assert_refused, assert_says, entry, everywhere, user, viewer, within};
use crate::support::eks::{World, policy, role};

/// Both validate and plan refuse the configuration, at the path, with these words, and AWS is not asked.
async fn refused(config: Json, path: &str, words: &[&str]) {
    let world = World::start().await;
    assert_refused(&world.validate(TYPE, config.clone()).await.unwrap_err(), path, words);
    assert_refused(&world.plan(TYPE, "x", config).await.unwrap_err(), path, words);
    assert_eq!(world.calls(), [""; 0]);
}

#[tokio::test]
async fn cluster_name() {
    for name in ["", "-dev", "de v", "arn:aws:eks:us-east-1:111122223333:cluster/dev", &"d".repeat(101)] {
        let mut config = viewer(json!({}));
        config["cluster_name"] = name.into();
        refused(config, "cluster_name", &["letters, digits, hyphens and underscores"]).await;
    }
}

#[tokio::test]
async fn region() {
    for name in ["", "us east 1", "us-east-1 ", "eu.west"] {
        refused(viewer(json!({ "region": name })), "region", &["letters, digits and hyphens", "us-east-1"]).await;
    }
}

#[tokio::test]
async fn principal_arn_that_is_no_role_user_or_root() {
    for (principal, word) in [
        ("viewer", "not an ARN"),
        ("arn:aws:iam::111122223333:group/admins", "IAM group"),
        ("arn:aws:iam::111122223333:policy/x", "not the ARN of an IAM role"),
        ("arn:aws:iam::1111:role/x", "twelve digits"),
        ("arn:aws:sts::111122223333:federated-user/jane", "federated user"),
        ("arn:aws:iam::111122223333:role/x\n", "letters, digits"),
    ] {
        refused(entry(principal, json!({})), "principal_arn", &[word]).await;
    }
}

#[tokio::test]
async fn principal_arn_of_a_session() {
    let session = "arn:aws:sts::111122223333:assumed-role/admin/jane";
    let words = ["session of an assumed role", "\"arn:aws:iam::111122223333:role/admin\"", "path"];
    refused(entry(session, json!({})), "principal_arn", &words).await;
}

/// EKS does not find it, and until it says so takes the two minutes that a new role gets.
#[tokio::test]
async fn pain_22_principal_arn_of_a_permission_set_without_its_path() {
    let role_arn = role("AWSReservedSSO_Admin_0123456789abcdef");
    let session = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane";
    for principal in [role_arn.as_str(), session] {
        let words = ["IAM Identity Center", "aws_iam_roles", "\"/aws-reserved/sso.amazonaws.com/\""];
        refused(entry(principal, json!({})), "principal_arn", &words).await;
    }
}

#[tokio::test]
async fn pain_43_principal_arn_of_a_service_linked_role() {
    let role = role("aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS");
    refused(entry(&role, json!({})), "principal_arn", &["service-linked role", "remove"]).await;
}

#[tokio::test]
async fn pain_39_reserved_groups() {
    for (group, words) in [
        ("system:masters", ["AmazonEKSClusterAdminPolicy", "scope \"cluster\""]),
        ("system:nodes", ["\"system:\"", "EC2_LINUX"]),
        ("eks:x", ["\"eks:\"", "another name"]),
        ("aws:x", ["\"aws:\"", "another name"]),
        ("amazon:x", ["\"amazon:\"", "another name"]),
        ("iam:x", ["\"iam:\"", "another name"]),
    ] {
        refused(viewer(json!({ "kubernetes_groups": ["viewers", group] })), "kubernetes_groups", &words).await;
    }
}

#[tokio::test]
async fn pain_40_reserved_user_names() {
    for name in ["system:admin", "eks:x", "aws:x", "amazon:x", "iam:x"] {
        refused(viewer(json!({ "user_name": name })), "user_name", &["reserved", "leave user_name out"]).await;
    }
}

#[tokio::test]
async fn pain_40_session_name_without_a_colon_before_it() {
    for (name, placeholder) in [
        ("{{SessionName}}", "{{SessionName}}"),
        ("jane{{SessionName}}", "{{SessionName}}"),
        ("{{SessionNameRaw}}:x", "{{SessionNameRaw}}"),
    ] {
        refused(viewer(json!({ "user_name": name })), "user_name", &[placeholder, "colon", "team:{{SessionName}}"])
            .await;
    }
}

#[tokio::test]
async fn pain_51_groups_on_a_node() {
    let config = entry(&role("node"), json!({ "type": "EC2_LINUX", "kubernetes_groups": ["viewers"] }));
    refused(config, "kubernetes_groups", &["EC2_LINUX", "EKS chooses", "Remove kubernetes_groups"]).await;
}

#[tokio::test]
async fn pain_51_user_name_on_a_node() {
    let config = entry(&role("node"), json!({ "type": "HYBRID_LINUX", "user_name": "node" }));
    refused(config, "user_name", &["HYBRID_LINUX", "EKS chooses", "Remove user_name"]).await;
}

/// EKS says so only after the entry is made.
#[tokio::test]
async fn pain_09_policies_on_a_node() {
    for kind in ["EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX"] {
        let config = entry(&role("node"), json!({ "type": kind, "access_policies": { VIEW: everywhere() } }));
        refused(config, "access_policies", &[kind, "Remove access_policies"]).await;
    }
}

#[tokio::test]
async fn empty_type() {
    for kind in ["", " "] {
        let config = viewer(json!({ "type": kind, "kubernetes_groups": ["viewers"], "user_name": "jane" }));
        refused(config, "type", &["must not be empty", "\"STANDARD\""]).await;
    }
}

#[tokio::test]
async fn user_on_a_node_type() {
    let account = "arn:aws:iam::111122223333:root";
    for principal in [&user("jane"), account] {
        refused(entry(principal, json!({ "type": "EC2_LINUX" })), "principal_arn", &["EC2_LINUX", "IAM role"]).await;
    }
}

/// Which account is the cluster's, only AWS can tell.
#[tokio::test]
async fn role_of_another_account_on_a_node_type() {
    let world = World::start().await;
    let config = |kind: &str| entry("arn:aws:iam::999999999999:role/node", json!({ "type": kind }));
    let failure = world.plan(TYPE, "x", config("EC2_LINUX")).await.unwrap_err();
    assert_refused(&failure, "principal_arn", &["999999999999", "111122223333", "EC2_LINUX"]);
    assert_eq!(world.calls(), ["GetCallerIdentity"]);
    world.converge(TYPE, "x", config("STANDARD")).await.unwrap();
}

#[tokio::test]
async fn policy_that_is_none() {
    for (policy, word) in [
        ("View Policy", "name of an access policy"),
        ("", "name of an access policy"),
        ("arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", "IAM policy"),
        ("arn:aws:eks:us-east-1:aws:cluster-access-policy/AmazonEKSViewPolicy", "not the ARN of an access policy"),
    ] {
        let config = viewer(json!({ "access_policies": { policy: everywhere() } }));
        refused(config, &format!("access_policies[{policy:?}]"), &[word]).await;
    }
}

#[tokio::test]
async fn one_policy_under_two_keys() {
    let arn = policy(VIEW);
    let config = viewer(json!({ "access_policies": { VIEW: within(&["a"]), &arn: within(&["b"]) } }));
    refused(config, &format!("access_policies[{arn:?}]"), &["one policy", VIEW]).await;
}

#[tokio::test]
async fn pain_44_policy_of_another_partition() {
    let world = World::start().await;
    let policy = "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
    let config = viewer(json!({ "access_policies": { policy: everywhere() } }));
    let failure = world.plan(TYPE, "x", config).await.unwrap_err();
    let words = ["aws-cn", "us-east-1", "\"AmazonEKSViewPolicy\""];
    assert_refused(&failure, &format!("access_policies[{policy:?}]"), &words);
}

fn scoped(scope: Json) -> Json {
    viewer(json!({ "access_policies": { ADMIN: { "access_scope": scope } } }))
}

const SCOPE: &str = "access_policies[\"AmazonEKSClusterAdminPolicy\"].access_scope";

#[tokio::test]
async fn namespaces_with_cluster_scope() {
    let config = scoped(json!({ "type": "cluster", "namespaces": ["a"] }));
    refused(config, &format!("{SCOPE}.namespaces"), &["takes no namespaces"]).await;
}

#[tokio::test]
async fn pain_51_namespace_scope_without_namespaces() {
    for scope in [json!({ "type": "namespace" }), json!({ "type": "namespace", "namespaces": [] })] {
        refused(scoped(scope), &format!("{SCOPE}.namespaces"), &["at least one namespace"]).await;
    }
}

#[tokio::test]
async fn pain_51_unknown_type_of_scope() {
    let words = ["\"Cluster\", which is no type of scope", "\"cluster\" and \"namespace\""];
    refused(scoped(json!({ "type": "Cluster" })), &format!("{SCOPE}.type"), &words).await;
}

#[tokio::test]
async fn empty_namespace() {
    let config = scoped(json!({ "type": "namespace", "namespaces": ["a", ""] }));
    refused(config, &format!("{SCOPE}.namespaces"), &["must not be empty"]).await;
}

/// Terraform points at the resource, not at the policy.
#[tokio::test]
async fn a_wrong_scope_tells_its_policy() {
    let world = World::start().await;
    for scope in [
        json!({ "type": "cluster", "namespaces": ["a"] }),
        json!({ "type": "namespace" }),
        json!({ "type": "Cluster" }),
        json!({ "type": "namespace", "namespaces": [""] }),
    ] {
        let of = json!({ "access_scope": scope });
        let policies = json!({ "access_policies": { ADMIN: of, VIEW: of, "AmazonEKSEditPolicy": everywhere() } });
        let failure = world.validate(TYPE, viewer(policies)).await.unwrap_err();
        let [admin, view] = failure.diagnostics.as_slice() else { panic!("{failure:?}") };
        assert_says(admin, &["scope of AmazonEKSClusterAdminPolicy"]);
        assert_says(view, &["scope of AmazonEKSViewPolicy"]);
    }
}

#[tokio::test]
async fn policy_without_scope() {
    refused(scoped(Json::Null), SCOPE, &["is required"]).await;
}

#[tokio::test]
async fn on_conflict() {
    refused(viewer(json!({ "on_conflict": "overwrite" })), "on_conflict", &["\"fail\"", "\"adopt\""]).await;
}

#[tokio::test]
async fn timeouts() {
    let config = viewer(json!({ "timeouts": { "create": "soon" } }));
    refused(config, "timeouts.create", &["\"soon\"", "10m"]).await;
}

#[tokio::test]
async fn value_for_a_read_only_attribute() {
    for name in ["access_entry_arn", "created_at", "id", "modified_at"] {
        refused(viewer(json!({ name: "x" })), name, &["given by the provider"]).await;
    }
    refused(viewer(json!({ "tags_all": { "a": "b" } })), "tags_all", &["given by the provider"]).await;
}

#[tokio::test]
async fn null_for_a_required_argument() {
    for name in ["cluster_name", "principal_arn"] {
        let mut config = viewer(json!({}));
        config[name] = Json::Null;
        refused(config, name, &["is required"]).await;
    }
}

/// Several mistakes are told at once.
#[tokio::test]
async fn every_mistake_is_told() {
    let world = World::start().await;
    let config = entry(
        &user("jane"),
        json!({ "type": "EC2", "kubernetes_groups": ["a"], "user_name": "system:x", "on_conflict": "no" }),
    );
    let failure = world.validate(TYPE, config).await.unwrap_err();
    let mut paths: Vec<_> = failure.diagnostics.iter().map(|diag| diag.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["kubernetes_groups", "on_conflict", "principal_arn", "user_name", "user_name"]);
}
