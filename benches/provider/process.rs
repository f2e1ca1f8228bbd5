//! One process of the provider: its file, its start and its end.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use terraform_provider_eks::plugin::generated::go_plugin::Empty;
use terraform_provider_eks::plugin::generated::go_plugin::grpc_controller_client::GrpcControllerClient;
use tonic::transport::Endpoint;

use crate::Result;
use crate::report::{Report, megabytes};
use crate::stage::Column;
use crate::times::Times;

/// What Core sets to show that it is Core; go-plugin's client refuses a program that does not ask for it.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// A client certificate as Core makes it anew for each process.
const CLIENT_CERTIFICATE: &str = include_str!("../../tests/it/support/client/core.pem");

const TIMES: usize = 50;

/// Measures size, start and end.
pub(crate) async fn measure(columns: &[Column], report: &mut Report) -> Result<()> {
    let sizes = columns.iter().map(|column| Ok(megabytes(fs::metadata(&column.provider)?.len())));
    report.row("release binary, stripped, static, linux x86-64", "≤ 9 MB", sizes.collect::<Result<_>>()?);
    // Whoever is killed leaves the folder of its socket behind: it goes with this one.
    let temporary = tempfile::tempdir()?;
    let starts = columns.iter().map(|column| Ok(start(&column.provider, &temporary)?.to_string()));
    report.row("start to handshake line", "≤ 2 ms", starts.collect::<Result<_>>()?);
    let mut ends = Vec::new();
    for column in columns {
        ends.push(end(&column.provider, &temporary).await?.to_string());
    }
    report.row("Shutdown to exit", "≤ 5 ms", ends);
    Ok(())
}

/// From the start of the process until its handshake line is read, with mutual TLS as under Core.
fn start(provider: &Path, temporary: &TempDir) -> Result<Times> {
    Times::of(TIMES, || {
        let began = Instant::now();
        let started = Started::new(provider, temporary, Some(CLIENT_CERTIFICATE))?;
        let took = began.elapsed();
        // Whoever dies at once is quick, too.
        started.handshake()?;
        Ok(took)
    })
}

/// From the call of Shutdown until the process is gone.
async fn end(provider: &Path, temporary: &TempDir) -> Result<Times> {
    let mut times = Vec::<Duration>::new();
    for _ in 0..TIMES {
        let mut started = Started::new(provider, temporary, None)?;
        let channel = Endpoint::from_shared(started.handshake()?)?.connect().await?;
        let began = Instant::now();
        GrpcControllerClient::new(channel).shutdown(Empty {}).await?;
        started.process.wait()?;
        times.push(began.elapsed());
    }
    Ok(Times::new(times))
}

/// A process of the provider that has said its first line, or has ended without. It ends when this is dropped.
struct Started {
    process: Child,
    line: String,
    with_tls: bool,
}

impl Started {
    /// Without a certificate, it serves in plain text.
    fn new(provider: &Path, temporary: &TempDir, certificate: Option<&str>) -> Result<Self> {
        let mut command = Command::new(provider);
        command.env(COOKIE.0, COOKIE.1).env("TMPDIR", temporary.path());
        command.envs(certificate.map(|pem| ("PLUGIN_CLIENT_CERT", pem)));
        // Providers written in Go log to stderr what they are.
        let process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut started = Self { process, line: String::new(), with_tls: certificate.is_some() };
        let stdout = started.process.stdout.as_mut().ok_or("the provider has no stdout")?;
        BufReader::new(stdout).read_line(&mut started.line)?;
        Ok(started)
    }

    /// Where it serves, if what it has said is a whole handshake line of such a process.
    fn handshake(&self) -> Result<String> {
        let fields: Vec<_> = self.line.strip_suffix('\n').unwrap_or_default().split('|').collect();
        let address = match fields.as_slice() {
            ["1", "5" | "6", network, address, "grpc", certificate, ..] if certificate.is_empty() != self.with_tls => {
                match *network {
                    "unix" => Some(format!("unix:{address}")),
                    "tcp" => Some(format!("http://{address}")),
                    _ => None,
                }
            }
            _ => None,
        };
        Ok(address.ok_or_else(|| format!("this is no handshake line: {:?}", self.line))?)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It fails only when the process has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
