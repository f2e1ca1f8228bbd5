//! Credentials that come in time, or an error that says they did not.

use std::fmt;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::Credentials;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time;

use crate::aws::error::NotInTime;

/// How long whatever gives credentials may take for it, such as a `credential_process` that asks somebody for a second factor.
/// AWS's SDK for Go allows a process as much (`processcreds.DefaultTimeout`).
const LIMIT: Duration = Duration::from_secs(60);

/// Hands on what another provider gives.
///
/// A try of a call, which waits for credentials like all else, may take less time than they. So to ask for them is a matter of its
/// own: it goes on when a try is given up, and the next try waits for the same answer. To ask anew would start a process anew.
pub(super) struct InTime {
    from: SharedCredentialsProvider,
    asked: Mutex<Option<BoxFuture<'static, provider::Result>>>,
}

impl InTime {
    pub(super) fn new(from: SharedCredentialsProvider) -> Self {
        Self { from, asked: Mutex::default() }
    }

    async fn get(&self) -> provider::Result {
        let mut asked = self.asked.lock().await;
        let answer = asked.get_or_insert_with(|| Box::pin(ask(self.from.clone()))).await;
        *asked = None;
        answer
    }
}

async fn ask(provider: SharedCredentialsProvider) -> provider::Result {
    let answer = time::timeout(LIMIT, provider.provide_credentials()).await;
    answer.unwrap_or_else(|_| Err(CredentialsError::provider_error(NotInTime { limit: LIMIT })))
}

impl ProvideCredentials for InTime {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.from.fallback_on_interrupt()
    }
}

impl fmt::Debug for InTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InTime").field(&self.from).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Takes its time, and counts how often it is asked.
    #[derive(Debug)]
    struct Slow {
        takes: Duration,
        asked: Arc<AtomicU32>,
    }

    impl ProvideCredentials for Slow {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
            future::ProvideCredentials::new(async move {
                time::sleep(self.takes).await;
                Ok(Credentials::new(format!("AKID{number}"), "secret", None, None, "test"))
            })
        }
    }

    fn slow(takes: Duration) -> (Arc<AtomicU32>, InTime) {
        let asked = Arc::new(AtomicU32::new(0));
        let slow = Slow { takes, asked: Arc::clone(&asked) };
        (asked, InTime::new(SharedCredentialsProvider::new(slow)))
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_given_up() {
        let (_, credentials) = slow(LIMIT * 2);
        let began = time::Instant::now();
        let error = credentials.provide_credentials().await.unwrap_err();
        assert!(error.source().is_some_and(|source| source.is::<NotInTime>()), "{error:?}");
        assert_eq!(began.elapsed(), LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn tries_that_are_given_up_wait_for_the_same_answer() {
        let (asked, credentials) = slow(LIMIT / 2);
        for _ in 0..3 {
            time::timeout(LIMIT / 10, credentials.provide_credentials()).await.unwrap_err();
        }
        assert_eq!(credentials.provide_credentials().await.unwrap().access_key_id(), "AKID1");
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_is_for_all_tries_together() {
        let (asked, credentials) = slow(LIMIT * 2);
        time::timeout(LIMIT / 2, credentials.provide_credentials()).await.unwrap_err();
        let began = time::Instant::now();
        credentials.provide_credentials().await.unwrap_err();
        assert_eq!((began.elapsed(), asked.load(Ordering::Relaxed)), (LIMIT / 2, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_given_once() {
        let (_, credentials) = slow(Duration::from_secs(1));
        for expected in ["AKID1", "AKID2"] {
            assert_eq!(credentials.provide_credentials().await.unwrap().access_key_id(), expected);
        }
    }
}
