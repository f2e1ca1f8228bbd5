//! Secrets stay where they were given, however much is logged.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::Workspace;
use crate::support::terraform::SECRET_KEY;

const SESSION_TOKEN: &str = "FwoGZXIvYXdzTokenOfTheTests//////////wEaDExample0123456789";

const ENTRY: &str = r#"
resource "eks_access_entry" "viewer" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
}
"#;

#[tokio::test]
async fn of_the_environment() {
    let workspace = Workspace::start(ENTRY).await.with("AWS_SESSION_TOKEN", SESSION_TOKEN);
    assert_no_secrets(workspace);
}

#[tokio::test]
async fn of_the_provider_block() {
    let block = format!(
        "provider \"eks\" {{\n  access_key = \"AKIDEXAMPLE\"\n  secret_key = \"{SECRET_KEY}\"\n  token = \"{SESSION_TOKEN}\"\n}}\n"
    );
    let workspace = Workspace::start(&(ENTRY.to_owned() + &block)).await.with("AWS_SECRET_ACCESS_KEY", "");
    assert_no_secrets(workspace);
}

/// Plans and applies with all that can be logged, also where EKS answers with an error.
fn assert_no_secrets(workspace: Workspace) {
    let workspace = workspace.with("TF_LOG", "TRACE").with("TF_LOG_PATH", "trace.log");
    workspace.run(&["plan", "-out=plan.tfplan"]);
    workspace.run(&["apply", "plan.tfplan"]);
    workspace.write("broken.tf", &ENTRY.replace("viewer", "other").replace(r#""dev""#, r#""nowhere""#));
    workspace.refused(&["apply", "-auto-approve"]);

    let read = |file: &str| fs::read_to_string(workspace.terraform.folder().join(file)).unwrap();
    let log = read("trace.log");
    assert!(log.contains("[TRACE]") && log.contains("provider.terraform-provider-eks"), "{log}");
    let state = read("terraform.tfstate");
    let plan: Json = serde_json::from_str(&workspace.run(&["show", "-json", "plan.tfplan"]).stdout).unwrap();
    // The configuration is in the plan as it was written.
    let plan = plan["resource_changes"].to_string();
    let private = private(&serde_json::from_str(&state).unwrap());
    for secret in [SECRET_KEY, SESSION_TOKEN] {
        let encoded = secret.replace('/', "%2F");
        for (place, text) in [("log", &log), ("state", &state), ("plan", &plan), ("private data", &private)] {
            assert!(!text.contains(secret) && !text.contains(&encoded), "the {place} has {secret}");
        }
    }
}

/// What the provider keeps beside the state, for itself.
fn private(state: &Json) -> String {
    let resources = state["resources"].as_array().unwrap().iter();
    let instances = resources.flat_map(|resource| resource["instances"].as_array().unwrap());
    let private = instances.filter_map(|instance| instance["private"].as_str());
    private.map(|private| String::from_utf8_lossy(&STANDARD.decode(private).unwrap()).into_owned()).collect()
}
