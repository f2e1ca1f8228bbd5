//! What `examples/quickstart` promises, one test each; `make demo` tells all of it as one story.

use std::path::Path;

use serde_json::json;

use super::Workspace;
use crate::support::calls;
use crate::support::eks::{CLUSTER, policy, role};
use crate::support::events::Events;

/// Ready to be applied to a cluster in an authentication mode.
async fn quickstart(mode: &str) -> Workspace {
    let workspace = Workspace::empty(mode).await;
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    workspace.terraform.copy_configuration(&examples.join("quickstart")).unwrap();
    workspace
}

async fn applied() -> Workspace {
    let workspace = quickstart("API").await;
    workspace.apply();
    workspace
}

#[tokio::test]
async fn validates_without_a_call() {
    let workspace = quickstart("CONFIG_MAP").await.with("AWS_ACCESS_KEY_ID", "").with("AWS_REGION", "");
    workspace.run(&["validate"]);
    assert_eq!(workspace.emulator.calls(), []);
}

#[tokio::test]
async fn makes_the_entries_of_a_cluster_that_had_none() {
    let workspace = quickstart("CONFIG_MAP").await;
    let applied = [
        "AssociateAccessPolicy platform-admin",
        "AssociateAccessPolicy viewer",
        "CreateAccessEntry jane",
        "CreateAccessEntry nodes",
        "CreateAccessEntry platform-admin",
        "CreateAccessEntry viewer",
        "UpdateClusterConfig",
        "UpdateClusterConfig",
    ];
    assert_eq!(workspace.apply(), applied);
    let cluster = workspace.emulator.cluster(CLUSTER).unwrap();
    assert_eq!(cluster["accessConfig"]["authenticationMode"], "API");
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

#[tokio::test]
async fn changes_a_scope_in_place_with_one_call() {
    let workspace = applied().await;
    workspace.write("terraform.tfvars", r#"viewer_namespaces = ["payments", "staging"]"#);
    let plan = workspace.run(&["plan", "-json", "-out=scope.tfplan"]);
    assert_eq!(Events::parse(&plan.stdout).planned(), ["update eks_access_policy_association.viewer"]);
    workspace.emulator.clear_calls();
    workspace.run(&["apply", "scope.tfplan"]);
    let calls: Vec<_> = workspace.emulator.calls().iter().map(calls::short).collect();
    assert_eq!(calls, ["AssociateAccessPolicy viewer"]);
}

#[tokio::test]
async fn brings_back_what_was_deleted_behind_its_back() {
    let workspace = applied().await;
    assert!(workspace.emulator.remove_entry(CLUSTER, "arn:aws:iam::111122223333:user/jane"));
    assert!(workspace.emulator.remove_policy(CLUSTER, &role("viewer"), &policy("AmazonEKSViewPolicy")));
    assert_eq!(workspace.plan(), ["create eks_access_entry.developer", "create eks_access_policy_association.viewer"]);
    assert_eq!(workspace.apply(), ["AssociateAccessPolicy viewer", "CreateAccessEntry jane"]);
}

#[tokio::test]
async fn takes_back_what_was_changed_behind_its_back() {
    let workspace = applied().await;
    let admin = json!({ "principalArn": role("platform-admin"), "kubernetesGroups": ["intruders"] });
    workspace.emulator.put_entry(CLUSTER, admin).unwrap();
    assert_eq!(workspace.plan(), ["update eks_access_entry.admin"]);
    assert_eq!(workspace.apply(), ["AssociateAccessPolicy platform-admin", "UpdateAccessEntry platform-admin"]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

#[tokio::test]
async fn destroys_what_it_made_and_says_that_the_mode_stays() {
    let workspace = quickstart("CONFIG_MAP").await;
    workspace.apply();
    let other = json!({ "principalArn": role("of-others") });
    workspace.emulator.put_entry(CLUSTER, other).unwrap();
    let destroyed = Events::parse(&workspace.run(&["destroy", "-auto-approve", "-json"]).stdout);
    assert_eq!(destroyed.summaries(), ["The authentication mode stays as it is"]);
    let left: Vec<_> = workspace.emulator.entries(CLUSTER).iter().map(|entry| entry["principalArn"].clone()).collect();
    // The first was made by EKS, for the creator of the cluster, when it left CONFIG_MAP.
    assert_eq!(left, [role("admin"), role("of-others")]);
}
