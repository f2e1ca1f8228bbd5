//! How many calls are under way at once, and what becomes of them when AWS has had enough.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::aws::wait::{PATIENCE, Patience};
use crate::aws::{AwsError, Budget};

/// Lets a number of calls go on at once, and has those that AWS throttles try again.
///
/// The SDK alone gives up too soon: the tries that it allows all calls together are used up by the first few dozen that
/// AWS throttles, and a plan reads every entry of a cluster at once. Here a throttled call keeps its place and tries
/// again, those behind it wait, and the requests come down to the rate that AWS allows.
#[derive(Debug, Clone)]
pub(super) struct Traffic {
    places: Arc<Semaphore>,
    patient: bool,
}

/// How many calls are under way at once.
pub(super) const PLACES: usize = 16;

const WHAT: &str = "AWS to take more requests";

impl Traffic {
    /// Somebody who asked for a certain number of retries gets these and no `patient` waiting on top.
    pub(super) fn new(patient: bool) -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES)), patient }
    }

    /// Makes a call that changes nothing. How long it may take is up to those who wait for it.
    pub(super) async fn read<T, F>(&self, call: impl Fn() -> F) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let _place = self.place().await;
        if !self.patient {
            return call().await;
        }
        let enough = Budget::new(PATIENCE, CancellationToken::new());
        Patience::with(WHAT, &enough).wait_out(AwsError::is_throttled, call).await
    }

    /// Makes a call that changes something.
    pub(super) async fn change<T, F>(
        &self,
        operation: &'static str,
        budget: &Budget,
        call: impl Fn() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let _place = budget.run(operation, async { Ok(self.place().await) }).await?;
        let change = || budget.run_change(operation, call());
        if !self.patient {
            return change().await;
        }
        Patience::with(WHAT, budget).wait_out(AwsError::is_throttled, change).await
    }

    /// A place among the calls under way. There always is one in the end, for the semaphore is never closed.
    async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.acquire().await.ok()
    }
}
