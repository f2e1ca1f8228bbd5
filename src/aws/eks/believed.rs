//! The entries that are there whether or not EKS shows them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::EntryKey;
use crate::aws::wait::PATIENCE;

/// When EKS proved of which entry that it is there: it has made it for this process, or refused to because there is one.
///
/// For a while after that, "no such entry" may only mean that not all of EKS has heard of the entry.
#[derive(Debug, Default)]
pub(super) struct Believed(Mutex<HashMap<EntryKey, Instant>>);

impl Believed {
    /// Notes that the entry has just been proved to be there.
    pub(super) fn note(&self, key: EntryKey) {
        self.lock().insert(key, Instant::now());
    }

    /// Notes that EKS has shown the entry, or that it is gone: either way there is nothing to wait for.
    pub(super) fn settle(&self, key: &EntryKey) {
        self.lock().remove(key);
    }

    /// Until when the entry is believed to be there in spite of EKS, if it is.
    pub(super) fn until(&self, key: &EntryKey) -> Option<Instant> {
        let until = *self.lock().get(key)? + PATIENCE;
        (Instant::now() < until).then_some(until)
    }

    /// The notes. They are never left half-written, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, HashMap<EntryKey, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
