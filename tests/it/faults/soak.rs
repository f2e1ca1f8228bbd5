//! Random operations with random faults, held against a model after each one.
//!
//! `make soak` runs many; `SOAK_OPERATIONS` and `SOAK_SEED` say how many and which. The seed is printed.

mod lane;
mod model;

use std::time::Duration;
use std::{env, fs};

use futures_util::future::{join, join_all};
use tokio::runtime::Handle;
use tokio::time::timeout;

use self::lane::Lane;
use self::model::{Association, Entry, Thing};

/// How many operations there are unless somebody says otherwise.
const OPERATIONS: usize = 300;

/// How many practitioners work at the same time with each kind of object, each with a provider and a cluster of their own.
const LANES: usize = 3;

/// From how many operations on the memory is judged: before that, it still fills.
const LONG: usize = 5_000;

#[tokio::test]
async fn random_operations() {
    let operations = number("SOAK_OPERATIONS").map_or(OPERATIONS, |number| usize::try_from(number).unwrap());
    let seed = number("SOAK_SEED").unwrap_or_else(|| fastrand::u64(..));
    eprintln!("SOAK_SEED={seed} SOAK_OPERATIONS={operations}");

    let (descriptors, tasks) = (descriptors(), Handle::current().metrics().num_alive_tasks());
    let (mut entries, mut associations) = (start::<Entry>(seed).await, start::<Association>(seed).await);
    let each = operations.div_ceil(2 * LANES);
    let first_half = each / 2;
    join(run(&mut entries, first_half), run(&mut associations, first_half)).await;
    let halfway = resident();
    join(run(&mut entries, each - first_half), run(&mut associations, each - first_half)).await;
    let at_the_end = resident();

    let (faults, failed) = (entries.iter().map(Lane::tally))
        .chain(associations.iter().map(Lane::tally))
        .fold((0, 0), |(faults, failed), (more, others)| (faults + more, failed + others));
    eprintln!(
        "{} operations, {faults} faults, {failed} operations ended in an error; memory {:.1} MB halfway, {:.1} MB at the end",
        each * 2 * LANES,
        megabytes(halfway),
        megabytes(at_the_end),
    );
    assert!(faults > 0, "a soak without a fault shows nothing");
    if operations >= LONG {
        assert!(at_the_end < halfway + halfway / 10, "memory grows: {halfway} bytes, then {at_the_end}");
    }

    drop((entries, associations));
    // Connections close when their turn comes.
    let nothing_left = async {
        while Handle::current().metrics().num_alive_tasks() > tasks || self::descriptors() > descriptors {
            tokio::task::yield_now().await;
        }
    };
    let left = timeout(Duration::from_secs(20), nothing_left).await;
    let (tasks_left, descriptors_left) = (Handle::current().metrics().num_alive_tasks(), self::descriptors());
    eprintln!(
        "tasks: {tasks} before, {tasks_left} after; file descriptors: {descriptors} before, {descriptors_left} after"
    );
    assert!(left.is_ok(), "tasks or file descriptors are left over");
}

async fn start<T: Thing>(seed: u64) -> Vec<Lane<T>> {
    let mut lanes = Vec::new();
    for lane in 0..LANES {
        lanes.push(Lane::start(lane, seed).await);
    }
    lanes
}

async fn run<T: Thing>(lanes: &mut [Lane<T>], operations: usize) {
    join_all(lanes.iter_mut().map(async |lane| {
        for _ in 0..operations {
            Box::pin(lane.step()).await;
        }
    }))
    .await;
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// How many file descriptors this process has open.
fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// How much memory this process has, in bytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    line.unwrap().parse::<usize>().unwrap() * 1024
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
