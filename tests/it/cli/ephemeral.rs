//! The ephemeral token: there while a plan or an apply goes on, and nowhere afterwards.

use std::fs;

use super::Workspace;
use crate::support::features::Feature;

const CONFIGURATION: &str = r#"
ephemeral "eks_cluster_auth" "dev" {
  name = "dev"

  lifecycle {
    postcondition {
      condition     = startswith(self.token, "k8s-aws-v1.")
      error_message = "This is no token."
    }
  }
}
"#;

#[tokio::test]
async fn is_there_and_stays_nowhere() {
    let Some(workspace) = Workspace::start_with(Feature::Ephemeral, CONFIGURATION).await else { return };
    let workspace = workspace.with("TF_LOG", "TRACE").with("TF_LOG_PATH", "trace.log");
    workspace.run(&["plan", "-out=plan.tfplan"]);
    // With -json, Terraform 1.11 crashes on a condition of an ephemeral resource.
    let plan = workspace.run(&["show", "plan.tfplan"]).stdout;
    workspace.run(&["apply", "plan.tfplan"]);
    let read = |file: &str| fs::read_to_string(workspace.terraform.folder().join(file)).unwrap();
    let log = read("trace.log");
    assert!(log.contains("OpenEphemeralResource"), "{log}");
    // The prefix stands in the configuration, which is in the plan; what follows it does not.
    let token = "k8s-aws-v1.aHR0";
    for (place, text) in [("plan", plan), ("state", read("terraform.tfstate")), ("log", log)] {
        assert!(!text.contains(token), "the {place} has the token");
    }
    assert_eq!(workspace.emulator.calls(), []);
}
