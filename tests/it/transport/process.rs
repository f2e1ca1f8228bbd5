//! The binary itself: what it prints, what it does about signals, and with what it exits.

use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use terraform_provider_eks::plugin::generated::go_plugin::Empty;
use terraform_provider_eks::plugin::generated::go_plugin::grpc_controller_client::GrpcControllerClient;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use super::{assert_empty, soon};
use crate::support::client::{Handshake, Identity};

/// What Core tells every plugin that it starts.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

#[tokio::test]
async fn started_by_hand_says_what_it_is() {
    for cookie in [None, Some((COOKIE.0, "another"))] {
        let output = soon(command(&[]).envs(cookie).output()).await.unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(output.stdout, b"");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("this program is a plugin"), "{said}");
        assert!(said.contains("source = \"eks-access/eks\""), "{said}");
    }
}

/// Whoever asks has no cookie, and may have no environment at all.
#[tokio::test]
async fn tells_its_version_and_its_options() {
    let of_cargo = format!("terraform-provider-eks {}", env!("CARGO_PKG_VERSION"));
    let output = soon(command(&["--version"]).output()).await.unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{of_cargo}\n"));

    let output = soon(command(&["--help"]).output()).await.unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with(&format!("{of_cargo}: this program is a plugin")), "{said}");
    assert!(["--version", "--debug", "--help"].iter().all(|option| said.contains(option)), "{said}");
}

#[tokio::test]
async fn certificate_that_is_none_is_an_error() {
    let mut command = command(&[]);
    let output = soon(command.envs([COOKIE, ("PLUGIN_CLIENT_CERT", "certificate")]).output()).await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("PLUGIN_CLIENT_CERT"), "{said}");
}

#[tokio::test]
async fn prints_one_line_and_exits_on_shutdown() {
    let process = Process::start(&[]).await;
    let mut core = GrpcControllerClient::new(process.handshake().channel(&Identity::core()).await.unwrap());
    soon(core.shutdown(Empty {})).await.unwrap();
    let output = process.exit().await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!((output.stdout, output.stderr), (vec![], vec![]), "nobody asked for logs");
}

#[tokio::test]
async fn logs_when_core_listens() {
    let process = Process::start(&[("TF_LOG", "debug")]).await;
    let mut core = GrpcControllerClient::new(process.handshake().channel(&Identity::core()).await.unwrap());
    soon(core.shutdown(Empty {})).await.unwrap();
    let lines = String::from_utf8(process.exit().await.stderr).unwrap();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(["@level", "@message", "@module", "@timestamp"].iter().all(|key| line[key].is_string()), "{line}");
    }
    assert!(!lines.is_empty());
}

#[tokio::test]
async fn exits_when_core_dies() {
    let process = Process::start(&[]).await;
    drop(process.handshake().channel(&Identity::core()).await.unwrap());
    process.exit().await;
}

/// A terminal sends Ctrl-C to Core and to us. What we do about it, Core says.
#[tokio::test]
async fn ctrl_c_is_for_core() {
    let process = Process::start(&[]).await;
    process.signal("INT");
    let mut core = GrpcControllerClient::new(process.handshake().channel(&Identity::core()).await.unwrap());
    soon(core.shutdown(Empty {})).await.unwrap();
    process.exit().await;
}

#[tokio::test]
async fn termination_leaves_nothing_behind() {
    for signal in ["TERM", "HUP"] {
        let process = Process::start(&[]).await;
        process.signal(signal);
        process.exit().await;
    }
}

#[tokio::test]
async fn debug_serves_until_ctrl_c() {
    let process = Process::start_with(command(&["--debug"])).await;
    let providers = process.line.strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|line| line.strip_suffix('\''));
    let providers: Value = serde_json::from_str(providers.unwrap()).unwrap();
    let socket = providers["eks-access/eks"]["Addr"]["String"].as_str().unwrap();
    drop(UnixStream::connect(socket).await.unwrap());
    drop(UnixStream::connect(socket).await.unwrap());
    process.signal("INT");
    let output = process.exit().await;
    assert!(output.status.success(), "{output:?}");
}

/// A process of ours that has printed its line.
struct Process {
    child: Child,
    line: String,
    stdout: BufReader<tokio::process::ChildStdout>,
    folder: TempDir,
}

impl Process {
    /// As Core starts it, with more `variables`.
    async fn start(variables: &[(&str, &str)]) -> Self {
        let mut command = command(&[]);
        command.envs([COOKIE, ("PLUGIN_CLIENT_CERT", Identity::CORE_PEM)]).envs(variables.iter().copied());
        Self::start_with(command).await
    }

    async fn start_with(mut command: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = command.env("TMPDIR", folder.path()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        soon(stdout.read_line(&mut line)).await.unwrap();
        line.truncate(line.trim_end_matches('\n').len());
        Self { child, line, stdout, folder }
    }

    fn handshake(&self) -> Handshake {
        Handshake::parse(&self.line)
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// What it printed after its line, when it is gone. It must not leave anything behind.
    async fn exit(self) -> Output {
        let Self { child, mut stdout, folder, .. } = self;
        let mut printed = String::new();
        soon(stdout.read_line(&mut printed)).await.unwrap();
        let output = soon(child.wait_with_output()).await.unwrap();
        assert_empty(folder.path());
        Output { stdout: printed.into_bytes(), ..output }
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-eks"));
    command.args(arguments).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
