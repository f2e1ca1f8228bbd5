//! The binary itself: what it prints, what it does about signals, and with what it exits.

use std::os::unix::process::ExitStatusExt;
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use terraform_provider_eks::plugin::generated::go_plugin::Empty;
use terraform_provider_eks::plugin::generated::go_plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_eks::plugin::generated::tfplugin6::get_metadata;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use super::reattach::socket;
use super::{assert_empty, soon};
use crate::support::client::{self, Handshake, Identity};

/// What Core tells every plugin that it starts.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

const PROGRAM: &str = env!("CARGO_BIN_EXE_terraform-provider-eks");

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
    let process = Process::start(&[]).await;
    process.signal("TERM");
    let output = process.exit().await;
    assert!(output.status.success(), "{output:?}");
}

/// Nothing is done about these signals, but Core has come already: what could be left behind is gone since then.
#[tokio::test]
async fn kill_leaves_nothing_behind() {
    for signal in if cfg!(target_os = "linux") { &["KILL", "HUP", "QUIT"][..] } else { &["KILL"] } {
        let process = Process::start_with(as_core_does(heeding_all(&[]), &[])).await;
        let mut core = ProviderClient::new(process.handshake().channel(&Identity::core()).await.unwrap());
        soon(core.get_metadata(get_metadata::Request {})).await.unwrap();
        process.signal(signal);
        process.exit().await;
    }
}

/// As under `nohup`: Terraform goes on after a hangup, and so does what it has started.
#[tokio::test]
async fn what_is_ignored_at_the_start_stays_ignored() {
    let process = Process::start_with(as_core_does(ignoring_hangups(&[]), &[])).await;
    let core = process.handshake().channel(&Identity::core()).await.unwrap();
    for signal in ["HUP", "QUIT"] {
        process.signal(signal);
        soon(ProviderClient::new(core.clone()).get_metadata(get_metadata::Request {})).await.unwrap();
    }
    soon(GrpcControllerClient::new(core).shutdown(Empty {})).await.unwrap();
    let output = process.exit().await;
    assert!(output.status.success(), "{output:?}");
}

/// The environment with its secrets is in the memory of the process, where nobody can overwrite it.
#[tokio::test]
async fn crash_leaves_no_core_dump() {
    let place = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", r#"ulimit -c unlimited && exec "$0""#, PROGRAM]);
    let mut command = as_core_does(piped(command), &[]);
    command.current_dir(place.path());
    let process = Process::start_with(command).await;
    let core = process.handshake().channel(&Identity::core()).await.unwrap();
    soon(ProviderClient::new(core.clone()).get_metadata(get_metadata::Request {})).await.unwrap();
    process.signal("ABRT");
    let output = process.exit().await;
    assert_eq!(output.status.signal(), Some(6), "{output:?}");
    assert!(!output.status.core_dumped());
    assert_empty(place.path());
}

#[tokio::test]
async fn debug_serves_until_ctrl_c() {
    let process = Process::start_with(command(&["--debug"])).await;
    let socket = socket(&process.line);
    drop(UnixStream::connect(&socket).await.unwrap());
    drop(UnixStream::connect(&socket).await.unwrap());
    process.signal("INT");
    let output = process.exit().await;
    assert!(output.status.success(), "{output:?}");
}

/// Its socket is there to the end.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn debug_leaves_nothing_behind() {
    for signal in ["INT", "TERM", "HUP", "QUIT"] {
        let process = Process::start_with(heeding_all(&["--debug"])).await;
        process.signal(signal);
        let output = process.exit().await;
        assert!(output.status.success(), "{signal}: {output:?}");
    }
}

#[tokio::test]
async fn debug_ignores_what_was_ignored_at_the_start() {
    let process = Process::start_with(ignoring_hangups(&["--debug"])).await;
    let core = client::channel(UnixStream::connect(socket(&process.line)).await.unwrap()).await.unwrap();
    for signal in ["HUP", "QUIT"] {
        process.signal(signal);
        soon(ProviderClient::new(core.clone()).get_metadata(get_metadata::Request {})).await.unwrap();
    }
    process.signal("INT");
    let output = process.exit().await;
    assert!(output.status.success(), "{output:?}");
}

/// A process of ours that has printed its line.
pub(super) struct Process {
    child: Child,
    line: String,
    stdout: BufReader<tokio::process::ChildStdout>,
    folder: TempDir,
}

impl Process {
    /// As Core starts it, with more `variables`.
    pub(super) async fn start(variables: &[(&str, &str)]) -> Self {
        Self::start_with(as_core_does(command(&[]), variables)).await
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

    pub(super) fn handshake(&self) -> Handshake {
        Handshake::parse(&self.line)
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// The memory that it has for itself at this moment. What it has of its file comes and goes as the system likes.
    pub(super) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// What it printed after its line, when it is gone. It must not leave anything behind.
    pub(super) async fn exit(self) -> Output {
        let Self { child, mut stdout, folder, .. } = self;
        let mut printed = String::new();
        soon(stdout.read_line(&mut printed)).await.unwrap();
        let output = soon(child.wait_with_output()).await.unwrap();
        assert_empty(folder.path());
        Output { stdout: printed.into_bytes(), ..output }
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    piped(command)
}

/// With every signal as it is by default, also where these tests run under `nohup`.
fn heeding_all(arguments: &[&str]) -> Command {
    let mut command = Command::new("env");
    command.arg("--default-signal").arg(PROGRAM).args(arguments);
    piped(command)
}

fn ignoring_hangups(arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" HUP QUIT; exec "$0" "$@""#, PROGRAM]).args(arguments);
    piped(command)
}

/// With what Core puts into the environment, and more `variables`.
fn as_core_does(mut command: Command, variables: &[(&str, &str)]) -> Command {
    command.envs([COOKIE, ("PLUGIN_CLIENT_CERT", Identity::CORE_PEM)]).envs(variables.iter().copied());
    command
}

/// As Core runs it, but with an empty environment.
fn piped(mut command: Command) -> Command {
    command.env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
