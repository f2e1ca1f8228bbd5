//! How long an operation may go on.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::error::AwsError;
use super::heard::Heard;

/// How long an operation may go on, and what ends it before its time.
#[derive(Debug, Clone)]
pub struct Budget {
    /// When to give up.
    pub deadline: Instant,
    /// Ends the operation because somebody asked for that.
    pub stop: CancellationToken,
}

/// How long a change that was sent may still be answered after the operation was stopped.
const GRACE: Duration = Duration::from_millis(1500);

impl Budget {
    /// A budget of `time` from now, which `stop` ends early.
    pub fn new(time: Duration, stop: CancellationToken) -> Self {
        Self { deadline: Instant::now() + time, stop }
    }

    /// Runs `work`, which changes nothing, for as long as the budget allows. What its last try met with is in the error.
    pub(crate) async fn run<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        self.check(operation)?;
        let heard = Heard::of(operation);
        let work = heard.clone().during(self.stop.run_until_cancelled(work));
        match timeout_at(self.deadline, work).await {
            Ok(ended) => ended.unwrap_or_else(|| Err(AwsError::stopped(operation))),
            Err(_) => Err(time_was_up(&heard, operation)),
        }
    }

    /// Runs `work`, which changes something, for as long as the budget allows and a little beyond a stop.
    ///
    /// A change that is on its way when somebody asks to stop will most likely be made. To walk away from it then would
    /// leave behind something that nobody knows of, so it gets a moment to say what became of it.
    pub(crate) async fn run_change<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        self.check(operation)?;
        let mut work = pin!(work);
        let patient = async {
            match self.stop.run_until_cancelled(&mut work).await {
                Some(done) => done,
                None => timeout(GRACE, work).await.unwrap_or_else(|_| Err(AwsError::stopped_midway(operation))),
            }
        };
        let heard = Heard::of(operation);
        let ended = timeout_at(self.deadline, heard.clone().during(patient)).await;
        ended.unwrap_or_else(|_| Err(time_was_up_midway(&heard, operation)))
    }

    /// Nothing is begun that there is no time for.
    fn check(&self, operation: &'static str) -> Result<(), AwsError> {
        if self.stop.is_cancelled() {
            return Err(AwsError::stopped(operation));
        }
        if Instant::now() >= self.deadline {
            return Err(AwsError::timed_out(operation));
        }
        Ok(())
    }
}

// Apart from the work, of which there is a copy for each that there is.
fn time_was_up(heard: &Heard, operation: &'static str) -> AwsError {
    heard.last().map_or_else(|| AwsError::timed_out(operation), |last| last.until_time_was_up())
}

fn time_was_up_midway(heard: &Heard, operation: &'static str) -> AwsError {
    heard.last().map_or_else(|| AwsError::timed_out_midway(operation), |last| last.until_time_was_up_midway())
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::time::sleep;

    use super::*;
    use crate::aws::Kind;

    fn hour() -> Budget {
        Budget::new(Duration::from_secs(3600), CancellationToken::new())
    }

    async fn late() -> Result<&'static str, AwsError> {
        sleep(Duration::from_secs(2)).await;
        Ok("done")
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_begins_after_the_end() {
        let over = Budget::new(Duration::ZERO, CancellationToken::new());
        let stopped = hour();
        stopped.stop.cancel();
        for (budget, kind) in [(over, Kind::TimedOut), (stopped, Kind::Stopped)] {
            assert_eq!(budget.run("Read", ready(Ok(()))).await.unwrap_err().kind(), &kind);
            assert_eq!(budget.run_change("Change", ready(Ok(()))).await.unwrap_err().kind(), &kind);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn both_end_at_the_deadline() {
        let budget = Budget::new(Duration::from_secs(1), CancellationToken::new());
        assert_eq!(budget.run("Read", late()).await.unwrap_err().kind(), &Kind::TimedOut);
        let budget = Budget::new(Duration::from_secs(1), CancellationToken::new());
        let error = budget.run_change("Change", late()).await.unwrap_err();
        assert_eq!(error.kind(), &Kind::TimedOut);
        assert!(error.to_string().contains("may have been made"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_a_read_at_once_and_lets_a_change_answer() {
        let budget = hour();
        let stop = async {
            sleep(Duration::from_secs(1)).await;
            budget.stop.cancel();
        };
        let (read, change, hung, ()) = tokio::join!(
            budget.run("Read", late()),
            budget.run_change("Change", late()),
            budget.run_change("Change", pending::<Result<(), AwsError>>()),
            stop
        );
        assert_eq!(read.unwrap_err().kind(), &Kind::Stopped);
        assert_eq!(change.unwrap(), "done");
        assert_eq!(hung.unwrap_err().kind(), &Kind::Stopped);
    }
}
