//! The signals that mean something to this process.
//!
//! Once listened for, a signal does nothing by itself, even when nobody listens any more, and even where whoever started the
//! process had it ignored. So Core's process does not listen for SIGHUP and SIGQUIT: under `nohup` Terraform outlives a
//! hangup, and what it has started does so by itself (`docs/design/2026-11-29-hangup-and-terminate.md`).

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for Ctrl-C, from now on.
#[cfg(unix)]
pub(super) fn ctrl_c() -> io::Result<Signal> {
    signal(SignalKind::interrupt())
}

/// Listens for Ctrl-C, from now on.
#[cfg(windows)]
pub(super) fn ctrl_c() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}

/// Listens for SIGTERM, from now on.
#[cfg(unix)]
pub(super) fn terminate() -> io::Result<Signal> {
    signal(SignalKind::terminate())
}

/// There is no such signal.
#[cfg(windows)]
pub(super) fn terminate() -> io::Result<Never> {
    Ok(Never)
}

/// A signal that does not come.
#[cfg(windows)]
pub(super) struct Never;

#[cfg(windows)]
impl Never {
    pub(super) async fn recv(&mut self) -> Option<()> {
        std::future::pending().await
    }
}

/// Listens for what ends a process that a person has started, from now on.
#[cfg(unix)]
pub(super) fn end() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = ctrl_c()?;
    let mut terminate = terminate()?;
    let hangup = unless_ignored(SignalKind::hangup())?;
    let quit = unless_ignored(SignalKind::quit())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = hangup => {}
            () = quit => {}
        }
    })
}

/// Listens for what ends a process that a person has started, from now on.
#[cfg(windows)]
pub(super) fn end() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

/// Listens for a signal, unless the process was started with that ignored, or it cannot be known.
#[cfg(unix)]
fn unless_ignored(kind: SignalKind) -> io::Result<impl Future<Output = ()>> {
    let heard = if is_ignored(kind) { None } else { Some(signal(kind)?) };
    Ok(async move {
        match heard {
            Some(mut signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    })
}

/// Whether a signal that is not listened for yet is ignored. Only Linux says so without `unsafe`.
#[cfg(unix)]
fn is_ignored(kind: SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|ignored| u64::from_str_radix(ignored.trim(), 16).ok());
    // The lowest bit is that of signal 1.
    ignored.is_none_or(|ignored| ignored >> (kind.as_raw_value() - 1) & 1 == 1)
}
