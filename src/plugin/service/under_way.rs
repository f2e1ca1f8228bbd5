//! The calls under way, and what Ctrl-C and SIGTERM do to them.
//!
//! A terminal sends Ctrl-C to Core and to us alike. In an apply, Core says what it means by `StopProvider`. In the plan with
//! which `terraform apply` begins it says nothing, and waits for the calls to end. One that only looks and hangs is ended here
//! then, as by `StopProvider`; while a change is under way, that is left to Core
//! (`docs/design/2026-11-28-ctrl-c.md`).
//!
//! SIGTERM is for the process to end, but not with what is being made (`docs/design/2026-11-29-hangup-and-terminate.md`).

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::framework::Provider;
use crate::framework::engine::Engine;

/// How long calls may still end by themselves after Ctrl-C. Not every command takes it for the end: `terraform test` goes on
/// to clean up, and what does not hang is not in its way.
const GRACE: Duration = Duration::from_secs(2);

/// How long Core has after SIGTERM to hear what becomes of the changes under way, and to end us. They end in less than two seconds,
/// but a machine may be busy; and only somebody who ends us alone, under a Core that hangs, waits for all of it.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// How long an answer takes to leave, whose call is over.
const ON_ITS_WAY: Duration = Duration::from_millis(5);

/// Which calls are under way.
#[derive(Default)]
pub(super) struct UnderWay {
    /// Those that change nothing, since the last Ctrl-C.
    looks: Mutex<watch::Sender<()>>,
    changes: watch::Sender<()>,
}

/// A call under way, for as long as it is there.
pub(super) type Counted = watch::Receiver<()>;

impl UnderWay {
    /// Counts a call that changes nothing.
    pub(super) fn look(&self) -> Counted {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).subscribe()
    }

    /// Counts a call that changes something.
    pub(super) fn change(&self) -> Counted {
        self.changes.subscribe()
    }

    /// Whether a call that changes nothing and is under way now does not end, while nothing is being changed.
    async fn hang(&self) -> bool {
        let looks = mem::take(&mut *self.looks.lock().unwrap_or_else(PoisonError::into_inner));
        timeout(GRACE, looks.closed()).await.is_err() && self.changes.receiver_count() == 0
    }

    /// Waits until Core must have heard what became of everything, but not beyond `no_longer`.
    async fn last_words(&self, no_longer: impl Future) {
        let most = if self.changes.receiver_count() == 0 { ON_ITS_WAY } else { LAST_WORDS };
        let _ = timeout(most, no_longer).await;
    }
}

/// The calls under way, and who can end them.
pub(in super::super) struct Interruptible<P: Provider> {
    pub(super) engine: Arc<Engine<P>>,
    pub(super) calls: Arc<UnderWay>,
}

impl<P: Provider> Interruptible<P> {
    /// Ends what hangs and changes nothing, because somebody has pressed Ctrl-C.
    pub(in super::super) async fn interrupt(&self) {
        if self.calls.hang().await {
            log_debug!("ending the calls under way: somebody has pressed Ctrl-C, and nothing is being changed");
            self.engine.stop();
        }
    }

    /// Ends all calls, those to come as well, because the process has been told to end. Comes back when it is to: at once, but while
    /// something is being changed Core has its time to hear of it and to end the process itself, unless `no_longer` comes.
    pub(in super::super) async fn end(&self, no_longer: impl Future) {
        log_debug!("ending the calls under way: the process has been told to end");
        self.engine.stop_for_good();
        self.calls.last_words(no_longer).await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_look_that_goes_on_hangs() {
        let calls = UnderWay::default();
        let _look = calls.look();
        assert!(calls.hang().await);
    }

    #[tokio::test(start_paused = true)]
    async fn looks_that_end_in_time_are_not_waited_for_any_longer() {
        let (calls, start) = (UnderWay::default(), Instant::now());
        let look = calls.look();
        let (hang, ()) = tokio::join!(calls.hang(), async { drop(look) });
        assert!(!hang && !calls.hang().await);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_begins_later_is_not_meant() {
        let calls = UnderWay::default();
        let (hang, _later) = tokio::join!(calls.hang(), async { calls.look() });
        assert!(!hang);
    }

    #[tokio::test(start_paused = true)]
    async fn while_something_is_changed_core_has_its_say() {
        let calls = UnderWay::default();
        let (_look, change) = (calls.look(), calls.change());
        assert!(!calls.hang().await);
        drop(change);
        let _look = calls.look();
        assert!(calls.hang().await);
    }

    #[tokio::test(start_paused = true)]
    async fn when_nothing_is_changed_the_end_waits_only_for_what_is_on_its_way() {
        let (calls, start) = (UnderWay::default(), Instant::now());
        let _look = calls.look();
        drop(calls.change());
        calls.last_words(pending::<()>()).await;
        assert_eq!(start.elapsed(), ON_ITS_WAY);
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_has_its_last_words() {
        let (calls, start) = (UnderWay::default(), Instant::now());
        let _change = calls.change();
        calls.last_words(ready(())).await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        calls.last_words(pending::<()>()).await;
        assert_eq!(start.elapsed(), LAST_WORDS);
    }
}
