//! One fetch per fact.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};

use super::error::AwsError;
use super::heard::Heard;

/// Facts that are fetched once however many readers there are.
///
/// Readers of one key that come while its fetch is under way share that fetch, its failure included; it goes on for as
/// long as one of them waits. What was found is kept. Absence and failure are not: the next reader looks again.
///
/// Whoever changes a fact calls [`forget`](Self::forget) when the change is made, or announces it with
/// [`change`](Self::change): a fetch from before still answers those who wait for it, but nobody joins it any more and its
/// answer is not kept.
pub(crate) struct Once<K, V, E = AwsError>(Arc<Mutex<Slots<K, V, E>>>);

struct Slots<K, V, E> {
    by_key: HashMap<K, Slot<V, E>>,
    /// Of fetches and changes, so that each can tell whether its slot is still its own.
    numbers: u64,
}

enum Slot<V, E> {
    Found(V),
    /// A fetch under way, held weakly: it ends when nobody waits for it.
    Fetching {
        number: u64,
        fetch: WeakShared<Fetch<V, E>>,
        /// What the fetch has met with so far, for each who waits for it.
        heard: Heard,
    },
    /// A change under way.
    Changing {
        number: u64,
    },
}

/// A change of a fact, until it is dropped: whatever became of it, what was known before is not known any more.
pub(crate) struct Change<K: Eq + Hash, V, E> {
    facts: Once<K, V, E>,
    key: K,
    number: u64,
    is_kept: bool,
}

type Fetch<V, E> = BoxFuture<'static, Result<Option<V>, E>>;

