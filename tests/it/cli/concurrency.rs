//! Several at once on one cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use super::{PROVIDER, Workspace, provider};
use crate::support::eks::CLUSTER;
use crate::support::events::Events;
use crate::support::terraform::{self, Run, Terraform};

/// A second practitioner, with a state of their own, who works on the cluster of the first.
struct Beside {
    terraform: Terraform,
    _folder: TempDir,
}

impl Beside {
    fn start(first: &Workspace, configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = terraform::find().unwrap_or_else(|not_found| panic!("{not_found}"));
        let terraform = Terraform::new(program, folder.path(), &provider()).unwrap().reaching(&first.emulator.url());
        std::fs::write(folder.path().join("main.tf"), format!("{PROVIDER}{configuration}")).unwrap();
        Self { terraform, _folder: folder }
    }
}

async fn run(terraform: &Terraform, arguments: &[&str]) -> Run {
    Run::new(arguments, Command::from(terraform.command(arguments)).kill_on_drop(true).output().await.unwrap())
}

const APPLY: [&str; 3] = ["apply", "-auto-approve", "-json"];
const PLAN: [&str; 3] = ["plan", "-detailed-exitcode", "-no-color"];

fn entries(prefix: &str, count: usize, more: &str) -> String {
    format!(
        r#"
resource "eks_access_entry" "these" {{
  count         = {count}
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/{prefix}-${{count.index}}"
  access_policies = {{
    AmazonEKSViewPolicy = {{ access_scope = {{ type = "cluster" }} }}
  }}
  {more}
}}
"#
    )
}

/// How often each entry was made, and that nothing was removed.
fn made(workspace: &Workspace) -> BTreeMap<String, usize> {
    let mut made = BTreeMap::new();
    for call in workspace.emulator.calls() {
        assert!(!call.operation.starts_with("Dis") && !call.operation.starts_with("Del"), "removed unasked: {call:?}");
        if call.operation == "CreateAccessEntry" && call.status == 200 {
            *made.entry(call.principal_arn.unwrap()).or_default() += 1;
        }
    }
    made
}

/// Slow enough for the two to meet.
async fn workspace(configuration: &str) -> Workspace {
    let workspace = Workspace::start(configuration).await;
    workspace.emulator.settings(json!({ "latency_ms": 20 })).unwrap();
    workspace
}

#[tokio::test]
async fn of_different_principals() {
    let first = workspace(&entries("one", 8, "")).await;
    let second = Beside::start(&first, &entries("two", 8, ""));
    let (one, two) = tokio::join!(run(&first.terraform, &APPLY), run(&second.terraform, &APPLY));
    assert!(one.succeeded, "{one}");
    assert!(two.succeeded, "{two}");
    let made = made(&first);
    assert!(made.len() == 16 && made.values().all(|times| *times == 1), "{made:?}");
    for terraform in [&first.terraform, &second.terraform] {
        let next = run(terraform, &PLAN).await;
        assert!(next.succeeded, "{next}");
    }
}

/// Each entry belongs to the one who made it. The other is told, with the import block, and has it in no state.
#[tokio::test]
async fn of_the_same_principals() {
    let first = workspace(&entries("same", 8, "")).await;
    let second = Beside::start(&first, &entries("same", 8, ""));
    let (one, two) = tokio::join!(run(&first.terraform, &APPLY), run(&second.terraform, &APPLY));
    let made = made(&first);
    assert!(made.len() == 8 && made.values().all(|times| *times == 1), "{made:?}");

    let mut owned = Vec::new();
    for (terraform, ran) in [(&first.terraform, &one), (&second.terraform, &two)] {
        owned.extend(run(terraform, &["state", "list"]).await.stdout.lines().map(str::to_owned));
        for refusal in Events::parse(&ran.stdout).diagnostics().filter(|diagnostic| diagnostic["severity"] == "error") {
            assert_eq!(refusal["summary"], "EKS access entry exists already", "{ran}");
            assert!(refusal["detail"].as_str().unwrap().contains("import {"), "{ran}");
        }
    }
    owned.sort();
    let all: Vec<_> = (0..8).map(|index| format!("eks_access_entry.these[{index}]")).collect();
    assert_eq!(owned, all);
}

/// Who adopts is content with what the other has made.
#[tokio::test]
async fn of_the_same_principals_which_are_adopted() {
    let configuration = entries("same", 8, "on_conflict = \"adopt\"");
    let first = workspace(&configuration).await;
    let second = Beside::start(&first, &configuration);
    let (one, two) = tokio::join!(run(&first.terraform, &APPLY), run(&second.terraform, &APPLY));
    assert!(one.succeeded, "{one}");
    assert!(two.succeeded, "{two}");
    let made = made(&first);
    assert!(made.len() == 8 && made.values().all(|times| *times == 1), "{made:?}");
    for terraform in [&first.terraform, &second.terraform] {
        let next = run(terraform, &PLAN).await;
        assert!(next.succeeded, "{next}");
    }
}

#[tokio::test]
async fn fifty_operations() {
    let workspace = workspace(&entries("many", 50, "")).await;
    let arguments = [&APPLY[..], &["-parallelism=50"]].concat();
    let applied = run(&workspace.terraform, &arguments).await;
    assert!(applied.succeeded, "{applied}");
    let made = made(&workspace);
    assert!(made.len() == 50 && made.values().all(|times| *times == 1), "{made:?}");
    assert_eq!(workspace.plan(), [] as [&str; 0]);
    assert_eq!(workspace.emulator.entries(CLUSTER).len(), 50);
}

/// While somebody else changes the mode, EKS refuses what would change the cluster too, and it is waited for.
#[tokio::test]
async fn a_change_of_the_mode_in_the_middle() {
    let configuration = entries("meanwhile", 8, "");
    let workspace = workspace(&configuration).await;
    for (from, to) in [("CONFIG_MAP", "API_AND_CONFIG_MAP"), ("API_AND_CONFIG_MAP", "API")] {
        workspace.emulator.reset();
        workspace.emulator.set_cluster_mode(CLUSTER, from);
        workspace.write("main.tf", &configuration);
        let begins = async {
            // The plan has looked, and the apply is about to.
            while workspace.emulator.calls().is_empty() {
                tokio::task::yield_now().await;
            }
            workspace.emulator.start_mode_update(CLUSTER, to, 1_500).unwrap();
        };
        let (applied, ()) = tokio::join!(run(&workspace.terraform, &APPLY), begins);
        assert!(applied.succeeded, "{from} to {to}: {applied}");
        // The apply may be through with its entries before the mode has changed.
        let changes = async {
            while workspace.emulator.cluster(CLUSTER).unwrap()["accessConfig"]["authenticationMode"] != to {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(60), changes).await.expect("the mode to change");
        assert_eq!(workspace.plan(), [] as [&str; 0]);
        workspace.run(&["destroy", "-auto-approve"]);
    }
}
