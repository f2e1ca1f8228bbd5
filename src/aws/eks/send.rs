//! How the calls are made: from what is known or anew, within the budget, and past what passes by itself.

use std::error::Error;
use std::future::Future;
use std::hash::Hash;
use std::sync::atomic::Ordering;

use aws_sdk_eks::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::{Eks, EntryKey};
use crate::aws::once::Once;
use crate::aws::wait::Patience;
use crate::aws::{AwsError, Budget};

/// The answer to a request that the SDK has `sent`, once this is awaited.
///
/// While that lasts, the SDK's part of it takes 5 kB. On the heap they lie still; otherwise they would be copied with each future of
/// ours that waits for the answer, and most of these are handed on a few times.
pub(super) fn answer<T, E>(
    operation: &'static str,
    sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
) -> Answer<T>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    Box::pin(async move { sent.await.map_err(AwsError::from_sdk(operation)) })
}

/// The same for a request whose answer says nothing but that it is done.
pub(super) fn without_answer<T, E>(
    operation: &'static str,
    sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
) -> Answer<()>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    Box::pin(async move { sent.await.map(drop).map_err(AwsError::from_sdk(operation)) })
}

/// What a request comes to.
pub(super) type Answer<T> = BoxFuture<'static, Result<T, AwsError>>;

/// Sends a request, each time anew. What surrounds a change is there once for each type of answer, however many calls have it.
pub(super) type Request<'a, T> = &'a (dyn Fn() -> Answer<T> + Sync);

impl Eks {
    /// Reads one fact, from what is known unless the handle is a fresh one. Each call that `fetch` makes waits for its turn.
    pub(super) async fn read<K, V, F>(
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
        self.within(operation, budget, facts.get(key, fetch)).await
    }

    /// Reads something that is not kept, by one call.
    pub(super) async fn ask<T, F>(
        &self,
        operation: &'static str,
        budget: &Budget,
        ask: impl Fn() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        self.within(operation, budget, self.regional.traffic.read(ask)).await
    }

    /// What `read` comes to within its budget.
    pub(super) async fn within<T>(
        &self,
        operation: &'static str,
        budget: &Budget,
        read: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        self.named(budget.run(operation, read).await)
    }

    /// Makes one change, of what no update of a cluster is in the way of.
    pub(super) async fn change_now<T>(
        &self,
        operation: &'static str,
        budget: &Budget,
        send: Request<'_, T>,
    ) -> Result<T, AwsError> {
        self.regional.has_changed.store(true, Ordering::Relaxed);
        self.named(self.regional.traffic.change(operation, budget, send).await)
    }

    /// Makes one change of a cluster, as soon as no update of the cluster is in its way.
    pub(super) async fn change<T>(
        &self,
        operation: &'static str,
        cluster: &str,
        budget: &Budget,
        send: Request<'_, T>,
    ) -> Result<T, AwsError> {
        loop {
            let refused = match self.change_now(operation, budget, send).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            match refused.update_in_progress() {
                Some(id) => self.wait_out_update(cluster, id, &refused, budget).await?,
                None => return Err(refused),
            }
        }
    }

    /// What a call came to; an error says in which region.
    fn named<T>(&self, ended: Result<T, AwsError>) -> Result<T, AwsError> {
        ended.map_err(|error| error.in_region(self.region()))
    }

    /// Changes one entry. If it is known to be there, all of EKS is given time to hear of it.
    pub(super) async fn change_entry<T>(
        &self,
        operation: &'static str,
        key: &EntryKey,
        budget: &Budget,
        send: Request<'_, T>,
    ) -> Result<T, AwsError> {
        let until = self.regional.believed.until(key).unwrap_or_else(Instant::now);
        self.change_entry_until(until, operation, key, budget, send).await
    }

    /// Changes one entry, as soon as EKS shows it, if it does before `until`.
    pub(super) async fn change_entry_until<T>(
        &self,
        until: Instant,
        operation: &'static str,
        key: &EntryKey,
        budget: &Budget,
        send: Request<'_, T>,
    ) -> Result<T, AwsError> {
        let change = || self.change(operation, &key.cluster, budget, send);
        let patience = Patience::with("the entry to become known to all of EKS", budget).until(until);
        patience.wait_out(AwsError::is_no_such_entry, change).await
    }
}
