//! Waiting, within a budget: the only place that sleeps.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::budget::Budget;
use super::error::AwsError;

/// How long EKS may take to hear of a new IAM principal, and all of EKS of a new access entry.
///
/// AWS gives no number but "several seconds"; two minutes is what other tools settled on.
pub const PROPAGATION: Duration = Duration::from_secs(120);

/// Something that AWS has yet to hear of, and for how long that is believed.
#[derive(Debug)]
pub(super) struct Propagation<'a> {
    what: &'static str,
    budget: &'a Budget,
    until: Instant,
}

impl<'a> Propagation<'a> {
    /// Waits for `what`, from now for as long as [`PROPAGATION`] and the budget allow.
    pub(super) fn of(what: &'static str, budget: &'a Budget) -> Self {
        Self { what, budget, until: Instant::now() + PROPAGATION }
    }

    /// Waits no longer than that.
    pub(super) fn until(self, until: Instant) -> Self {
        Self { until, ..self }
    }

    /// Repeats `call` while its error is one that passes by itself. What AWS said last is in the error.
    pub(super) async fn wait_out<T, F>(
        &self,
        passes: impl Fn(&AwsError) -> bool,
        mut call: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let mut pauses = Pauses::for_propagation();
        let mut waited = false;
        loop {
            let error = match call().await {
                Err(error) if passes(&error) => error,
                other => return other,
            };
            if !pauses.fits_before(self.until.min(self.budget.deadline)) {
                return Err(if waited { error.after_waiting_for(self.what) } else { error });
            }
            pauses.pause(error.operation(), self.budget).await?;
            waited = true;
        }
    }
}

/// Repeats `find` while it finds nothing and `until`, if given, lies ahead.
pub(super) async fn until_seen<T, F>(
    until: Option<Instant>,
    budget: &Budget,
    mut find: impl FnMut() -> F,
) -> Result<Option<T>, AwsError>
where
    F: Future<Output = Result<Option<T>, AwsError>>,
{
    let mut pauses = Pauses::for_propagation();
    loop {
        let found = find().await?;
        let goes_on = until.is_some_and(|until| pauses.fits_before(until.min(budget.deadline)));
        if found.is_some() || !goes_on {
            return Ok(found);
        }
        pauses.pause("DescribeAccessEntry", budget).await?;
    }
}

/// Pauses that double up to a limit.
#[derive(Debug)]
pub(super) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    /// For what usually takes seconds: 1 s, 2 s, 4 s, 8 s, 10 s, 10 s, …
    pub(super) fn for_propagation() -> Self {
        Self { next: Duration::from_secs(1), longest: Duration::from_secs(10) }
    }

    /// For what usually takes minutes, and no time at all on an emulator: 0.25 s, 0.5 s, … 10 s, 10 s, …
    pub(super) fn for_update() -> Self {
        Self { next: Duration::from_millis(250), longest: Duration::from_secs(10) }
    }

    /// Whether the next pause would be over by then.
    pub(super) fn fits_before(&self, end: Instant) -> bool {
        Instant::now() + self.next < end
    }

    /// Pauses.
    ///
    /// # Errors
    ///
    /// The budget is used up first.
    pub(super) async fn pause(&mut self, operation: &'static str, budget: &Budget) -> Result<(), AwsError> {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        let sleep = async {
            tokio::time::sleep(pause).await;
            Ok(())
        };
        budget.run(operation, sleep).await
    }
}
