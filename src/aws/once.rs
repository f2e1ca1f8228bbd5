//! One fetch per fact.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};

use super::error::AwsError;

/// Facts that are fetched once however many readers there are.
///
/// Readers of one key that come while its fetch is under way share that fetch, its failure included; it goes on for as
/// long as one of them waits. What was found is kept. Absence and failure are not: the next reader looks again.
///
/// Whoever changes a fact calls [`forget`](Self::forget) when the change is made: a fetch from before still answers
/// those who wait for it, but nobody joins it any more and its answer is not kept.
pub(crate) struct Once<K, V, E = AwsError>(Arc<Mutex<Slots<K, V, E>>>);

struct Slots<K, V, E> {
    by_key: HashMap<K, Slot<V, E>>,
    fetches: u64,
}

enum Slot<V, E> {
    Found(V),
    /// A fetch under way, held weakly: it ends when nobody waits for it.
    Fetching {
        number: u64,
        fetch: WeakShared<Fetch<V, E>>,
    },
}

type Fetch<V, E> = BoxFuture<'static, Result<Option<V>, E>>;

impl<K, V, E> Default for Once<K, V, E> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Slots { by_key: HashMap::new(), fetches: 0 })))
    }
}

impl<K, V, E> Once<K, V, E>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
    E: Clone + Send + Sync + 'static,
{
    /// What is known under `key`, fetched if need be; `None` is "not there".
    ///
    /// # Errors
    ///
    /// The fetch failed.
    pub(crate) async fn get<F>(&self, key: K, fetch: impl FnOnce() -> F) -> Result<Option<V>, E>
    where
        F: Future<Output = Result<Option<V>, E>> + Send + 'static,
    {
        let under_way = {
            let mut slots = self.lock();
            match slots.by_key.get(&key) {
                Some(Slot::Found(value)) => return Ok(Some(value.clone())),
                Some(Slot::Fetching { fetch, .. }) => fetch.upgrade(),
                None => None,
            }
            .unwrap_or_else(|| self.start(&mut slots, key, fetch()))
        };
        under_way.await
    }

    /// Drops what is known under `key`.
    pub(crate) fn forget(&self, key: &K) {
        self.lock().by_key.remove(key);
    }

    /// Drops whatever `is_stale` picks by its key and, unless its fetch is still under way, its value.
    pub(crate) fn forget_where(&self, is_stale: impl Fn(&K, Option<&V>) -> bool) {
        self.lock().by_key.retain(|key, slot| match slot {
            Slot::Found(value) => !is_stale(key, Some(value)),
            Slot::Fetching { .. } => !is_stale(key, None),
        });
    }

    fn start<F>(&self, slots: &mut Slots<K, V, E>, key: K, fetch: F) -> Shared<Fetch<V, E>>
    where
        F: Future<Output = Result<Option<V>, E>> + Send + 'static,
    {
        slots.fetches += 1;
        let number = slots.fetches;
        let once = Self(self.0.clone());
        let fetched = {
            let key = key.clone();
            async move {
                let found = fetch.await;
                once.land(key, number, &found);
                found
            }
        };
        let fetch = fetched.boxed().shared();
        if let Some(weak) = fetch.downgrade() {
            slots.by_key.insert(key, Slot::Fetching { number, fetch: weak });
        }
        fetch
    }

    /// Keeps what fetch `number` found, unless the slot was forgotten or taken over since.
    fn land(&self, key: K, number: u64, found: &Result<Option<V>, E>) {
        let mut slots = self.lock();
        if !matches!(slots.by_key.get(&key), Some(Slot::Fetching { number: current, .. }) if *current == number) {
            return;
        }
        match found {
            Ok(Some(value)) => slots.by_key.insert(key, Slot::Found(value.clone())),
            Ok(None) | Err(_) => slots.by_key.remove(&key),
        };
    }

    /// The slots. They are never left half-written, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, Slots<K, V, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
