//! SIGKILL in the middle of an apply: of the provider, and of Terraform. A plain `apply` goes on from there.
//!
//! Every second call of the apply or so would take minutes: here the calls are sampled, and `make soak` takes every one.

use std::process::{Command as Kill, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use eks_emulator::{Fault, FaultKind};
use futures_util::stream::{self, StreamExt};
use serde_json::Value as Json;
use tokio::process::{Child, Command};

use super::{Workspace, soon};
use crate::support::calls;
use crate::support::eks::CLUSTER;
use crate::support::events::Events;
use crate::support::processes;
use crate::support::terraform::{Run, Terraform};

/// Twenty objects: entries alone, with their policies, and with associations. Half of the first are adopted if need be.
const TWENTY: &str = r#"
locals {
  name = "arn:aws:iam::111122223333:role"
}

resource "eks_access_entry" "alone" {
  count             = 6
  cluster_name      = "dev"
  principal_arn     = "${local.name}/alone-${count.index}"
  kubernetes_groups = ["viewers"]
  on_conflict       = count.index < 3 ? "fail" : "adopt"
}

resource "eks_access_entry" "owner" {
  count         = 4
  cluster_name  = "dev"
  principal_arn = "${local.name}/owner-${count.index}"
  access_policies = {
    AmazonEKSViewPolicy = { access_scope = { type = "cluster" } }
    AmazonEKSEditPolicy = { access_scope = { type = "namespace", namespaces = ["dev"] } }
  }
}

resource "eks_access_entry" "associated" {
  count         = 5
  cluster_name  = "dev"
  principal_arn = "${local.name}/associated-${count.index}"
}

resource "eks_access_policy_association" "associated" {
  count         = 5
  cluster_name  = "dev"
  principal_arn = eks_access_entry.associated[count.index].principal_arn
  policy_arn    = "AmazonEKSViewPolicy"

  access_scope {
    type = "cluster"
  }
}
"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Provider,
    Terraform,
}

/// How many calls are looked at when not all are.
const SAMPLED: usize = 4;

/// How many applies go on at once.
const AT_ONCE: usize = 3;

#[tokio::test]
async fn the_provider() {
    kill_at_calls(Victim::Provider).await;
}

#[tokio::test]
async fn terraform() {
    kill_at_calls(Victim::Terraform).await;
}

/// What Terraform leaves behind that was killed while it wrote its state: half a file, with which it can do nothing.
#[tokio::test]
async fn half_a_state_is_as_good_as_none() {
    let workspace = Workspace::start(TWENTY).await;
    workspace.run(&APPLY);
    let wanted = shown(&workspace);
    let state = workspace.terraform.folder().join("terraform.tfstate");
    let half = fs::read(&state).unwrap().len() / 2;
    fs::File::options().write(true).open(&state).unwrap().set_len(half as u64).unwrap();
    let refused = output(&workspace, &APPLY).await;
    assert!(!refused.succeeded && refused.to_string().contains("Unsupported state file format"), "{refused}");
    put_away_half_a_state(&workspace, "half a state");
    // All but those that are adopted, and the associations, which are the same when they are made again.
    assert_eq!(go_on(&workspace, "half a state").await, 12);
    assert_eq!(shown(&workspace), wanted);
}

async fn kill_at_calls(victim: Victim) {
    let undisturbed = Workspace::start(TWENTY).await;
    undisturbed.run(&APPLY);
    let calls = undisturbed.emulator.calls().len();
    let wanted = shown(&undisturbed);
    assert_eq!(wanted.len(), 15);

    let step = if env::var_os("SOAK").is_some() { 1 } else { calls / SAMPLED };
    let points = (0..calls).step_by(step).flat_map(|call| [(call, FaultKind::Hang), (call, FaultKind::Delay)]);
    let points: Vec<_> = points.collect();
    let took = stream::iter(&points).map(|(call, kind)| Box::pin(kill_at(victim, *call, *kind, &wanted)));
    let mut took: Vec<_> = took.buffer_unordered(AT_ONCE).collect().await;
    took.sort();
    eprintln!(
        "{victim:?} killed {} times, at {} of {calls} calls, before and after they took effect; \
         provider gone after {:.0} ms (median), {:.0} ms (longest)",
        points.len(),
        points.len() / 2,
        milliseconds(took[took.len() / 2]),
        milliseconds(took[took.len() - 1]),
    );
}

