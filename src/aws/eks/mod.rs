//! The calls: one method per fact or change.
//!
//! Reads are shared: whoever asks for the same thing at the same time shares one call, and what was found is kept until
//! this process changes it. [`Eks::fresh`] reads anew. What is not there is `None`, `false` or an empty list, whether
//! the entry is missing or the whole cluster, or the cluster's authentication mode rules out entries.
//!
//! Changes wait out what passes by itself, within their budget: an update of the cluster that is under way, a principal
//! that IAM has not told EKS about yet, an entry of our own making that not all of EKS has heard of.

mod authentication_mode;
mod clusters;
mod entries;
mod from_sdk;
mod policies;
mod tags;

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::budget::Budget;
use super::error::AwsError;
use super::once::Once;
use super::wait::{self, Propagation};
use super::{AccessEntry, AccessPolicy, AssociatedPolicy, Cluster};

pub use authentication_mode::Progress;

/// EKS in one region.
#[derive(Clone)]
pub struct Eks {
    regional: Arc<Regional>,
    fresh: bool,
}

/// What all handles for one region share.
pub(super) struct Regional {
    client: aws_sdk_eks::Client,
    region: String,
    clusters: Once<String, Cluster>,
    entries: Once<EntryKey, AccessEntry>,
    associated: Once<EntryKey, Vec<AssociatedPolicy>>,
    principals: Once<PrincipalsKey, Vec<String>>,
    policies: Once<(), Vec<AccessPolicy>>,
    /// When this process created which entry.
    created: Mutex<HashMap<EntryKey, Instant>>,
}

/// An entry is known by its cluster and its principal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct EntryKey {
    cluster: String,
    principal: String,
}

/// The principals of a cluster, or those among them that have a policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PrincipalsKey {
    cluster: String,
    policy_arn: Option<String>,
}

impl Eks {
    pub(super) fn new(regional: Arc<Regional>) -> Self {
        Self { regional, fresh: false }
    }

    /// The region that this handle works in.
    pub fn region(&self) -> &str {
        &self.regional.region
    }

    /// The same region, read anew: each read of the handle returned here makes a call that starts after it was asked.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self { fresh: true, ..self.clone() }
    }

    fn client(&self) -> aws_sdk_eks::Client {
        self.regional.client.clone()
    }

    /// Reads one fact, from what is known unless the handle is a fresh one.
    async fn read<K, V, F>(
        &self,
        operation: &'static str,
        facts: &Once<K, V>,
        key: K,
        budget: &Budget,
        fetch: impl FnOnce() -> F,
    ) -> Result<Option<V>, AwsError>
    where
        K: Clone + Eq + Hash + Send + 'static,
        V: Clone + Send + Sync + 'static,
        F: Future<Output = Result<Option<V>, AwsError>> + Send + 'static,
    {
        if self.fresh {
            facts.forget(&key);
        }
        budget.run(operation, facts.get(key, fetch)).await
    }

    /// Makes one change, as soon as no update of the cluster is in its way.
    async fn change<T, F>(
        &self,
        operation: &'static str,
        cluster: &str,
        budget: &Budget,
        send: impl Fn() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        loop {
            let refused = match budget.run_change(operation, send()).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            match refused.update_in_progress() {
                Some(id) => self.wait_out_update(cluster, id, &refused, budget).await?,
                None => return Err(refused),
            }
        }
    }

    /// Changes one entry. If this process has just created it, all of EKS is given time to hear of it.
    async fn change_entry<T, F>(
        &self,
        operation: &'static str,
        key: &EntryKey,
        budget: &Budget,
        send: impl Fn() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let change = || self.change(operation, &key.cluster, budget, &send);
        match self.regional.newborn_until(key) {
            Some(until) => {
                let propagation = Propagation::of("the new entry to become known to all of EKS", budget).until(until);
                propagation.wait_out(AwsError::is_no_such_entry, change).await
            }
            None => change().await,
        }
    }
}

impl fmt::Debug for Eks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Eks").field("region", &self.regional.region).field("fresh", &self.fresh).finish_non_exhaustive()
    }
}

impl Regional {
    pub(super) fn new(client: aws_sdk_eks::Client, region: String) -> Self {
        Self {
            client,
            region,
            clusters: Once::default(),
            entries: Once::default(),
            associated: Once::default(),
            principals: Once::default(),
            policies: Once::default(),
            created: Mutex::default(),
        }
    }

    /// Drops what is known of an entry and of the lists that it is in.
    fn forget_entry(&self, key: &EntryKey) {
        self.entries.forget(key);
        self.forget_associated(key);
    }

    /// Drops what is known of an entry's policies and of the lists that the entry is in.
    fn forget_associated(&self, key: &EntryKey) {
        self.associated.forget(key);
        self.principals.forget_where(|list, _| list.cluster == key.cluster);
    }
}

/// The entries that this process has just created.
///
/// For a while "no such entry" may only mean that not all of EKS has heard of them yet.
impl Regional {
    fn note_created(&self, key: EntryKey) {
        self.created().insert(key, Instant::now());
    }

    /// Notes that EKS has heard of the entry, or that it is gone: either way there is nothing to wait for.
    fn note_settled(&self, key: &EntryKey) {
        self.created().remove(key);
    }

    /// Until when the absence of the entry need not be believed, if it need not.
    fn newborn_until(&self, key: &EntryKey) -> Option<Instant> {
        let until = *self.created().get(key)? + wait::PROPAGATION;
        (Instant::now() < until).then_some(until)
    }

    fn created(&self) -> MutexGuard<'_, HashMap<EntryKey, Instant>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EntryKey {
    fn new(cluster: &str, principal: &str) -> Self {
        Self { cluster: cluster.to_owned(), principal: principal.to_owned() }
    }
}

/// The answer, or `None` if what it is about is not there.
fn unless_absent<T>(answer: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() || error.is_wrong_authentication_mode() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Runs `forget` when dropped: a change may have been made even if nobody waits for its answer any more.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests;
