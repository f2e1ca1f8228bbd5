//! The entries that this process has just created.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::EntryKey;
use crate::aws::wait::PATIENCE;

/// When this process created which entry.
///
/// For a while after that, "no such entry" may only mean that not all of EKS has heard of the entry.
#[derive(Debug, Default)]
pub(super) struct Created(Mutex<HashMap<EntryKey, Instant>>);

impl Created {
    /// Notes that the entry was created.
    pub(super) fn note(&self, key: EntryKey) {
        self.lock().insert(key, Instant::now());
    }

    /// Notes that EKS has shown the entry, or that it is gone: either way there is nothing to wait for.
    pub(super) fn settle(&self, key: &EntryKey) {
        self.lock().remove(key);
    }

    /// Until when the entry is believed to be there in spite of EKS, if it is.
    pub(super) fn believed_until(&self, key: &EntryKey) -> Option<Instant> {
        let until = *self.lock().get(key)? + PATIENCE;
        (Instant::now() < until).then_some(until)
    }

    /// The notes. They are never left half-written, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, HashMap<EntryKey, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
