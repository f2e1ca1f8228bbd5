//! One process of the provider: its file, its start and its end.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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
    let starts = columns.iter().map(|column| Ok(start(&column.provider)?.to_string()));
    report.row("start to handshake line", "≤ 2 ms", starts.collect::<Result<_>>()?);
    let mut ends = Vec::new();
    for column in columns {
        ends.push(end(&column.provider).await?.to_string());
    }
    report.row("Shutdown to exit", "≤ 5 ms", ends);
    Ok(())
}

/// From the start of the process until its handshake line is read, with mutual TLS as under Core.
fn start(provider: &Path) -> Result<Times> {
    Times::of(TIMES, || {
        let began = Instant::now();
        let mut started = Started::new(provider, Some(CLIENT_CERTIFICATE))?;
        let took = began.elapsed();
        started.process.kill()?;
        started.process.wait()?;
        Ok(took)
    })
}

/// From the call of Shutdown until the process is gone.
async fn end(provider: &Path) -> Result<Times> {
    let mut times = Vec::<Duration>::new();
    for _ in 0..TIMES {
        let mut started = Started::new(provider, None)?;
        let channel = Endpoint::from_shared(started.address()?)?.connect().await?;
        let began = Instant::now();
        GrpcControllerClient::new(channel).shutdown(Empty {}).await?;
        started.process.wait()?;
        times.push(began.elapsed());
    }
    Ok(Times::new(times))
}

/// A process of the provider that has said its handshake line.
struct Started {
    process: Child,
    handshake: String,
}

impl Started {
    /// Without a certificate, it serves in plain text.
    fn new(provider: &Path, certificate: Option<&str>) -> Result<Self> {
        let mut command = Command::new(provider);
        command.env(COOKIE.0, COOKIE.1).envs(certificate.map(|pem| ("PLUGIN_CLIENT_CERT", pem)));
        // Providers written in Go log to stderr what they are.
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let stdout = process.stdout.as_mut().ok_or("the provider has no stdout")?;
        let mut handshake = String::new();
        BufReader::new(stdout).read_line(&mut handshake)?;
        Ok(Self { process, handshake })
    }

    fn address(&self) -> Result<String> {
        let mut parts = self.handshake.split('|').skip(2);
        match (parts.next(), parts.next()) {
            (Some("unix"), Some(path)) => Ok(format!("unix:{path}")),
            (Some("tcp"), Some(address)) => Ok(format!("http://{address}")),
            _ => Err(format!("this is no handshake line: {:?}", self.handshake).into()),
        }
    }
}
