//! A provider that a person started, under a debugger perhaps, and that Terraform is told of.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::{Workspace, provider};

const ENTRY: &str = r#"
resource "eks_access_entry" "viewer" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
}
"#;

#[tokio::test]
async fn serves_one_command_after_the_other() {
    let workspace = Workspace::start(ENTRY).await;
    let mut debugged = workspace.terraform.command_of(&provider(), &["--debug"]);
    let mut debugged = debugged.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(debugged.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told = line.trim_end().strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|line| line.strip_suffix('\''));

    let workspace = workspace.with("TF_REATTACH_PROVIDERS", told.unwrap());
    assert_eq!(workspace.apply(), ["CreateAccessEntry viewer"]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);

    assert_eq!(debugged.try_wait().unwrap(), None, "it outlives the commands");
    assert!(Command::new("kill").args(["-INT", &debugged.id().to_string()]).status().unwrap().success());
    assert!(debugged.wait().unwrap().success());
    workspace.assert_nobody_left();
}
