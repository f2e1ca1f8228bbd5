//! The life of the process, from what it finds in the environment to its exit code.

use std::env;
use std::ffi::OsString;
use std::fmt::{self, Display};
use std::io::{self, Write};
use std::process::ExitCode;

use tokio::runtime;

use super::generated::tfplugin6::provider_server::Provider;
use super::handshake::{self, Environment, EnvironmentError};
use super::server::{BindError, Server};
use super::service::Service;
use super::{log, panic, signals};

/// Which provider this is.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The local name, such as `eks`: the prefix of its resource types and of its log.
    pub name: &'static str,
    /// The source address, such as `namespace/name`.
    pub address: &'static str,
    /// The version, without a `v`.
    pub version: &'static str,
}

/// Serves `service` to the Core that started this process, until it has no more use for it. `main` returns the result.
///
/// A person who starts the program by hand is told on standard error what it is.
pub fn run<P: crate::framework::Provider>(about: About, service: Service<P>) -> ExitCode {
    if !handshake::started_by_core(variable) {
        return fail(about, StartedByHand(about));
    }
    start(about, async {
        #[cfg(unix)]
        super::dumps::forbid();
        let mut terminate = signals::terminate()?;
        let mut ctrl_c = signals::ctrl_c()?;
        let calls = service.under_way();
        let terminated = async {
            terminate.recv().await;
            calls.end(terminate.recv()).await;
        };
        let interrupted = async {
            while ctrl_c.recv().await.is_some() {
                calls.interrupt().await;
            }
            std::future::pending().await
        };
        let server = Server::bind(&Environment::read(variable)?)?;
        print(server.handshake_line())?;
        tokio::select! {
            ended = server.serve(service) => log_debug!(?ended, "the provider ends"),
            () = terminated => log_debug!("the provider ends: it was told to by a signal"),
            () = interrupted => {}
        }
        Ok(())
    })
}

/// Serves `service` to any Core that is told where it is, until Ctrl-C: to run it under a debugger, say.
///
/// What tells them is printed on stdout, for a shell to be pasted into. There is no TLS: only our own user can reach the
/// socket.
pub fn run_for_reattach(about: About, service: impl Provider) -> ExitCode {
    start(about, async {
        let end = signals::end()?;
        let environment = Environment { client_certificate: None, ..Environment::read(variable)? };
        let server = Server::bind(&environment)?;
        print(server.reattach(about.address))?;
        tokio::select! {
            never = server.serve_everybody(service) => match never {},
            () = end => Ok(()),
        }
    })
}

/// Says which version this is, on stdout: nothing else is started.
pub fn print_version(about: About) -> ExitCode {
    tell(about, Version(about))
}

/// Says what this program is and which options it has, on stdout.
pub fn print_help(about: About) -> ExitCode {
    let options = "\
--version  print the version
  --debug    serve until Ctrl-C, and print what has Terraform use this process: to run it under a debugger, say
  --help     print this";
    tell(about, format_args!("{}: {}\n\nOptions:\n  {options}", Version(about), StartedByHand(about)))
}

fn tell(about: About, what: impl Display) -> ExitCode {
    match print(what) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(about, error),
    }
}

/// Runs `serving` to its end, and then nothing else: what it leaves under way goes with the process.
fn start(about: About, serving: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    panic::report_to_core(about.version);
    log::init(about.name, variable);
    // One thread: the work waits for AWS, and a thread pool would cost time at every start.
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(about, error),
    };
    let result = runtime.block_on(serving);
    // Does not wait for what blocks a thread of its own, such as a name that does not resolve.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(about, failure),
    }
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// Writes what goes to stdout: one line where Core reads it.
fn print(line: impl Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

fn fail(about: About, why: impl Display) -> ExitCode {
    // If standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "{}: {why}", Version(about));
    ExitCode::FAILURE
}

/// The process could not begin to serve.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// The program and its version.
struct Version(About);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "terraform-provider-{} {}", self.0.name, self.0.version)
    }
}

/// What a person reads who starts the program by hand.
struct StartedByHand(About);

impl fmt::Display for StartedByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let About { name, address, .. } = self.0;
        write!(
            f,
            "this program is a plugin. Terraform and OpenTofu start it by themselves, when a configuration asks for it:\n\n\
             terraform {{\n  required_providers {{\n    {name} = {{\n      source = \"{address}\"\n    }}\n  }}\n}}"
        )
    }
}
