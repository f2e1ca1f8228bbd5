//! A stream fed by a future, one value at a time.
//!
//! Nothing is made before it is asked for: the future goes on only when what it handed over last has been taken. It ends
//! where it stands when the stream is dropped.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use futures_util::future::FusedFuture;
use futures_util::{FutureExt, Stream, stream};

/// Where the future puts its values.
pub(super) struct Handover<T>(Arc<Mutex<Hands<T>>>);

struct Hands<T> {
    value: Option<T>,
    giver: Option<Waker>,
}

/// What the future that `feed` makes hands over.
pub(super) fn stream<T: Send, F>(feed: impl FnOnce(Handover<T>) -> F) -> impl Stream<Item = T>
where
    F: Future<Output = ()>,
{
    let hands = Handover(Arc::new(Mutex::new(Hands { value: None, giver: None })));
    let mut feed = Box::pin(feed(Handover(Arc::clone(&hands.0))).fuse());
    stream::poll_fn(move |cx| {
        // One that has ended stays pending.
        let _ = feed.as_mut().poll(cx);
        match hands.take() {
            None if feed.is_terminated() => Poll::Ready(None),
            None => Poll::Pending,
            value => Poll::Ready(value),
        }
    })
}

impl<T> Handover<T> {
    /// Hands `value` over, and waits until the next one is asked for.
    pub(super) async fn give(&self, value: T) {
        self.hands().value = Some(value);
        poll_fn(|cx| {
            let mut hands = self.hands();
            if hands.value.is_none() {
                return Poll::Ready(());
            }
            hands.giver = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn take(&self) -> Option<T> {
        let mut hands = self.hands();
        let value = hands.value.take()?;
        if let Some(giver) = hands.giver.take() {
            giver.wake();
        }
        Some(value)
    }

    fn hands(&self) -> MutexGuard<'_, Hands<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
