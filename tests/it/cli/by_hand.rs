//! The provider's binary, started by a person and not by Terraform.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::{Workspace, provider};

const ENTRY: &str = r#"
resource "eks_access_entry" "viewer" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
}
"#;

#[test]
fn says_what_it_is() {
    let output = Command::new(provider()).env_remove("TF_PLUGIN_MAGIC_COOKIE").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{told}");
    assert!(told.contains("this program is a plugin") && told.contains("eks-access/eks"), "{told}");
}

/// Under a debugger, perhaps: Terraform is told of it, and starts none itself.
#[tokio::test]
async fn serves_one_command_after_the_other() {
    let workspace = Workspace::start(ENTRY).await;
    let mut debugged = workspace.terraform.command_of(&provider(), &["--debug"]);
    let mut debugged = debugged.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(debugged.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told = line.trim_end().strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|line| line.strip_suffix('\''));

    // Nothing but what was told leads to a provider.
    let workspace = workspace.with("TF_REATTACH_PROVIDERS", told.unwrap()).with("TF_CLI_CONFIG_FILE", "none.tfrc");
    assert_eq!(workspace.apply(), ["CreateAccessEntry viewer"]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);

    assert_eq!(debugged.try_wait().unwrap(), None, "it outlives the commands");
    assert!(Command::new("kill").args(["-INT", &debugged.id().to_string()]).status().unwrap().success());
    assert!(debugged.wait().unwrap().success());
    workspace.assert_nobody_left();
}
