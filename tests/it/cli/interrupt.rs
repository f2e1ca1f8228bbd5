//! Ctrl-C during a call that hangs: the apply ends, what is made is in the state, and nobody is left behind.
//!
//! In the plan with which an apply begins, Terraform tells nobody that it has been interrupted, and waits for the call to end:
//! there it is the signal itself that counts (docs/design/2026-11-28-ctrl-c.md).

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use eks_emulator::{Fault, FaultKind};
use serde_json::Value as Json;
use tokio::time::timeout;

use super::Workspace;
use crate::support::eks::{CLUSTER, role};

/// What is promised is two seconds of the provider's own time; Terraform and a busy machine take theirs. A call that nobody
/// ends takes thirty.
const BOUND: Duration = Duration::from_secs(20);

/// Longer than any test runs.
const FOREVER: u64 = 3_600_000;

fn entries(groups: &str, policy: &str) -> String {
    format!(
        r#"
resource "eks_access_entry" "first" {{
  cluster_name      = "dev"
  principal_arn     = "arn:aws:iam::111122223333:role/first"
  kubernetes_groups = [{groups}]
}}

resource "eks_access_entry" "second" {{
  cluster_name      = eks_access_entry.first.cluster_name
  principal_arn     = "arn:aws:iam::111122223333:role/second"
  kubernetes_groups = [{groups}]
  access_policies   = {{{policy}}}
  depends_on        = [eks_access_entry.first]
}}
"#
    )
}

const VIEW: &str = r#" AmazonEKSViewPolicy = { access_scope = { type = "cluster" } } "#;

/// An operation that hangs, where the first entry is through with it and the second is not.
struct Hang {
    operation: &'static str,
    before: Option<String>,
    /// Nothing means that all is destroyed.
    after: Option<String>,
    says: &'static str,
}

#[tokio::test]
async fn every_kind_of_call() {
    let hangs = [
        Hang {
            operation: "CreateAccessEntry",
            before: None,
            after: Some(entries("", VIEW)),
            says: "Cannot create EKS access entry",
        },
        Hang {
            operation: "AssociateAccessPolicy",
            before: None,
            after: Some(entries("", VIEW)),
            says: "Cannot set the policies of EKS access entry",
        },
        Hang {
            operation: "UpdateAccessEntry",
            before: Some(entries("", VIEW)),
            after: Some(entries(r#""a""#, VIEW)),
            says: "Cannot update EKS access entry",
        },
        Hang {
            operation: "DisassociateAccessPolicy",
            before: Some(entries("", VIEW)),
            after: Some(entries("", "")),
            says: "Cannot set the policies of EKS access entry",
        },
        Hang {
            operation: "DeleteAccessEntry",
            before: Some(entries("", VIEW)),
            after: None,
            says: "Cannot delete EKS access entry",
        },
        // In the plan.
        Hang {
            operation: "DescribeAccessEntry",
            before: Some(entries("", VIEW)),
            after: Some(entries(r#""a""#, VIEW)),
            says: "Cannot read EKS access entry",
        },
    ];
    for hang in hangs {
        let took = interrupt(&hang).await;
        eprintln!("Ctrl-C during {:24} Terraform ended after {:.0} ms", hang.operation, took.as_secs_f64() * 1e3);
        assert!(took < BOUND, "{} ended after {took:?}", hang.operation);
    }
}

async fn interrupt(hang: &Hang) -> Duration {
    let operation = hang.operation;
    let workspace = Workspace::start(hang.before.as_deref().unwrap_or_default()).await;
    if hang.before.is_some() {
        workspace.apply();
    }
    if let Some(after) = &hang.after {
        workspace.write("main.tf", after);
    }
    let hangs = Fault { ms: FOREVER, ..Fault::new(operation, FaultKind::Hang) };
    workspace.emulator.add_fault(Fault { principal_arn: Some(role("second")), ..hangs });

    let command = if hang.after.is_some() { "apply" } else { "destroy" };
    let mut apply = workspace.terraform.command(&[command, "-auto-approve", "-no-color"]);
    apply.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    let apply = tokio::process::Command::from(apply).kill_on_drop(true).spawn().unwrap();
    timeout(Duration::from_secs(60), workspace.emulator.faults_used_up()).await.expect("the call that is to hang");

    let began = Instant::now();
    let group = format!("-{}", apply.id().unwrap());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
    let ended = timeout(Duration::from_secs(60), apply.wait_with_output()).await.expect("it does not end").unwrap();
    let took = began.elapsed();

    let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success(), "{operation}: {said}");
    assert!(said.contains(hang.says), "{operation}: {said}");
    workspace.assert_nobody_left();
    assert_state_is_true(&workspace, operation);
    took
}

/// The state has what EKS has: the call that hung was never made.
fn assert_state_is_true(workspace: &Workspace, operation: &str) {
    let shown: Json = serde_json::from_str(&workspace.run(&["show", "-json"]).stdout).unwrap();
    let managed = shown["values"]["root_module"]["resources"].as_array().cloned().unwrap_or_default();
    let mut managed: Vec<_> = managed
        .iter()
        .map(|of| &of["values"])
        .map(|of| {
            let policies = of["access_policies"].as_object().map_or(0, serde_json::Map::len);
            (of["principal_arn"].clone(), of["kubernetes_groups"].clone(), policies)
        })
        .collect();
    managed.sort_by_key(|(principal, ..)| principal.to_string());
    let live = workspace.emulator.entries(CLUSTER);
    let live: Vec<_> = live
        .iter()
        .map(|of| {
            let policies = of["associatedAccessPolicies"].as_array().unwrap().len();
            (of["principalArn"].clone(), of["kubernetesGroups"].clone(), policies)
        })
        .collect();
    assert_eq!(managed, live, "{operation}");
}
