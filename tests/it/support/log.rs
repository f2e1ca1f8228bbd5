//! What the provider tells Core of its work.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::Value as Json;
use terraform_provider_eks::plugin::log::CoreLog;
use time::OffsetDateTime;
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

/// One that wants nothing. While there is only one, tracing asks whichever thread comes by a line first whether it is wanted,
/// and takes the answer for that of all threads, also of those whose log it is: with `cargo test` tests share a process.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// The lines that `work` leaves behind at this level. All of it has to go on in this thread.
pub(crate) async fn lines(level: LevelFilter, work: impl Future<Output = ()>) -> Vec<Json> {
    LazyLock::force(&SECOND);
    let lines = Lines::default();
    let log = CoreLog::new("test", level, lines.clone(), || OffsetDateTime::UNIX_EPOCH);
    let guard = tracing::subscriber::set_default(Registry::default().with(log));
    work.await;
    drop(guard);
    let bytes = lines.0.lock().unwrap();
    std::str::from_utf8(&bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What Core reads, line by line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
