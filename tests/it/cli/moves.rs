//! A state of hashicorp/aws goes on here, with two `moved` blocks.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value as Json, json};

use super::{Workspace, provider};
use crate::moves::put_viewer;
use crate::support::events::Events;
use crate::support::features::Feature;

/// As it was written for hashicorp/aws, without `aws_` before the types, and with the blocks that move the state.
const CONFIGURATION: &str = r#"
resource "eks_access_entry" "viewer" {
  cluster_name      = "dev"
  principal_arn     = "arn:aws:iam::111122223333:role/team/viewer"
  kubernetes_groups = ["viewers"]

  tags = {
    team = "blue"
  }
}

resource "eks_access_policy_association" "viewer" {
  cluster_name  = eks_access_entry.viewer.cluster_name
  principal_arn = eks_access_entry.viewer.principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"

  access_scope {
    type       = "namespace"
    namespaces = ["a", "dev-*"]
  }
}

moved {
  from = aws_eks_access_entry.viewer
  to   = eks_access_entry.viewer
}

moved {
  from = aws_eks_access_policy_association.viewer
  to   = eks_access_policy_association.viewer
}
"#;

fn managed_by_aws(type_name: &str, attributes: &str) -> Json {
    json!({
        "mode": "managed",
        "type": type_name,
        "name": "viewer",
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "instances": [{ "schema_version": 0, "attributes": serde_json::from_str::<Json>(attributes).unwrap() }],
    })
}

/// Terraform wants every provider that a state names to be installed, also where it has nothing to ask of it: ours stands in
/// for hashicorp/aws.
pub(super) fn with_aws(workspace: Workspace) -> Workspace {
    let folder = workspace.terraform.folder();
    let stand_in = folder.join(".cli/aws");
    fs::create_dir_all(&stand_in).unwrap();
    symlink(provider(), stand_in.join("terraform-provider-aws")).unwrap();
    let [eks, aws] = [folder.join(".cli/provider"), stand_in];
    let overrides = format!("\"eks-access/eks\" = {eks:?}\n    \"registry.terraform.io/hashicorp/aws\" = {aws:?}");
    let config = folder.join(".cli/with-aws.tfrc");
    fs::write(&config, format!("provider_installation {{\n  dev_overrides {{\n    {overrides}\n  }}\n}}\n")).unwrap();
    workspace.with("TF_CLI_CONFIG_FILE", config.to_str().unwrap())
}

#[tokio::test]
async fn from_hashicorp_aws_5() {
    let entry = include_str!("../moves/aws_eks_access_entry_v5_33.json");
    moves(entry, include_str!("../moves/aws_eks_access_policy_association_v5_33.json")).await;
}

#[tokio::test]
async fn from_hashicorp_aws_6() {
    let entry = include_str!("../moves/aws_eks_access_entry_v6.json");
    moves(entry, include_str!("../moves/aws_eks_access_policy_association_v6.json")).await;
}

async fn moves(entry: &str, association: &str) {
    let Some(workspace) = Workspace::start_with(Feature::Moved, CONFIGURATION).await else { return };
    let workspace = with_aws(workspace);
    put_viewer(&workspace.emulator);
    let resources = [
        managed_by_aws("aws_eks_access_entry", entry),
        managed_by_aws("aws_eks_access_policy_association", association),
    ];
    let state = json!({ "version": 4, "serial": 1, "lineage": "x", "outputs": {}, "resources": resources });
    workspace.write("terraform.tfstate", &state.to_string());

    let plan = Events::parse(&workspace.run(&["plan", "-json"]).stdout);
    assert_eq!(plan.messages(&["change_summary"]).collect::<Vec<_>>(), ["Plan: 0 to add, 0 to change, 0 to destroy."]);
    assert_eq!(plan.planned(), ["move eks_access_entry.viewer", "move eks_access_policy_association.viewer"]);
    assert_eq!(workspace.apply(), [] as [&str; 0]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
    let managed = workspace.run(&["state", "list"]).stdout;
    assert_eq!(managed, "eks_access_entry.viewer\neks_access_policy_association.viewer\n");
}
