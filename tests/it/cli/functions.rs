//! Functions, under the CLI: known at plan, and wrong where they are called.

use super::Workspace;
use crate::support::features::Feature;

const CONFIGURATION: &str = r#"
resource "eks_access_entry" "viewer" {
  cluster_name  = "dev"
  principal_arn = provider::eks::principal_arn("arn:aws:sts::111122223333:assumed-role/viewer/jane")

  access_policies = {
    (provider::eks::access_policy_arn("AmazonEKSViewPolicy")) = {
      access_scope = { type = "cluster" }
    }
  }
}
"#;

#[tokio::test]
async fn are_known_at_plan() {
    let Some(workspace) = Workspace::start_with(Feature::Functions, CONFIGURATION).await else { return };
    assert_eq!(workspace.apply(), ["AssociateAccessPolicy viewer", "CreateAccessEntry viewer"]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

#[tokio::test]
async fn blame_the_argument() {
    let wrong = CONFIGURATION.replace("assumed-role/viewer/jane", "assumed-role");
    let Some(workspace) = Workspace::start_with(Feature::Functions, &wrong).await else { return };
    let [refusal] = workspace.refused(&["plan"]).try_into().unwrap();
    assert_eq!((refusal.file.as_str(), refusal.line), ("main.tf", 4), "{refusal:?}");
}
