//! How the provider's process ends: on Terraform's word, and never later than Terraform.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use eks_emulator::{Fault, FaultKind};
use serde_json::Value as Json;
use tokio::time::timeout;

use super::Workspace;
use crate::support::control;
use crate::support::eks::{CLUSTER, role};

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

/// Ctrl-C goes to Terraform and to the provider alike. What has been made is in the state, and nobody is left behind.
#[tokio::test]
async fn on_ctrl_c_in_the_middle_of_a_call() {
    let workspace = Workspace::start(ENTRIES).await;
    let forever = Fault { ms: 3_600_000, ..Fault::new("CreateAccessEntry", FaultKind::Hang) };
    workspace.emulator.add_fault(Fault { principal_arn: Some(role("second")), ..forever });

    let mut apply = workspace.terraform.command(&["apply", "-auto-approve", "-no-color"]);
    apply.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    let apply = tokio::process::Command::from(apply).kill_on_drop(true).spawn().unwrap();
    // The fault is used up when the call has come.
    let url = workspace.emulator.url();
    soon(async { while control::get(&url, "/_emulator/faults").await.unwrap() != Json::Array(vec![]) {} }).await;
    let group = format!("-{}", apply.id().unwrap());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());

    let ended = soon(apply.wait_with_output()).await.unwrap();
    let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success(), "{said}");
    assert!(said.contains("Cannot create EKS access entry"), "{said}");
    workspace.assert_nobody_left();
    let made: Vec<_> = workspace.emulator.entries(CLUSTER).iter().map(|entry| entry["principalArn"].clone()).collect();
    assert_eq!(made, [role("first")]);
    let managed = workspace.run(&["state", "list"]);
    assert_eq!(managed.stdout, "eks_access_entry.first\n");
}

/// What `future` comes to; it must not take forever.
async fn soon<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(60), future).await.expect("this should not take forever")
}
