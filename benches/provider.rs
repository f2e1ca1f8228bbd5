//! What the provider costs: size, start, memory, and the time that it adds to a plan.
//!
//! `make bench` runs it. Its arguments are the provider's binary and the emulator's. Nothing is judged: times say something
//! about one machine and one moment.

#![expect(clippy::print_stdout, reason = "it prints what it measures")]

#[path = "../examples/demo/emulator.rs"]
mod emulator;
#[path = "../tests/it/support/processes.rs"]
mod processes;
#[path = "../tests/it/support/terraform.rs"]
mod terraform;

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, fmt, fs, thread};

use terraform_provider_eks::plugin::generated::go_plugin::Empty;
use terraform_provider_eks::plugin::generated::go_plugin::grpc_controller_client::GrpcControllerClient;
use tonic::transport::Endpoint;

use self::emulator::Emulator;
use self::terraform::Terraform;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What Core sets to show that it is Core; go-plugin's client refuses a program that does not ask for it.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// A client certificate as Core makes it anew for each process.
const CLIENT_CERTIFICATE: &str = include_str!("../tests/it/support/client/core.pem");

// With threads, so that our end of a connection closes while we wait for the process.
#[tokio::main]
async fn main() -> Result<()> {
    // cargo adds options of its own, such as --bench.
    let arguments: Vec<_> = env::args_os().skip(1).map(PathBuf::from).filter(|path| path.is_file()).collect();
    let [provider, emulator] = arguments.as_slice() else {
        return Err("the arguments are the provider's binary and the emulator's".into());
    };
    let program = terraform::find()?;
    println!("{}, {}", provider.display(), version(&program)?);

    let size = fs::metadata(provider)?.len();
    println!("size of the binary                      {:.1} MB", megabytes(size));

    println!("start to handshake line                 {}", start(provider)?);
    println!("Shutdown to end of the process          {}", end(provider).await?);

    let quickstart = Quickstart { program: &program, provider, emulator };
    match quickstart.memory()? {
        Some(peak) => println!("peak memory in the quickstart's apply   {:.1} MB", megabytes(peak)),
        None => println!("peak memory in the quickstart's apply   not measured: it takes /proc"),
    }
    let (plan, without) = quickstart.plans()?;
    println!("plan of one access entry                {plan}");
    println!("plan of one terraform_data instead      {without}");
    println!("the one over the other                  {:.2}", plan.median().div_duration_f64(without.median()));
    Ok(())
}

/// From the start of the process until its handshake line is read, with mutual TLS as under Core.
fn start(provider: &Path) -> Result<Times> {
    Times::of(50, || {
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
    let mut times = Vec::new();
    for _ in 0..50 {
        let mut started = Started::new(provider, None)?;
        let channel = Endpoint::from_shared(format!("unix:{}", started.socket()?))?.connect().await?;
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
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let stdout = process.stdout.as_mut().ok_or("the provider has no stdout")?;
        let mut handshake = String::new();
        BufReader::new(stdout).read_line(&mut handshake)?;
        Ok(Self { process, handshake })
    }

    fn socket(&self) -> Result<&str> {
        Ok(self.handshake.split('|').nth(3).ok_or("this is no handshake line")?)
    }
}

/// The programs that plan and apply.
struct Quickstart<'a> {
    program: &'a Path,
    provider: &'a Path,
    emulator: &'a Path,
}

impl Quickstart<'_> {
    /// The most memory that a process of the provider has had at once, in bytes, in the apply of `examples/quickstart`.
    fn memory(&self) -> Result<Option<u64>> {
        if !cfg!(target_os = "linux") {
            return Ok(None);
        }
        let (emulator, folder) = (Emulator::start(self.emulator, "dev=CONFIG_MAP")?, tempfile::tempdir()?);
        let terraform = self.terraform(&emulator, folder.path())?;
        terraform.copy_configuration(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart"))?;

        let (started_as, done) = (folder.path().join(Terraform::PROVIDER), AtomicBool::new(false));
        thread::scope(|scope| {
            let watching = scope.spawn(|| watch(&started_as, &done));
            let applied = run(&terraform, &["apply", "-auto-approve"]);
            done.store(true, Ordering::Relaxed);
            let peak = watching.join().map_err(|_| "the watcher has panicked")?;
            applied?;
            Ok(Some(peak))
        })
    }

    /// The time of an empty plan of one access entry, and of one `terraform_data`, which Terraform has built in.
    fn plans(&self) -> Result<(Times, Times)> {
        let (emulator, ours, other) =
            (Emulator::start(self.emulator, "dev=API")?, tempfile::tempdir()?, tempfile::tempdir()?);
        let (of_ours, of_other) = (self.terraform(&emulator, ours.path())?, self.terraform(&emulator, other.path())?);
        for (terraform, configuration) in [(&of_ours, ACCESS_ENTRY), (&of_other, TERRAFORM_DATA)] {
            fs::write(terraform.folder().join("main.tf"), configuration)?;
            run(terraform, &["apply", "-auto-approve"])?;
        }

        let plan = |terraform: &Terraform| {
            let began = Instant::now();
            run(terraform, &["plan"])?;
            Ok::<_, Box<dyn Error>>(began.elapsed())
        };
        // In turns, so that both see the same machine.
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            with.push(plan(&of_ours)?);
            without.push(plan(&of_other)?);
        }
        Ok((Times::new(with), Times::new(without)))
    }

    fn terraform(&self, emulator: &Emulator, folder: &Path) -> Result<Terraform> {
        Ok(Terraform::new(self.program.to_owned(), folder, self.provider)?.reaching(&emulator.url))
    }
}

const ACCESS_ENTRY: &str = r#"
terraform {
  required_providers {
    eks = {
      source = "eks-access/eks"
    }
  }
}

resource "eks_access_entry" "viewer" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/viewer"
}
"#;

const TERRAFORM_DATA: &str = r#"
resource "terraform_data" "viewer" {
  input = {
    cluster_name  = "dev"
    principal_arn = "arn:aws:iam::111122223333:role/viewer"
  }
}
"#;

/// Looks at the processes of a program until all is done. The kernel keeps the peak of each for as long as it lives.
fn watch(program: &Path, done: &AtomicBool) -> u64 {
    let mut peak = 0;
    while !done.load(Ordering::Relaxed) {
        for process in processes::started_as(program).unwrap_or_default() {
            // The process may have ended since.
            let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
            let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
            peak = peak.max(kilobytes.and_then(|kilobytes| kilobytes.parse().ok()).unwrap_or(0) * 1024);
        }
        thread::sleep(Duration::from_millis(1));
    }
    peak
}

fn run(terraform: &Terraform, arguments: &[&str]) -> Result<()> {
    let run = terraform.run(arguments)?;
    if run.succeeded { Ok(()) } else { Err(run.to_string().into()) }
}

fn version(program: &Path) -> Result<String> {
    let output = Command::new(program).arg("version").output()?;
    Ok(String::from_utf8(output.stdout)?.lines().next().unwrap_or_default().to_owned())
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// How long the same thing took, each time.
struct Times(Vec<Duration>);

impl Times {
    fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    fn of(count: usize, mut measure: impl FnMut() -> Result<Duration>) -> Result<Self> {
        Ok(Self::new((0..count).map(|_| measure()).collect::<Result<_>>()?))
    }

    fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [least, median, most] =
            [self.0[0], self.median(), self.0[self.0.len() - 1]].map(|time| time.as_secs_f64() * 1e3);
        write!(f, "{median:.1} ms (median of {}; {least:.1} to {most:.1})", self.0.len())
    }
}
