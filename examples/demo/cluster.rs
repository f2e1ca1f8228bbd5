//! The emulator as a program of its own, and what a person would do to its cluster without Terraform.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use aws_sdk_eks::config::{BehaviorVersion, Credentials, Region};
use eks_emulator::Call;

use super::control;

/// What goes wrong between this program and the emulator.
pub(crate) type Error = Box<dyn std::error::Error>;

pub(crate) const CLUSTER: &str = "dev";

/// The emulator, running, with a cluster in `CONFIG_MAP` mode. It ends when this is dropped.
pub(crate) struct Emulator {
    process: Child,
    pub(crate) url: String,
    /// A client like any other.
    pub(crate) eks: aws_sdk_eks::Client,
    /// The number of the last call that [`Self::take_calls`] has given out.
    taken: u64,
}

impl Emulator {
    /// Starts the program on a free port.
    pub(crate) fn start(program: &Path) -> Result<Self, Error> {
        let cluster = format!("{CLUSTER}=CONFIG_MAP");
        let mut process = Command::new(program)
            .args(["--port", "0", "--cluster", &cluster])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.as_mut() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let url = line.trim_end().strip_prefix("eks-emulator listening on ").map(str::to_owned);
        let url = url.ok_or_else(|| format!("the emulator did not start; it said {line:?}"))?;
        Ok(Self { process, eks: client(&url), url, taken: 0 })
    }

    /// The calls since the last time.
    pub(crate) async fn take_calls(&mut self) -> Result<Vec<Call>, Error> {
        let mut calls: Vec<Call> = serde_json::from_value(control::get(&self.url, "/_emulator/calls").await?)?;
        calls.retain(|call| call.seq > self.taken);
        self.taken = calls.last().map_or(self.taken, |call| call.seq);
        Ok(calls)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It fails only when the process has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn client(url: &str) -> aws_sdk_eks::Client {
    let config = aws_sdk_eks::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "demo"))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_eks::Client::from_conf(config)
}
