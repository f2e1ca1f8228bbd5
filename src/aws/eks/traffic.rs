//! How many calls are under way at once, and what becomes of them when AWS has had enough.

use std::future::Future;
use std::sync::Arc;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use aws_smithy_types::retry::ErrorKind;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::pacer::Pacer;
use super::send::Request;
use crate::aws::wait::PATIENCE;
use crate::aws::{AwsError, Budget};

/// Lets a number of calls go on at once, and has those that AWS throttles try again at a rate that AWS allows.
///
/// The SDK alone gives up too soon: the tries that it allows all calls together are used up by the first few dozen that
/// AWS throttles, and a plan reads every entry of a cluster at once. Here a throttled call keeps its place and tries
/// again, those behind it wait, and the requests come down to the rate that AWS allows.
#[derive(Debug, Clone)]
pub(super) struct Traffic {
    places: Arc<Semaphore>,
    pacer: Option<Arc<Pacer>>,
}

/// How many calls are under way at once.
pub(super) const PLACES: usize = 16;

const WHAT: &str = "AWS to take more requests";

impl Traffic {
    /// Somebody who asked for a certain number of retries gets these and no `patient` waiting on top.
    pub(super) fn new(patient: bool) -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES)), pacer: patient.then(|| Arc::new(Pacer::new())) }
    }

    /// Makes a call that changes nothing. How long it may take is up to those who wait for it.
    pub(super) async fn read<T, F>(&self, call: impl Fn() -> F) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let _place = self.place().await;
        match &self.pacer {
            Some(pacer) => patiently(pacer, None, call).await,
            None => call().await,
        }
    }

    /// Makes a call that changes something.
    pub(super) async fn change<T>(
        &self,
        operation: &'static str,
        budget: &Budget,
        call: Request<'_, T>,
    ) -> Result<T, AwsError> {
        let _place = budget.run(operation, async { Ok(self.place().await) }).await?;
        let change = || budget.run_change(operation, call());
        match &self.pacer {
            Some(pacer) => patiently(pacer, Some((operation, budget)), change).await,
            None => change().await,
        }
    }

    /// A place among the calls under way. There always is one in the end, for the semaphore is never closed.
    async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.acquire().await.ok()
    }
}

/// Makes a call when its turn has come, which `budget` may end, and again while AWS throttles it and for as long as
/// [`PATIENCE`] allows. What AWS said last is in the error.
async fn patiently<T, F>(
    pacer: &Pacer,
    budget: Option<(&'static str, &Budget)>,
    call: impl Fn() -> F,
) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let mut start = within(budget, pacer.turn()).await?;
    let mut error = match call().await {
        Err(error) if error.is_throttled() => error,
        answer => {
            pacer.answered();
            return answer;
        }
    };
    let until = Instant::now() + PATIENCE;
    loop {
        pacer.throttled(start);
        log_info!(%error, "waiting for {WHAT}");
        let answer = match timeout_at(until, within(budget, pacer.turn_again())).await {
            Ok(Ok(began)) => {
                start = began;
                call().await
            }
            Ok(Err(ended)) => Err(ended),
            Err(_) => return Err(error.after_waiting_for(WHAT)),
        };
        error = match answer {
            Err(next) if next.is_timed_out() && next.leaves_open() => return Err(error.until_time_was_up_midway()),
            Err(next) if next.is_timed_out() => return Err(error.after_waiting_for(WHAT)),
            Err(next) if next.is_throttled() => next,
            answer => return answer,
        };
    }
}

async fn within(
    budget: Option<(&'static str, &Budget)>,
    turn: impl Future<Output = Instant>,
) -> Result<Instant, AwsError> {
    match budget {
        Some((operation, budget)) => budget.run(operation, async { Ok(turn.await) }).await,
        None => Ok(turn.await),
    }
}

/// Keeps the SDK from trying again what AWS has throttled: each of its tries would be one more call that nobody paces.
#[derive(Debug)]
pub(super) struct ThrottledCallsAreOurs;

impl ClassifyRetry for ThrottledCallsAreOurs {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, _: &InterceptorContext, so_far: &RetryAction) -> RetryAction {
        match so_far {
            RetryAction::RetryIndicated(RetryReason::RetryableError { kind: ErrorKind::ThrottlingError, .. }) => {
                RetryAction::RetryForbidden
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "throttled calls are ours"
    }

    /// After all of the SDK's.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}
