//! From create over no-op and change to destroy, once for each resource.

use serde_json::json;

use super::Workspace;
use crate::support::eks::CLUSTER;

const ENTRY: &str = r#"
resource "eks_access_entry" "viewer" {
  cluster_name      = "dev"
  principal_arn     = "arn:aws:iam::111122223333:role/team/viewer"
  kubernetes_groups = ["viewers"]
}
"#;

#[tokio::test]
async fn access_entry() {
    let workspace = Workspace::start(ENTRY).await;
    assert_eq!(workspace.plan(), ["create eks_access_entry.viewer"]);
    assert_eq!(workspace.apply(), ["CreateAccessEntry viewer"]);
    let state = workspace.state("eks_access_entry.viewer");
    assert_eq!(state["id"], "dev:arn:aws:iam::111122223333:role/team/viewer");
    assert_eq!(state["user_name"], "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}");
    assert_eq!(workspace.plan(), [] as [&str; 0]);

    workspace.write("main.tf", &ENTRY.replace(r#"["viewers"]"#, r#"["viewers", "auditors"]"#));
    assert_eq!(workspace.plan(), ["update eks_access_entry.viewer"]);
    assert_eq!(workspace.apply(), ["UpdateAccessEntry viewer"]);
    assert_eq!(workspace.state("eks_access_entry.viewer")["kubernetes_groups"], json!(["auditors", "viewers"]));
    assert_eq!(workspace.plan(), [] as [&str; 0]);

    assert_eq!(workspace.changes_of(&["destroy", "-auto-approve"]), ["DeleteAccessEntry viewer"]);
    assert_eq!(workspace.emulator.entries(CLUSTER), [] as [serde_json::Value; 0]);
}

/// `create_before_destroy` is contagious: it is enough that something that depends on the association has it.
#[tokio::test]
async fn create_before_destroy_takes_no_access_away() {
    let workspace = Workspace::start(&format!(
        r#"
{ENTRY}
resource "eks_access_policy_association" "viewer" {{
  cluster_name  = "dev"
  principal_arn = eks_access_entry.viewer.principal_arn
  policy_arn    = "AmazonEKSViewPolicy"

  access_scope {{
    type = "cluster"
  }}

  lifecycle {{
    replace_triggered_by = [eks_access_entry.viewer]
  }}
}}

resource "terraform_data" "dependent" {{
  input = eks_access_policy_association.viewer.id

  lifecycle {{
    create_before_destroy = true
  }}
}}
"#
    ))
    .await;
    workspace.apply();
    let configuration = std::fs::read_to_string(workspace.terraform.folder().join("main.tf")).unwrap();
    workspace.write("main.tf", &configuration.replace(r#"["viewers"]"#, r#"["auditors"]"#));
    assert_eq!(workspace.apply(), ["AssociateAccessPolicy viewer", "UpdateAccessEntry viewer"]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

/// A type is for life: another one is another entry.
#[tokio::test]
async fn access_entry_of_another_type() {
    let workspace = Workspace::start(&ENTRY.replace("kubernetes_groups = [\"viewers\"]", "")).await;
    workspace.apply();
    workspace.write("main.tf", &ENTRY.replace("kubernetes_groups = [\"viewers\"]", "type = \"EC2_LINUX\""));
    assert_eq!(workspace.plan(), ["replace eks_access_entry.viewer"]);
    assert_eq!(workspace.apply(), ["CreateAccessEntry viewer", "DeleteAccessEntry viewer"]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

#[tokio::test]
async fn access_policy_association() {
    let association = r#"
resource "eks_access_entry" "viewer" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
}

resource "eks_access_policy_association" "viewer" {
  cluster_name  = eks_access_entry.viewer.cluster_name
  principal_arn = eks_access_entry.viewer.principal_arn
  policy_arn    = "AmazonEKSViewPolicy"

  access_scope {
    type = "cluster"
  }
}
"#;
    let workspace = Workspace::start(association).await;
    assert_eq!(workspace.apply(), ["AssociateAccessPolicy viewer", "CreateAccessEntry viewer"]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);

    let narrower = association.replace(r#""cluster""#, "\"namespace\"\n    namespaces = [\"dev-*\"]");
    workspace.write("main.tf", &narrower);
    assert_eq!(workspace.plan(), ["update eks_access_policy_association.viewer"]);
    assert_eq!(workspace.apply(), ["AssociateAccessPolicy viewer"]);
    let state = workspace.state("eks_access_policy_association.viewer");
    assert_eq!(state["access_scope"], json!({ "type": "namespace", "namespaces": ["dev-*"] }));
    assert_eq!(workspace.plan(), [] as [&str; 0]);

    let destroyed = workspace.changes_of(&["destroy", "-auto-approve"]);
    assert_eq!(destroyed, ["DeleteAccessEntry viewer", "DisassociateAccessPolicy viewer"]);
}

#[tokio::test]
async fn authentication_mode() {
    let mode = |mode: &str| {
        format!(
            "resource \"eks_authentication_mode\" \"dev\" {{\n  cluster_name = \"dev\"\n  authentication_mode = \"{mode}\"\n}}\n"
        )
    };
    let workspace = Workspace::start(&mode("API_AND_CONFIG_MAP")).await;
    workspace.emulator.set_cluster_mode(CLUSTER, "CONFIG_MAP");
    assert_eq!(workspace.apply(), ["UpdateClusterConfig"]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);

    workspace.write("main.tf", &mode("API"));
    assert_eq!(workspace.plan(), ["update eks_authentication_mode.dev"]);
    assert_eq!(workspace.apply(), ["UpdateClusterConfig"]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);

    workspace.write("main.tf", &mode("API_AND_CONFIG_MAP"));
    let [refusal] = workspace.refused(&["plan"]).try_into().unwrap();
    assert_eq!(refusal.code, r#"authentication_mode = "API_AND_CONFIG_MAP""#);
    assert!(refusal.detail.contains("nothing leads back"), "{refusal:?}");

    workspace.write("main.tf", &mode("API"));
    assert_eq!(workspace.changes_of(&["destroy", "-auto-approve"]), [] as [&str; 0]);
}

/// Terraform reads the whole state before it plans anything, so the advice is the same whichever address comes first.
#[tokio::test]
async fn access_entries_under_new_names() {
    let entry =
        |name: &str, role: &str| ENTRY.replace("\"viewer\"", &format!("{name:?}")).replace("role/team/viewer", role);
    let workspace = Workspace::start(&[entry("b", "role/one"), entry("y", "role/two")].concat()).await;
    workspace.apply();
    // One new name sorts before the old one, one behind it.
    workspace.write("main.tf", &[entry("a", "role/one"), entry("z", "role/two")].concat());
    let refusals = workspace.refused(&["plan"]);
    let mut summaries: Vec<_> = refusals.iter().map(|refusal| refusal.summary.as_str()).collect();
    // A new name may be planned before Terraform has come to the old one in the state: then the entry is a stranger's so far.
    summaries.retain(|summary| *summary != "EKS access entry exists already");
    assert_eq!(summaries, ["Removed and created at once"; 2]);
    assert!(refusals.iter().all(|refusal| refusal.detail.contains("moved ")), "{refusals:?}");

    let moved = |from: &str, to: &str| {
        format!("moved {{\n  from = eks_access_entry.{from}\n  to = eks_access_entry.{to}\n}}\n")
    };
    workspace.write("moved.tf", &[moved("b", "a"), moved("y", "z")].concat());
    assert_eq!(workspace.apply(), [""; 0]);
}
