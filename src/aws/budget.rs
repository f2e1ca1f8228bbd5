//! How long an operation may go on.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::error::AwsError;

/// How long an operation may go on, and what ends it before its time.
#[derive(Debug, Clone)]
pub struct Budget {
    /// When to give up.
    pub deadline: Instant,
    /// Ends the operation because somebody asked for that.
    pub stop: CancellationToken,
}

/// How long a change that was sent may still be answered after the operation was stopped.
const GRACE: Duration = Duration::from_secs(5);

impl Budget {
    /// A budget of `time` from now, which `stop` ends early.
    pub fn new(time: Duration, stop: CancellationToken) -> Self {
        Self { deadline: Instant::now() + time, stop }
    }

    /// Runs `work`, which changes nothing, for as long as the budget allows.
    pub(crate) async fn run<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        let ended = timeout_at(self.deadline, self.stop.run_until_cancelled(work)).await;
        ended.map_err(|_| AwsError::timed_out(operation))?.unwrap_or_else(|| Err(AwsError::stopped(operation)))
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
        if self.stop.is_cancelled() {
            return Err(AwsError::stopped(operation));
        }
        let mut work = std::pin::pin!(work);
        let patient = async {
            match self.stop.run_until_cancelled(&mut work).await {
                Some(done) => done,
                None => timeout(GRACE, &mut work).await.unwrap_or_else(|_| Err(AwsError::stopped(operation))),
            }
        };
        timeout_at(self.deadline, patient).await.unwrap_or_else(|_| Err(AwsError::timed_out(operation)))
    }
}
