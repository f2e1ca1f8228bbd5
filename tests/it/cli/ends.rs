//! How the provider's process ends: on Terraform's word, and never later than Terraform.

use std::fs;

use super::Workspace;

const ENTRIES: &str = r#"
resource "eks_access_entry" "first" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/first"
}

resource "eks_access_entry" "second" {
  cluster_name  = eks_access_entry.first.cluster_name
  principal_arn = "arn:aws:iam::111122223333:role/second"
}
"#;

/// Terraform gives a provider two seconds after its Shutdown, then kills it; each command would take that much longer.
#[tokio::test]
async fn on_shutdown() {
    let workspace = Workspace::start(ENTRIES).await.with("TF_LOG", "DEBUG").with("TF_LOG_PATH", "debug.log");
    workspace.apply();
    let log = fs::read_to_string(workspace.terraform.folder().join("debug.log")).unwrap();
    assert!(log.contains("provider: plugin process exited"), "{log}");
    assert!(!log.contains("failed to exit gracefully"), "{log}");
    assert!(log.contains("ended=Shutdown") && !log.contains("ended=ClientGone"), "{log}");
    workspace.assert_nobody_left();
}
