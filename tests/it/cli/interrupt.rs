//! Ctrl-C, SIGTERM and a hangup during a call: the apply ends or goes on, what is made is in the state, and nobody is left behind.
//!
//! In the plan with which an apply begins, Terraform tells nobody that it has been interrupted, and waits for the call to end:
//! there it is the signal itself that counts (docs/design/2026-11-28-ctrl-c.md). What the other two mean:
//! docs/design/2026-11-29-hangup-and-terminate.md.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use eks_emulator::{Fault, FaultKind};
use serde_json::Value as Json;
use tokio::time::timeout;

use super::Workspace;
use crate::support::eks::{CLUSTER, role};
use crate::support::processes;
use crate::support::terraform::{Run, Terraform};

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

impl Hang {
    fn creation() -> Self {
        Self {
            operation: "CreateAccessEntry",
            before: None,
            after: Some(entries("", VIEW)),
            says: "Cannot create EKS access entry",
        }
    }
}

#[tokio::test]
async fn every_kind_of_call() {
    let hangs = [
        Hang::creation(),
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
        let took = interrupt(&hang, "INT").await;
        eprintln!("Ctrl-C during {:24} Terraform ended after {:.0} ms", hang.operation, took.as_secs_f64() * 1e3);
        assert!(took < BOUND, "{} ended after {took:?}", hang.operation);
    }
}

/// Terraform takes it for Ctrl-C. CI systems, and `timeout`, send it to every process of a command.
#[tokio::test]
async fn termination() {
    let took = interrupt(&Hang::creation(), "TERM").await;
    assert!(took < BOUND, "{took:?}");
}

#[tokio::test]
async fn termination_during_a_creation_that_is_answered_in_time() {
    // On a machine that stalls the answer may come too late, and then it is looked at again.
    for attempt in 1.. {
        let workspace = Workspace::start(&entries("", VIEW)).await;
        let apply = Running::start(&workspace, "apply", SOON_ANSWERED).await;
        apply.signal("TERM");
        let run = apply.ended().await;
        let said = run.to_string().replace('│', "").split_whitespace().collect::<Vec<_>>().join(" ");
        if attempt == 3 || !said.contains("AWS did not answer in time") {
            return assert_state_is_true(&workspace, &run);
        }
    }
}

/// Whatever is under way: whoever says it twice means it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn termination_of_the_provider_twice() {
    let workspace = Workspace::start(&entries("", VIEW)).await;
    let apply = Running::start(&workspace, "apply", HANGING).await;
    let provider = workspace.terraform.folder().join(Terraform::PROVIDER);
    // Two of the same signal at once may be heard as one.
    while let [process] = *processes::started_as(&provider).unwrap() {
        Command::new("kill").arg(process.to_string()).stderr(Stdio::null()).status().unwrap();
    }
    let run = apply.end().await;
    assert!(run.to_string().contains("Plugin did not respond"), "{run}");
}

/// Under `nohup`, Terraform goes on when its terminal is gone.
#[tokio::test]
async fn a_hangup_that_is_ignored() {
    let workspace = Workspace::start(&entries("", VIEW)).await;
    let apply = Running::start(&workspace, "apply", SOON_ANSWERED).await;
    apply.signal("HUP");
    let run = apply.end().await;
    assert!(run.succeeded, "{run}");
}

async fn interrupt(hang: &Hang, signal: &str) -> Duration {
    let operation = hang.operation;
    let workspace = Workspace::start(hang.before.as_deref().unwrap_or_default()).await;
    if hang.before.is_some() {
        workspace.apply();
    }
    if let Some(after) = &hang.after {
        workspace.write("main.tf", after);
    }
    let command = if hang.after.is_some() { "apply" } else { "destroy" };
    let running = Running::start(&workspace, command, (operation, FaultKind::Hang, FOREVER)).await;
    let began = Instant::now();
    running.signal(signal);
    let run = running.end().await;
    let took = began.elapsed();
    assert!(!run.succeeded && run.to_string().contains(hang.says), "{operation}: {run}");
    took
}

/// An operation on the second entry, and what is done to its answer for how many milliseconds.
type Spoiled = (&'static str, FaultKind, u64);

const HANGING: Spoiled = ("CreateAccessEntry", FaultKind::Hang, FOREVER);

/// Carried out at once, and answered within the moment that a change has.
const SOON_ANSWERED: Spoiled = ("CreateAccessEntry", FaultKind::Delay, 300);

/// A command of Terraform, one call of which is under way.
struct Running<'a> {
    workspace: &'a Workspace,
    terraform: tokio::process::Child,
}

impl<'a> Running<'a> {
    /// As `nohup` starts it, in a group of its own.
    async fn start(workspace: &'a Workspace, command: &str, (operation, kind, ms): Spoiled) -> Self {
        let fault = Fault { ms, principal_arn: Some(role("second")), ..Fault::new(operation, kind) };
        workspace.emulator.add_fault(fault);
        let command = workspace.terraform.command(&[command, "-auto-approve", "-no-color"]);
        let mut nohup = workspace.terraform.command_of(Path::new("sh"), &["-c", r#"trap "" HUP; exec "$0" "$@""#]);
        nohup.arg(command.get_program()).args(command.get_args());
        nohup.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
        let terraform = tokio::process::Command::from(nohup).kill_on_drop(true).spawn().unwrap();
        timeout(Duration::from_secs(60), workspace.emulator.faults_used_up()).await.expect("the call that is spoiled");
        Self { workspace, terraform }
    }

    /// Sends a signal to Terraform and to its providers.
    fn signal(&self, signal: &str) {
        let group = format!("-{}", self.terraform.id().unwrap());
        assert!(Command::new("kill").args(["-s", signal, "--", &group]).status().unwrap().success());
    }

    /// What it has said when it has ended. Nobody is left, and the state is true.
    async fn end(self) -> Run {
        let workspace = self.workspace;
        let run = self.ended().await;
        assert_state_is_true(workspace, &run);
        run
    }

    /// The same, whatever the state has.
    async fn ended(self) -> Run {
        let ended = timeout(Duration::from_secs(60), self.terraform.wait_with_output()).await;
        let run = Run::new(&[], ended.expect("it does not end").unwrap());
        self.workspace.assert_nobody_left();
        run
    }
}

/// The state has what EKS has: a call that hung was never made.
fn assert_state_is_true(workspace: &Workspace, run: &Run) {
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
    assert_eq!(managed, live, "{run}");
}
