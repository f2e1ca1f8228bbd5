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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What the message shows of a value is what its `Debug` shows: of a secret, nothing.
    #[test]
    fn the_message_is_reported_with_its_place_and_the_version() {
        let said = Arc::new(Mutex::new(Vec::new()));
        let out = Arc::clone(&said);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| report(&mut *out.lock().unwrap(), panic, "1.2.3").unwrap()));
        let panicked = panic::catch_unwind(|| panic!("on purpose"));
        panic::set_hook(before);
        assert!(panicked.is_err());
        let said = String::from_utf8(said.lock().unwrap().clone()).unwrap();
        let mut lines = said.lines();
        assert_eq!(lines.next(), Some("panic: on purpose"));
        let place = lines.next().unwrap();
        assert!(place.starts_with("at src/plugin/panic.rs:") && place.ends_with(", in version 1.2.3"), "{said}");
    }
}
