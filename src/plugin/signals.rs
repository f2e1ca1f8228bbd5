//! The signals that end the process, and the one that ends less.

use std::io;

/// What Ctrl-C means to this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CtrlC {
    /// No more than the end of calls that hang. The terminal sends it to Core and to us alike, and what becomes of the
    /// process is Core's to say.
    Interrupts,
    /// The end.
    Ends,
}

/// Listens for Ctrl-C, from now on.
#[cfg(unix)]
pub(super) fn ctrl_c() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

/// Listens for Ctrl-C, from now on.
#[cfg(windows)]
pub(super) fn ctrl_c() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}

/// Listens for the signals that end the process, from now on.
#[cfg(unix)]
pub(super) fn end(ctrl_c: CtrlC) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    // Once listened for, a signal does nothing by itself, even when nobody listens any more.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut quit = signal(SignalKind::quit())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv(), if ctrl_c == CtrlC::Ends => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = quit.recv() => {}
        }
    })
}

/// Listens for the signals that end the process, from now on.
#[cfg(windows)]
pub(super) fn end(ctrl_c: CtrlC) -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        while interrupt.recv().await.is_some() {
            if ctrl_c == CtrlC::Ends {
                return;
            }
        }
        std::future::pending().await
    })
}
