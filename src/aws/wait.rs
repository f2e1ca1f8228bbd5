//! Waiting, within a budget: the only place that sleeps.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::budget::Budget;
use super::error::AwsError;

/// How long something is waited for that should pass by itself: EKS hearing of a new IAM principal, all of EKS hearing
/// of a new access entry, AWS having had too many requests.
///
/// AWS gives no number but "several seconds"; two minutes is what other tools settled on.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How long an access entry is waited for that nobody has proved to be there: another provider may have made it in the same apply.
///
/// Several of AWS's "several seconds". More would have an association whose entry was forgotten, which is far more often the
/// trouble, take minutes to say so.
pub(super) const PATIENCE_WITH_OTHERS: Duration = Duration::from_secs(30);

/// Waits for what should pass by itself.
#[derive(Debug)]
pub(super) struct Patience<'a> {
    what: &'static str,
    budget: &'a Budget,
    until: Instant,
}

impl<'a> Patience<'a> {
    /// Waits for `what`, from now for as long as [`PATIENCE`] and the budget allow.
    pub(super) fn with(what: &'static str, budget: &'a Budget) -> Self {
        Self { what, budget, until: Instant::now() + PATIENCE }
    }

    /// Waits no longer than that.
    pub(super) fn until(self, until: Instant) -> Self {
        Self { until, ..self }
    }

    /// Repeats `call` while its error is one that passes by itself. What AWS said last is in the error, and that it was waited for if
    /// it was.
    pub(super) async fn wait_out<T, F>(
        self,
        passes: impl Fn(&AwsError) -> bool,
        mut call: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let mut pauses = Pauses::of_seconds();
        let mut before: Option<AwsError> = None;
        let mut has_waited = false;
        loop {
            let error = match (call().await, before) {
                (Err(error), _) if passes(&error) => error,
                (Err(error), Some(before)) if error.is_timed_out() => return Err(before.after_waiting_for(self.what)),
                (other, _) => return other,
            };
            if !pauses.fits_before(self.until.min(self.budget.deadline)) {
                return Err(if has_waited { error.after_waiting_for(self.what) } else { error });
            }
            has_waited = true;
            log_info!(%error, "waiting for {}", self.what);
            pauses.pause(error.operation(), self.budget).await?;
            before = Some(error);
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
    let mut pauses = Pauses::of_seconds();
    loop {
        let found = find().await?;
        let goes_on = until.is_some_and(|until| pauses.fits_before(until.min(budget.deadline)));
        if found.is_some() || !goes_on {
            return Ok(found);
        }
        pauses.pause("DescribeAccessEntry", budget).await?;
    }
}

/// Waits until then.
pub(super) async fn until(time: Instant) {
    tokio::time::sleep_until(time).await;
}

/// Pauses that double up to a limit.
#[derive(Debug)]
pub(super) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    /// For what usually takes seconds: 1 s, 2 s, 4 s, 8 s, 10 s, 10 s, …
    pub(super) fn of_seconds() -> Self {
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::aws::Kind;

    const WHAT: &str = "the principal to become known to EKS";

    fn budget(seconds: u64) -> Budget {
        Budget::new(Duration::from_secs(seconds), CancellationToken::new())
    }

    /// A call that fails with `error` each time, and notes when it was made.
    struct Calls {
        start: Instant,
        at: RefCell<Vec<u64>>,
    }

    impl Calls {
        fn new() -> Self {
            Self { start: Instant::now(), at: RefCell::default() }
        }

        fn note(&self) -> usize {
            self.at.borrow_mut().push((Instant::now() - self.start).as_secs());
            self.at.borrow().len()
        }
    }

    fn invalid_principal() -> AwsError {
        AwsError::answered("CreateAccessEntry", "InvalidParameterException", "… invalid principal.")
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_does_not_pass_is_returned_at_once() {
        let budget = budget(3600);
        let calls = Calls::new();
        let denied = || async {
            calls.note();
            Err::<(), _>(AwsError::answered("CreateAccessEntry", "AccessDeniedException", "no"))
        };
        let error = Patience::with(WHAT, &budget).wait_out(AwsError::is_invalid_principal, denied).await.unwrap_err();
        assert_eq!(error.kind(), &Kind::AccessDenied { action: None });
        assert_eq!(*calls.at.borrow(), [0]);
    }

    #[tokio::test(start_paused = true)]
    async fn two_minutes_are_waited_at_most_and_aws_has_the_last_word() {
        let budget = budget(3600);
        let calls = Calls::new();
        let refused = || async {
            calls.note();
            Err::<(), _>(invalid_principal())
        };
        let error = Patience::with(WHAT, &budget).wait_out(AwsError::is_invalid_principal, refused).await.unwrap_err();
        assert!(error.is_invalid_principal());
        assert!(error.to_string().contains(WHAT), "{error}");
        assert_eq!(*calls.at.borrow(), [0, 1, 3, 7, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_budget_ends_the_wait_with_awss_answer() {
        for (seconds, tries) in [(1, 1), (5, 3)] {
            let budget = budget(seconds);
            let calls = Calls::new();
            let refused = || async {
                calls.note();
                Err::<(), _>(invalid_principal())
            };
            let wait = Patience::with(WHAT, &budget).wait_out(AwsError::is_invalid_principal, refused);
            assert!(wait.await.unwrap_err().is_invalid_principal());
            assert_eq!(calls.at.borrow().len(), tries);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_runs_out_of_time_does_not_hide_what_aws_said_before() {
        let budget = budget(5);
        let calls = Calls::new();
        let refused = || async {
            match calls.note() {
                1 => Err::<(), _>(invalid_principal()),
                _ => Err(AwsError::timed_out_midway("CreateAccessEntry")),
            }
        };
        let wait = Patience::with(WHAT, &budget).wait_out(AwsError::is_invalid_principal, refused);
        assert!(wait.await.unwrap_err().is_invalid_principal());
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_the_wait() {
        let budget = budget(3600);
        let stop = async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            budget.stop.cancel();
        };
        let refused = || async { Err::<(), _>(invalid_principal()) };
        let wait = Patience::with(WHAT, &budget).wait_out(AwsError::is_invalid_principal, refused);
        let (ended, ()) = tokio::join!(wait, stop);
        assert_eq!(ended.unwrap_err().kind(), &Kind::Stopped);
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_waited_out() {
        let budget = budget(3600);
        let calls = Calls::new();
        let late = || async { if calls.note() < 4 { Err(invalid_principal()) } else { Ok("created") } };
        let wait = Patience::with(WHAT, &budget).wait_out(AwsError::is_invalid_principal, late);
        assert_eq!(wait.await.unwrap(), "created");
    }

    #[tokio::test(start_paused = true)]
    async fn absence_is_believed_at_once_unless_there_is_a_reason_not_to() {
        let budget = budget(3600);
        for (until, tries) in [(None, 1), (Some(Instant::now() + Duration::from_secs(10)), 4)] {
            let calls = Calls::new();
            let find = || async {
                calls.note();
                Ok(None::<()>)
            };
            assert_eq!(until_seen(until, &budget, find).await.unwrap(), None);
            assert_eq!(calls.at.borrow().len(), tries);
        }
    }
}
