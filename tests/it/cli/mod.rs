//! The provider's binary under the real Terraform or OpenTofu: what only they can show.
//!
//! Every test has a folder, a state and an emulator of its own. Without a CLI they fail, and say what to install.

mod access_report;
mod bad_input;
mod by_hand;
mod concurrency;
mod configuration;
mod ends;
mod ephemeral;
mod examples;
mod functions;
mod generate;
mod guides;
mod import;
mod install;
mod interrupt;
mod kill;
mod lifecycle;
mod migrate;
mod modules;
mod moves;
mod query;
mod quickstart;
mod secrets;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use eks_emulator::{Emulator, Options};
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::support::calls;
use crate::support::eks::CLUSTER;
use crate::support::events::Events;
use crate::support::features::{self, Feature};
use crate::support::processes;
use crate::support::terraform::{self, Run, Terraform};

/// What every configuration begins with.
const PROVIDER: &str = r#"
terraform {
  required_providers {
    eks = {
      source = "eks-access/eks"
    }
  }
}
"#;

/// Terraform in a folder, the provider's binary, and an emulator.
struct Workspace {
    emulator: Emulator,
    terraform: Terraform,
    /// Goes last, when nobody works in it any more.
    _folder: TempDir,
}

impl Workspace {
    /// With [`CLUSTER`] in mode `API`.
    async fn start(configuration: &str) -> Self {
        let workspace = Self::empty("API").await;
        workspace.write("provider.tf", PROVIDER);
        workspace.write("main.tf", configuration);
        workspace
    }

    /// The same with a CLI that has a feature; `None` in the matrix of versions if the one in question has not.
    async fn start_with(feature: Feature, configuration: &str) -> Option<Self> {
        let workspace = Self::empty_for(feature, "API").await?;
        workspace.write("provider.tf", PROVIDER);
        workspace.write("main.tf", configuration);
        Some(workspace)
    }

    /// The same without a configuration.
    async fn empty_for(feature: Feature, mode: &str) -> Option<Self> {
        Some(Self::empty_with(features::find_with(feature)?, mode).await)
    }

    /// With [`CLUSTER`] in an authentication mode, and without a configuration.
    async fn empty(mode: &str) -> Self {
        Self::empty_with(terraform::find().unwrap_or_else(|not_found| panic!("{not_found}")), mode).await
    }

    async fn empty_with(program: PathBuf, mode: &str) -> Self {
        let clusters = vec![(CLUSTER.to_owned(), mode.to_owned())];
        let emulator = Emulator::start(Options { clusters, ..Options::default() }).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let terraform = Terraform::new(program, folder.path(), &provider()).unwrap().reaching(&emulator.url());
        Self { emulator, terraform, _folder: folder }
    }

    /// With a variable of the environment; an empty value takes it away.
    fn with(self, variable: &'static str, value: &str) -> Self {
        Self { terraform: self.terraform.with(variable, value), ..self }
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.terraform.folder().join(file), text).unwrap();
    }

    /// Runs a command that has to succeed.
    fn run(&self, arguments: &[&str]) -> Run {
        let run = self.terraform.run(arguments).unwrap();
        assert!(run.succeeded, "{run}");
        run
    }

    /// What a plan would do.
    fn plan(&self) -> Vec<String> {
        Events::parse(&self.run(&["plan", "-json"]).stdout).planned()
    }

    /// Applies; the calls that changed something, sorted, because Terraform does several things at once.
    fn apply(&self) -> Vec<String> {
        self.changes_of(&["apply", "-auto-approve", "-no-color"])
    }

    /// The calls of a command that changed something, sorted.
    fn changes_of(&self, arguments: &[&str]) -> Vec<String> {
        self.emulator.clear_calls();
        self.run(arguments);
        let calls = self.emulator.calls();
        let mut changes: Vec<_> = calls.iter().map(calls::short).filter(|call| calls::is_change(call)).collect();
        changes.sort_unstable();
        changes
    }

    /// What a command says that has to fail, with `-json`.
    fn refused(&self, arguments: &[&str]) -> Vec<Refusal> {
        // The command, with -chdir before it, then options, then files.
        let command = arguments.iter().position(|argument| !argument.starts_with('-')).unwrap();
        let (command, rest) = arguments.split_at(command + 1);
        let run = self.terraform.run(&[command, &["-json"], rest].concat()).unwrap();
        assert!(!run.succeeded, "{run}");
        let refusals: Vec<_> = match serde_json::from_str::<Json>(&run.stdout) {
            // validate answers with one object, the others with one on each line.
            Ok(validation) => validation["diagnostics"].as_array().unwrap().iter().map(Refusal::new).collect(),
            Err(_) => Events::parse(&run.stdout).diagnostics().map(Refusal::new).collect(),
        };
        refusals.into_iter().flatten().collect()
    }

    /// The attributes of a resource, as the state has them.
    fn state(&self, address: &str) -> Json {
        let shown = self.run(&["show", "-json"]);
        let state: Json = serde_json::from_str(&shown.stdout).unwrap();
        let resources = state["values"]["root_module"]["resources"].as_array().cloned().unwrap_or_default();
        let found = resources.into_iter().find(|resource| resource["address"] == address);
        found.unwrap_or_else(|| panic!("there is no {address} in {state}"))["values"].take()
    }

    /// The provider is gone, and has taken its socket with it.
    fn assert_nobody_left(&self) {
        let folder = self.terraform.folder();
        let left = fs::read_dir(folder.join(Terraform::TEMPORARY)).unwrap();
        let left: Vec<_> = left.map(|left| left.unwrap().path()).collect();
        assert_eq!(left, [] as [PathBuf; 0]);
        if cfg!(target_os = "linux") {
            assert_eq!(processes::started_as(&folder.join(Terraform::PROVIDER)).unwrap(), [] as [u32; 0]);
        }
    }
}

/// An error, and the line of the configuration that Terraform shows with it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Refusal {
    file: String,
    line: u64,
    code: String,
    summary: String,
    detail: String,
}

impl Refusal {
    fn new(diagnostic: &Json) -> Option<Self> {
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        (diagnostic["severity"] == "error").then(|| Self {
            file: text(&diagnostic["range"]["filename"]),
            line: diagnostic["range"]["start"]["line"].as_u64().unwrap_or_default(),
            code: text(&diagnostic["snippet"]["code"]).trim().to_owned(),
            summary: text(&diagnostic["summary"]),
            detail: text(&diagnostic["detail"]),
        })
    }
}

/// What `future` comes to; it must not take forever.
async fn soon<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(60), future).await.expect("this should not take forever")
}

/// The provider's binary.
fn provider() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_terraform-provider-eks")).to_owned()
}
