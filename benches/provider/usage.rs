//! What the processes of a program use, as Linux counts it.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::{Result, processes};

/// How often the processes are looked at. What a process does after the last look at it goes unseen.
const EVERY: Duration = Duration::from_millis(2);

/// What all processes of a program have used.
#[derive(Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Their time on a processor, together.
    pub(crate) cpu: Duration,
    /// The most memory that one of them has had at once, in bytes.
    pub(crate) memory: u64,
}

/// Does something that takes a program, and looks at the program's processes meanwhile. There is nothing to see without
/// `/proc`.
pub(crate) fn watch<T>(program: &Path, work: impl FnOnce() -> Result<T>) -> Result<(T, Usage)> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watching = scope.spawn(|| look(program, &done));
        let worked = work();
        done.store(true, Ordering::Relaxed);
        let usage = watching.join().map_err(|_| "the watcher has panicked")?;
        Ok((worked?, usage))
    })
}

/// The time on a processor of all our children that have ended, and of theirs.
pub(crate) fn of_children() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the program comes before, in parentheses, and may have spaces in it.
    let numbers = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks = numbers
        .skip(CHILDREN.start)
        .take(CHILDREN.len())
        .map(str::parse::<u64>)
        .sum::<std::result::Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * TICK))
}

/// Where the two numbers are: the time of the children in their own code, and in the system's.
const CHILDREN: Range<usize> = 13..15;

/// The milliseconds of a tick, in which Linux counts for programs.
const TICK: u64 = 10;

fn look(program: &Path, done: &AtomicBool) -> Usage {
    let mut seen: HashMap<u32, Usage> = HashMap::new();
    while !done.load(Ordering::Relaxed) {
        for process in processes::started_as(program).unwrap_or_default() {
            let (usage, now) = (seen.entry(process).or_default(), Usage::of(process));
            *usage = Usage { cpu: usage.cpu.max(now.cpu), memory: usage.memory.max(now.memory) };
        }
        thread::sleep(EVERY);
    }
    seen.values()
        .fold(Usage::default(), |all, one| Usage { cpu: all.cpu + one.cpu, memory: all.memory.max(one.memory) })
}

impl Usage {
    /// What a process has used so far. It may have ended since: then it is nothing.
    fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        let memory = kilobytes.and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) * 1024;

        let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        // The first of three numbers is the time on a processor, in nanoseconds.
        let on_processor = threads.filter_map(|thread| {
            let numbers = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            numbers.split(' ').next()?.parse::<u64>().ok()
        });
        Self { cpu: Duration::from_nanos(on_processor.sum()), memory }
    }
}