impl<K, V, E> Default for Once<K, V, E> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Slots { by_key: HashMap::new(), numbers: 0 })))
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
                Some(Slot::Fetching { fetch, heard, .. }) => fetch.upgrade().inspect(|_| heard.follow()),
                Some(Slot::Changing { .. }) | None => None,
            }
            .unwrap_or_else(|| self.start(&mut slots, key, fetch()))
        };
        under_way.await
    }

    /// What is known under `key` already.
    pub(crate) fn known(&self, key: &K) -> Option<V> {
        match self.lock().by_key.get(key) {
            Some(Slot::Found(value)) => Some(value.clone()),
            _ => None,
        }
    }

    /// Announces a change of what is known under `key`.
    pub(crate) fn change(&self, key: K) -> Change<K, V, E> {
        let mut slots = self.lock();
        slots.numbers += 1;
        let number = slots.numbers;
        slots.by_key.insert(key.clone(), Slot::Changing { number });
        Change { facts: Self(self.0.clone()), key, number, is_kept: false }
    }

    /// Drops what is known under `key`.
    pub(crate) fn forget(&self, key: &K) {
        self.lock().by_key.remove(key);
    }

    /// Drops whatever `is_stale` picks by its key and, unless its fetch is still under way, its value.
    pub(crate) fn forget_where(&self, is_stale: impl Fn(&K, Option<&V>) -> bool) {
        self.lock().by_key.retain(|key, slot| match slot {
            Slot::Found(value) => !is_stale(key, Some(value)),
            Slot::Fetching { .. } | Slot::Changing { .. } => !is_stale(key, None),
        });
    }

    fn start<F>(&self, slots: &mut Slots<K, V, E>, key: K, fetch: F) -> Shared<Fetch<V, E>>
    where
        F: Future<Output = Result<Option<V>, E>> + Send + 'static,
    {
        slots.numbers += 1;
        let number = slots.numbers;
        let once = Self(self.0.clone());
        let heard = Heard::shared();
        heard.follow();
        let fetched = {
            let key = key.clone();
            heard.clone().during(async move {
                let found = fetch.await;
                once.land(key, number, &found);
                found
            })
        };
        let fetch = fetched.boxed().shared();
        if let Some(weak) = fetch.downgrade() {
            slots.by_key.insert(key, Slot::Fetching { number, fetch: weak, heard });
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
}

impl<K, V, E> Once<K, V, E> {
    /// The slots. They are never left half-written, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, Slots<K, V, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V, E> Change<K, V, E> {
    /// Keeps what the change has made, in the words of whoever made it, unless somebody has looked or changed it since.
    pub(crate) fn made(mut self, value: V) {
        let mut slots = self.facts.lock();
        let slot = slots.by_key.get_mut(&self.key);
        if let Some(slot) = slot.filter(|slot| matches!(slot, Slot::Changing { number } if *number == self.number)) {
            *slot = Slot::Found(value);
            drop(slots);
            self.is_kept = true;
        }
    }
}

impl<K: Eq + Hash, V, E> Drop for Change<K, V, E> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.facts.lock().by_key.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    type Facts = Once<&'static str, u32, &'static str>;
    type Answer = Result<Option<u32>, &'static str>;

    /// A fetch that ends when the test says so.
    fn held() -> (oneshot::Sender<Answer>, impl Future<Output = Answer>) {
        let (answer, held) = oneshot::channel();
        (answer, async { held.await.unwrap_or(Err("nobody answered")) })
    }

    async fn never() -> Answer {
        panic!("this must not be fetched")
    }

    #[tokio::test]
    async fn readers_at_the_same_time_share_a_failure_and_the_next_one_tries_again() {
        let facts = Facts::default();
        let (answer, fetch) = held();
        let (first, second, _) =
            tokio::join!(facts.get("a", || fetch), facts.get("a", never), async { answer.send(Err("broken")) });
        assert_eq!((first, second), (Err("broken"), Err("broken")));
        assert_eq!(facts.get("a", || async { Ok(Some(1)) }).await, Ok(Some(1)));
    }

    #[tokio::test]
    async fn absence_is_shared_and_not_kept() {
        let facts = Facts::default();
        let (answer, fetch) = held();
        let (first, second, _) =
            tokio::join!(facts.get("a", || fetch), facts.get("a", never), async { answer.send(Ok(None)) });
        assert_eq!((first, second), (Ok(None), Ok(None)));
        assert_eq!(facts.get("a", || async { Ok(Some(1)) }).await, Ok(Some(1)));
    }

    #[tokio::test]
    async fn what_is_found_is_kept_under_its_key() {
        let facts = Facts::default();
        assert_eq!(facts.known(&"a"), None);
        assert_eq!(facts.get("a", || async { Ok(Some(1)) }).await, Ok(Some(1)));
        assert_eq!(facts.get("a", never).await, Ok(Some(1)));
        assert_eq!(facts.known(&"a"), Some(1));
        assert_eq!(facts.get("b", || async { Ok(Some(2)) }).await, Ok(Some(2)));
        facts.forget_where(|key, value| *key == "a" && value == Some(&1));
        assert_eq!(facts.get("a", || async { Ok(Some(3)) }).await, Ok(Some(3)));
        assert_eq!(facts.get("b", never).await, Ok(Some(2)));
    }

    #[tokio::test]
    async fn a_fetch_from_before_a_change_is_neither_kept_nor_joined() {
        let facts = Facts::default();
        let (answer, fetch) = held();
        let before = facts.get("a", || fetch);
        let change = async {
            facts.forget(&"a");
            let after = facts.get("a", || async { Ok(Some(2)) }).await;
            answer.send(Ok(Some(1))).unwrap();
            after
        };
        let (before, after) = tokio::join!(before, change);
        assert_eq!((before, after), (Ok(Some(1)), Ok(Some(2))));
        assert_eq!(facts.get("a", never).await, Ok(Some(2)));
    }

    #[tokio::test]
    async fn a_fetch_from_before_a_change_does_not_take_the_place_of_the_one_after() {
        let facts = Facts::default();
        let (answer_before, before) = held();
        let (answer_after, after) = held();
        let mut before = Box::pin(facts.get("a", || before));
        assert!((&mut before).now_or_never().is_none());
        facts.forget(&"a");
        let mut after = Box::pin(facts.get("a", || after));
        assert!((&mut after).now_or_never().is_none());
        answer_before.send(Ok(Some(1))).unwrap();
        assert_eq!(before.await, Ok(Some(1)));
        let mut joined = Box::pin(facts.get("a", never));
        assert!((&mut joined).now_or_never().is_none());
        answer_after.send(Ok(Some(2))).unwrap();
        assert_eq!((after.await, joined.await), (Ok(Some(2)), Ok(Some(2))));
    }

    #[tokio::test]
    async fn what_a_change_makes_is_kept() {
        let facts = Facts::default();
        assert_eq!(facts.get("a", || async { Ok(Some(1)) }).await, Ok(Some(1)));
        facts.change("a").made(2);
        assert_eq!(facts.get("a", never).await, Ok(Some(2)));
    }

    #[tokio::test]
    async fn a_change_that_fails_leaves_nothing_known() {
        let facts = Facts::default();
        assert_eq!(facts.get("a", || async { Ok(Some(1)) }).await, Ok(Some(1)));
        drop(facts.change("a"));
        assert_eq!(facts.get("a", || async { Ok(Some(2)) }).await, Ok(Some(2)));
    }

    /// Nobody can tell which of the two EKS did last.
    #[tokio::test]
    async fn what_is_read_or_changed_during_a_change_is_not_kept_and_nor_is_what_the_change_made() {
        let facts = Facts::default();
        let change = facts.change("a");
        assert_eq!(facts.get("a", || async { Ok(Some(1)) }).await, Ok(Some(1)));
        change.made(2);
        assert_eq!(facts.get("a", || async { Ok(Some(3)) }).await, Ok(Some(3)));

        let (one, other) = (facts.change("a"), facts.change("a"));
        one.made(4);
        other.made(5);
        assert_eq!(facts.get("a", || async { Ok(Some(6)) }).await, Ok(Some(6)));
    }

    #[tokio::test]
    async fn a_reader_who_leaves_does_not_take_the_fetch_along_and_the_last_one_does() {
        let facts = Facts::default();
        let (answer, fetch) = held();
        let mut first = Box::pin(facts.get("a", || fetch));
        assert!((&mut first).now_or_never().is_none());
        let mut second = Box::pin(facts.get("a", never));
        assert!((&mut second).now_or_never().is_none());
        drop(first);
        answer.send(Ok(Some(1))).unwrap();
        assert_eq!(second.await, Ok(Some(1)));

        let begun = AtomicUsize::new(0);
        let (answer, fetch) = held();
        let mut only = Box::pin(facts.get("b", || {
            begun.fetch_add(1, Ordering::Relaxed);
            fetch
        }));
        assert!((&mut only).now_or_never().is_none());
        drop(only);
        assert!(answer.is_closed(), "a fetch that nobody waits for goes on");
        assert_eq!(facts.get("b", || async { Ok(Some(2)) }).await, Ok(Some(2)));
        assert_eq!(begun.into_inner(), 1);
    }
}
