//! Where the story is told: what Terraform says, which calls it makes, what the cluster has then; and whether it is as told.

use std::fmt::Debug;

use eks_emulator::Call;

use super::calls;
use super::cluster::{CLUSTER, Emulator, Error};
use super::events::Events;
use super::terraform::{Run, Terraform};

/// Terraform on the one side, the emulator on the other.
pub(crate) struct Stage {
    pub(crate) terraform: Terraform,
    pub(crate) emulator: Emulator,
    steps: usize,
}

impl Stage {
    pub(crate) fn new(terraform: Terraform, emulator: Emulator) -> Self {
        Self { terraform, emulator, steps: 0 }
    }

    /// Begins a step, and says what it shows.
    pub(crate) fn step(&mut self, shows: &str) {
        self.steps += 1;
        println!("\n{}. {}", self.steps, shows.replace('\n', "\n   "));
    }

    /// Runs a command that must succeed.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Run, Error> {
        println!("\n   $ terraform {}", arguments.join(" "));
        let run = self.terraform.run(arguments)?;
        if run.succeeded { Ok(run) } else { Err(run.to_string().into()) }
    }

    /// Runs a command that plans or applies, with `-json`.
    pub(crate) fn change(&self, command: &str, arguments: &[&str]) -> Result<Events, Error> {
        let events = Events::parse(&self.run(&[&[command, "-json"], arguments].concat())?.stdout);
        let told = if command == "plan" { "planned_change" } else { "apply_complete" };
        events.messages(&[told, "change_summary"]).for_each(say);
        for (summary, times) in counted(&events.summaries()) {
            say(&format!("Warning: {summary} ({times} times)"));
        }
        Ok(events)
    }

    /// The calls since the last time. Failed ones are told with what they failed for.
    pub(crate) async fn calls(&mut self) -> Result<Vec<Call>, Error> {
        let calls = self.emulator.take_calls().await?;
        let told: Vec<_> = calls
            .iter()
            .map(|call| match &call.error {
                Some(error) => format!("{} ({error})", call.operation),
                None => call.operation.clone(),
            })
            .collect();
        let told: Vec<_> = counted(&told).iter().map(|(call, times)| format!("{times} {call}")).collect();
        say(&format!("AWS calls: {}", if told.is_empty() { "none".to_owned() } else { told.join(", ") }));
        Ok(calls)
    }

    /// The entries of the cluster, as anybody sees them who asks EKS.
    pub(crate) async fn entries(&self) -> Result<Vec<String>, Error> {
        let eks = &self.emulator.eks;
        let listed = eks.list_access_entries().cluster_name(CLUSTER).send().await?;
        let mut entries = Vec::new();
        for arn in listed.access_entries() {
            let entry = eks.describe_access_entry().cluster_name(CLUSTER).principal_arn(arn).send().await?;
            let policies =
                eks.list_associated_access_policies().cluster_name(CLUSTER).principal_arn(arn).send().await?;
            let Some(entry) = entry.access_entry() else { continue };
            let mut line = format!("{} {}", arn.rsplit(':').next().unwrap_or(arn), entry.r#type().unwrap_or_default());
            if !entry.kubernetes_groups().is_empty() {
                line += &format!(", groups {}", entry.kubernetes_groups().join(" "));
            }
            for policy in policies.associated_access_policies() {
                let name = policy.policy_arn().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
                let namespaces = policy.access_scope().map(|scope| scope.namespaces().join(" ")).unwrap_or_default();
                let scope = if namespaces.is_empty() { "the whole cluster" } else { &namespaces };
                line += &format!(", {name} in {scope}");
            }
            entries.push(line);
        }
        Ok(entries)
    }

    /// The modes that the cluster has been told to take, in the order of time.
    pub(crate) async fn modes(&self) -> Result<Vec<String>, Error> {
        let eks = &self.emulator.eks;
        let mut modes = Vec::new();
        for id in eks.list_updates().name(CLUSTER).send().await?.update_ids() {
            let update = eks.describe_update().name(CLUSTER).update_id(id).send().await?;
            let params = update.update().map(|update| update.params()).unwrap_or_default();
            // EKS shows the mode as JSON, in quotes.
            modes.extend(params.iter().filter_map(|param| param.value()).map(|mode| mode.trim_matches('"').to_owned()));
        }
        Ok(modes)
    }
}

/// Prints a line of a step.
pub(crate) fn say(line: &str) {
    println!("   {line}");
}

/// Fails unless the two are the same.
pub(crate) fn expect<T: PartialEq + Debug>(what: &str, actual: T, expected: T) -> Result<(), Error> {
    if actual == expected {
        return Ok(());
    }
    Err(format!("{what}: expected\n  {expected:#?}\nbut it is\n  {actual:#?}").into())
}

/// The calls that change something, sorted.
pub(crate) fn changes(calls: &[Call]) -> Vec<String> {
    let mut changes: Vec<_> = calls.iter().map(calls::short).filter(|call| calls::is_change(call)).collect();
    changes.sort_unstable();
    changes
}

/// How often each comes, in the order in which they come first.
fn counted<T: AsRef<str>>(names: &[T]) -> Vec<(&str, usize)> {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for name in names.iter().map(AsRef::as_ref) {
        match counted.iter_mut().find(|(seen, _)| *seen == name) {
            Some((_, times)) => *times += 1,
            None => counted.push((name, 1)),
        }
    }
    counted
}
