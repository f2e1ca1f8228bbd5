//! What the provider costs: size, start, memory, calls, and the time that it adds to Terraform's own.
//!
//! `make bench` runs it. Its arguments are the provider's binary and the emulator's. It reports and judges nothing: a time says
//! something about one machine and one moment. What does not is held by the tests, such as how many calls an operation takes.
//!
//! Two variables of the environment say what is measured: `SIZES` is the numbers of access entries to go through, such as
//! `100 1000`; `PEER` is another provider's binary, which then goes through the same configurations. Whatever was measured in
//! full goes into `docs/benchmarks.md`, and what `BUILT` says of how the provider was built stands on top. With `TRAIN` set, nothing is measured (see [`train`]).

#![expect(clippy::print_stdout, reason = "it prints what it measures")]

mod control;
#[path = "../../examples/demo/emulator.rs"]
mod emulator;
mod pace;
mod process;
#[path = "../../tests/it/support/processes.rs"]
mod processes;
mod report;
mod scale;
mod settled;
mod stage;
#[path = "../../tests/it/support/terraform.rs"]
mod terraform;
mod times;
mod train;
mod usage;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use self::report::Report;
use self::scale::Sizes;
use self::stage::{Column, Programs};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The report of a run in full.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/benchmarks.md");

// With threads, so that our end of a connection closes while we wait for the process.
#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<_> = env::args_os().skip(1).map(PathBuf::from).filter(|path| path.is_file()).collect();
    let [provider, emulator] = arguments.as_slice() else {
        return Err("the arguments are the provider's binary and the emulator's".into());
    };
    let sizes = Sizes::read(&variable("SIZES"))?;
    let programs = Programs { terraform: terraform::find()?, emulator: emulator.clone() };
    let mut columns = vec![Column::ours(provider)];
    if let Some(peer) = Some(variable("PEER")).filter(|peer| !peer.is_empty()) {
        columns.push(Column::peer(Path::new(&peer))?);
    }

    if train::is_wanted() {
        return train::run(&programs, &columns).await;
    }
    let mut report = Report::new(&programs, &columns)?;
    process::measure(&columns, &mut report).await?;
    scale::measure(&programs, &columns, &sizes, &mut report).await?;
    pace::measure(&programs, &columns, &sizes, &mut report).await?;
    if sizes.are_all() {
        fs::write(PAGE, report.to_string())?;
        println!("\nwritten to {PAGE}");
    }
    Ok(())
}

/// A variable of the environment, empty if it is not set.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
