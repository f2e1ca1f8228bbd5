//! What Core shows of a panic.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};

/// From now on every panic is reported in the words that Core looks for. The process lives on.
pub(super) fn report_to_core(version: &'static str) {
    panic::set_hook(Box::new(move |panic| {
        // Nobody is left to hear that standard error is closed.
        let _ = report(&mut io::stderr().lock(), panic, version);
    }));
}

/// Core keeps the output from a line that begins with `panic: ` on, and shows it if the command fails, even if nobody
/// asked for logs.
fn report(out: &mut impl Write, panic: &PanicHookInfo<'_>, version: &str) -> io::Result<()> {
    let message = panic.payload_as_str().unwrap_or("(without a message)");
    match panic.location() {
        Some(place) => writeln!(out, "panic: {message}\nat {place}, in version {version}")?,
        None => writeln!(out, "panic: {message}\nin version {version}")?,
    }
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        writeln!(out, "{backtrace}")?;
    }
    Ok(())
}
