//! Stories told step by step: the real Terraform, the real provider, and an emulator in the place of AWS.
//!
//! `make demo` tells the quickstart, `make tour` what no other provider does. A story fails at the first step that is not as
//! told. The arguments are the story, the provider's binary and the emulator's.

#![expect(clippy::print_stdout, reason = "it tells its story to the person who runs it")]

#[path = "../../tests/it/support/calls.rs"]
mod calls;
mod cluster;
mod control;
mod emulator;
#[path = "../../tests/it/support/events.rs"]
mod events;
mod quickstart;
mod stage;
#[path = "../../tests/it/support/terraform.rs"]
mod terraform;
mod tour;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::cluster::{CLUSTER, Cluster, Error};
use self::stage::Stage;
use self::terraform::Terraform;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match tell().await {
        Ok(()) => {
            println!("\nEverything was as told.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("\nThis was not as told.\n\n{error}");
            ExitCode::FAILURE
        }
    }
}

async fn tell() -> Result<(), Error> {
    let arguments: Vec<_> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [story, provider, emulator] = arguments.as_slice() else {
        return Err("usage: demo quickstart|tour PROVIDER EMULATOR, the last two the paths of programs".into());
    };
    let (configuration, mode) = match story.to_str() {
        Some("quickstart") => (quickstart::CONFIGURATION, quickstart::MODE),
        Some("tour") => (tour::CONFIGURATION, tour::MODE),
        _ => return Err(format!("there is no story {}", story.display()).into()),
    };
    let folder = tempfile::tempdir()?;
    let cluster = Cluster::start(emulator, mode)?;
    let terraform = Terraform::new(terraform::find()?, folder.path(), provider)?.reaching(cluster.url());
    terraform.copy_configuration(&Path::new(env!("CARGO_MANIFEST_DIR")).join(configuration))?;
    println!(
        "{} runs {configuration} with {} against an emulator of EKS.",
        terraform.run(&["version"])?.stdout.lines().next().unwrap_or_default(),
        provider.display()
    );
    println!("Nothing of this reaches AWS. The cluster {CLUSTER:?} is in mode {mode}.");

    let stage = &mut Stage::new(terraform, cluster);
    match configuration {
        tour::CONFIGURATION => tour::tell(stage).await,
        _ => quickstart::tell(stage).await,
    }
}