/// Kills at one call, and goes on. How long the provider outlived it.
async fn kill_at(victim: Victim, call: usize, kind: FaultKind, wanted: &[Json]) -> Duration {
    let at = format!("{victim:?} at call {call}, {kind:?}");
    let workspace = Workspace::start(TWENTY).await;
    let after = u32::try_from(call).unwrap();
    workspace.emulator.add_fault(Fault { after, ms: 3_600_000, ..Fault::new("*", kind) });
    let mut command = Command::from(workspace.terraform.command(&APPLY));
    let apply = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    soon(workspace.emulator.faults_used_up()).await;

    let began = Instant::now();
    end(&workspace, victim, apply).await;
    let took = began.elapsed();

    if victim == Victim::Terraform {
        put_away_half_a_state(&workspace, &at);
    }
    go_on(&workspace, &at).await;
    assert_eq!(shown(&workspace), wanted, "{at}");
    let next = output(&workspace, &["plan", "-detailed-exitcode", "-no-color"]).await;
    assert!(next.succeeded, "{at}: {next}");
    let calls = workspace.emulator.calls();
    let removals: Vec<_> =
        calls.iter().map(calls::short).filter(|call| call.starts_with('D') && calls::is_change(call)).collect();
    assert_eq!(removals, [] as [String; 0], "{at}: removed unasked");
    took
}

/// Kills, and waits until nobody is left.
async fn end(workspace: &Workspace, victim: Victim, mut apply: Child) {
    let provider = workspace.terraform.folder().join(Terraform::PROVIDER);
    match victim {
        Victim::Terraform => apply.kill().await.unwrap(),
        Victim::Provider => {
            for process in processes::started_as(&provider).unwrap() {
                assert!(Kill::new("kill").args(["-KILL", &process.to_string()]).status().unwrap().success());
            }
        }
    }
    let gone = async {
        while !processes::started_as(&provider).unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    soon(gone).await;
    if victim == Victim::Provider {
        soon(apply.wait()).await.unwrap();
    }
}

/// Terraform writes its state file in place. Of half a file nothing can be used, so that every object is one that no state knows.
fn put_away_half_a_state(workspace: &Workspace, at: &str) {
    let state = workspace.terraform.folder().join("terraform.tfstate");
    let Ok(text) = fs::read(&state) else { return };
    if !text.is_empty() && serde_json::from_slice::<Json>(&text).is_err() {
        eprintln!("{at}: Terraform was writing its state, and {} bytes of it are there", text.len());
        fs::remove_file(state).unwrap();
    }
}

/// Applies again. What exists and is in no state is refused, with the block that imports it; then that is done. How many there
/// were.
async fn go_on(workspace: &Workspace, at: &str) -> usize {
    let again = output(workspace, &["apply", "-auto-approve", "-json"]).await;
    if again.succeeded {
        return 0;
    }
    let mut imports = String::new();
    for refusal in Events::parse(&again.stdout).diagnostics().filter(|diagnostic| diagnostic["severity"] == "error") {
        assert_eq!(refusal["summary"], "EKS access entry exists already", "{at}: {again}");
        let address = refusal["address"].as_str().unwrap();
        assert!(
            !address.starts_with("eks_access_entry.alone") || address < "eks_access_entry.alone[3]",
            "{at}: {address}"
        );
        let (_, block) = refusal["detail"].as_str().unwrap().split_once("import {").unwrap();
        let (block, _) = block.split_once('}').unwrap();
        imports.push_str(&format!("import {{{}}}\n", block.replace("eks_access_entry.<name>", address)));
    }
    assert!(!imports.is_empty(), "{at}: {again}");
    fs::write(workspace.terraform.folder().join("imports.tf"), &imports).unwrap();
    let again = output(workspace, &APPLY).await;
    assert!(again.succeeded, "{at}: {again}");
    imports.matches("import {").count()
}

const APPLY: [&str; 3] = ["apply", "-auto-approve", "-no-color"];

async fn output(workspace: &Workspace, arguments: &[&str]) -> Run {
    let output = Command::from(workspace.terraform.command(arguments)).kill_on_drop(true).output().await.unwrap();
    Run::new(arguments, output)
}

/// What EKS has, without what differs from one run to the next.
fn shown(workspace: &Workspace) -> Vec<Json> {
    let mut entries = workspace.emulator.entries(CLUSTER);
    for entry in &mut entries {
        let members = entry.as_object_mut().unwrap();
        members.retain(|name, _| !["accessEntryArn", "createdAt", "modifiedAt"].contains(&name.as_str()));
        for policy in members["associatedAccessPolicies"].as_array_mut().unwrap() {
            policy.as_object_mut().unwrap().retain(|name, _| !["associatedAt", "modifiedAt"].contains(&name.as_str()));
        }
    }
    entries
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
