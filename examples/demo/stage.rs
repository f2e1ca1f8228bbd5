//! Where the story is told: what Terraform says, and which calls it makes; and the judgement whether it is as told.

use std::fmt::Debug;

use eks_emulator::Call;

use super::calls;
use super::cluster::{Cluster, Error};
use super::events::Events;
use super::terraform::{Run, Terraform};

/// Terraform on the one side, a cluster on the other.
pub(crate) struct Stage {
    pub(crate) terraform: Terraform,
    pub(crate) cluster: Cluster,
    steps: usize,
}

impl Stage {
    pub(crate) fn new(terraform: Terraform, cluster: Cluster) -> Self {
        Self { terraform, cluster, steps: 0 }
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

    /// Runs a command that plans or applies, and tells what it does.
    pub(crate) fn change(&self, command: &str, arguments: &[&str]) -> Result<Events, Error> {
        let events = Events::parse(&self.run(&[&[command, "-json"], arguments].concat())?.stdout);
        let told = if command == "plan" { "planned_change" } else { "apply_complete" };
        events.messages(&[told, "change_summary"]).for_each(say);
        for (summary, times) in counted(&events.summaries()) {
            say(&format!(
                "Warning: {summary} ({})",
                if times == 1 { "once".to_owned() } else { format!("{times} times") }
            ));
        }
        Ok(events)
    }

    /// Tells the calls since the last time, and what the failed ones failed for.
    pub(crate) async fn calls(&mut self) -> Result<Vec<Call>, Error> {
        let calls = self.cluster.take_calls().await?;
        let outcome = |call: &Call| match &call.error {
            Some(error) => format!("{} ({error})", call.operation),
            None => call.operation.clone(),
        };
        let told: Vec<_> = calls.iter().map(outcome).collect();
        let told: Vec<_> = counted(&told).iter().map(|(call, times)| format!("{times} {call}")).collect();
        say(&format!("AWS calls: {}", if told.is_empty() { "none".to_owned() } else { told.join(", ") }));
        Ok(calls)
    }
}

/// Prints a line of a step.
pub(crate) fn say(line: &str) {
    println!("   {line}");
}

/// Lines as they are found.
pub(crate) fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Fails unless the two are the same.
pub(crate) fn expect<T: PartialEq + Debug>(what: &str, actual: T, expected: T) -> Result<(), Error> {
    if actual == expected {
        return Ok(());
    }
    Err(format!("{what}: expected\n{expected:#?}\nbut it is\n{actual:#?}").into())
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
