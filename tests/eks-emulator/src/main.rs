//! The emulator as a program.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use eks_emulator::{Emulator, Options};
use lexopt::prelude::*;

const HELP: &str = "\
A stateful emulator of the Amazon EKS access APIs and of STS, on 127.0.0.1.

Usage: eks-emulator [OPTIONS]

Options:
      --port PORT            TCP port; 0 picks a free one [default: 4510]
      --account ID           AWS account of the clusters [default: 111122223333]
      --region REGION        region of the clusters given here [default: us-east-1]
      --cluster NAME=MODE    an ACTIVE cluster; MODE is CONFIG_MAP, API_AND_CONFIG_MAP or API; may be repeated
  -h, --help                 this text

Point clients at it with AWS_ENDPOINT_URL_EKS and AWS_ENDPOINT_URL_STS, or with AWS_ENDPOINT_URL.
Any credentials will do.
";

fn main() -> ExitCode {
    let outcome = match Command::parse(std::env::args_os().skip(1)) {
        Ok(Command::Help) => io::stdout().write_all(HELP.as_bytes()),
        Ok(Command::Run(options)) => run(options),
        Err(error) => {
            eprintln!("eks-emulator: {error}\nTry eks-emulator --help.");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("eks-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Debug, PartialEq)]
enum Command {
    Help,
    Run(Options),
}

impl Command {
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
        let mut options = Options { port: 4510, ..Options::default() };
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("port") => options.port = parser.value()?.parse()?,
                Long("account") => options.account = parser.value()?.string()?,
                Long("region") => options.region = parser.value()?.string()?,
                Long("cluster") => {
                    let cluster = parser.value()?.string()?;
                    let (name, mode) =
                        cluster.split_once('=').ok_or_else(|| format!("--cluster wants NAME=MODE, got {cluster}"))?;
                    options.clusters.push((name.to_owned(), mode.to_owned()));
                }
                Short('h') | Long("help") => return Ok(Command::Help),
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(Command::Run(options))
    }
}

/// Runs until SIGINT or SIGTERM.
fn run(options: Options) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Listens for the signals before it says that it runs, so that nobody's signal comes too early.
        let mut signals = Signals::new()?;
        let emulator = Emulator::start(options).await?;
        // Scripts read this line to learn the port; nothing else goes to stdout.
        writeln!(io::stdout(), "eks-emulator listening on {}", emulator.url())?;
        signals.one().await;
        Ok(())
    })
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Signals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn one(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Signals> {
        tokio::signal::windows::ctrl_c().map(Signals)
    }

    async fn one(&mut self) {
        self.0.recv().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, lexopt::Error> {
        Command::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn what_is_no_option_is_refused() {
        for line in ["--prot 1", "--port many", "--port 70000", "--cluster dev", "extra"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn every_option_arrives() {
        let Ok(Command::Run(options)) =
            parse("--port 0 --account 444455556666 --region eu-central-1 --cluster a=API --cluster=b=CONFIG_MAP")
        else {
            panic!("the line is good");
        };
        assert_eq!(
            (options.port, options.account.as_str(), options.region.as_str()),
            (0, "444455556666", "eu-central-1")
        );
        assert_eq!(options.clusters.len(), 2);
    }
}
