//! What a call has met with so far, for when its time is up before it has come to an end.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::task::futures::TaskLocalFuture;

use super::error::AwsError;

tokio::task_local! {
    /// That of the work which is being polled.
    static HEARD: Heard;
}

/// What the last try of a call came to, if it failed.
///
/// The SDK tries again by itself, and so do we when AWS throttles. When the time of a call is up in between, what it met with would
/// be lost along with it.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    operation: &'static str,
    so_far: Arc<Mutex<SoFar>>,
}

#[derive(Debug, Default)]
enum SoFar {
    #[default]
    Nothing,
    Failed(AwsError),
    /// The work waits for another, which somebody else may have begun.
    Elsewhere(Heard),
}

impl Heard {
    /// Of an operation that is about to begin.
    pub(super) fn of(operation: &'static str) -> Self {
        Self { operation, so_far: Arc::default() }
    }

    /// Of work that is begun here and that others may wait for too.
    pub(super) fn shared() -> Self {
        HEARD.try_with(|heard| Self::of(heard.operation)).unwrap_or_else(|_| Self::of(""))
    }

    /// Hears what `work` meets with.
    pub(super) fn during<F: Future>(self, work: F) -> TaskLocalFuture<Self, F> {
        HEARD.scope(self, work)
    }

    /// From here on, this is what whoever polls has to hear of.
    pub(super) fn follow(&self) {
        // Nobody hears of what is done without a budget.
        let _ = HEARD.try_with(|heard| *heard.so_far() = SoFar::Elsewhere(self.clone()));
    }

    /// What the last try came to, if it failed.
    pub(super) fn last(&self) -> Option<AwsError> {
        let elsewhere = match &*self.so_far() {
            SoFar::Nothing => return None,
            SoFar::Failed(error) => return Some(error.clone()),
            SoFar::Elsewhere(other) => other.clone(),
        };
        elsewhere.last()
    }

    /// What was heard. It is never left half-written, so a poisoned lock is as good as any.
    fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens to every try of every call. Of what another call is made for, such as to assume a role, that call tells in the end.
#[derive(Debug)]
pub(super) struct Listening;

#[dyn_dispatch_hint]
impl Intercept for Listening {
    fn name(&self) -> &'static str {
        "Listening"
    }

    fn read_after_attempt(
        &self,
        try_: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let name = cfg.load::<Metadata>().map(Metadata::name);
        let note = |heard: &Heard| {
            if name != Some(heard.operation) {
                return;
            }
            *heard.so_far() = match try_.output_or_error() {
                Some(Err(error)) => SoFar::Failed(AwsError::of_try(heard.operation, try_.response(), error)),
                None | Some(Ok(_)) => SoFar::Nothing,
            };
        };
        let _ = HEARD.try_with(note);
        Ok(())
    }
}
