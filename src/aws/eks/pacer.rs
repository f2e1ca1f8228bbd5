//! How fast the calls follow each other, learnt from those that AWS throttles.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::aws::wait;

/// Spaces the calls of one account in one region, once AWS has throttled one of them.
///
/// Until then calls start when they like: AWS publishes no rates for EKS, and most runs never meet one. The first throttled
/// call sets a rate, and each one after that lowers it; in between it grows. What is slower than AWS allows is not lost, for
/// AWS saves it up, so the calls come close to the rate that AWS allows although that is never told.
///
/// Several calls are throttled at once when they were under way together. They are one event: only a call that started after
/// the rate was lowered says that it is still too high.
#[derive(Debug)]
pub(super) struct Pacer {
    pace: Mutex<Pace>,
    /// Held by the one call that is next to start, and fair: first come, first served.
    next: tokio::sync::Mutex<()>,
    /// Held by the one call that is next to start for the first time, so that throttled calls come before all others.
    first: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
enum Pace {
    /// AWS has throttled nothing so far. When the calls of the last second were answered.
    Free(VecDeque<Instant>),
    Spaced(Spacing),
}

#[derive(Debug)]
struct Spacing {
    /// Calls a second, when it was lowered last.
    rate: f64,
    lowered: Instant,
    /// How many calls have started since.
    calls: u32,
    /// When the next one may start.
    next: Instant,
}

/// What is left of the rate after a throttled call: as much as in the SDK's adaptive mode.
const LOWERED: f64 = 0.7;

/// The share of the rate by which it grows with each call.
const GROWTH: f64 = 0.003;

/// After so many calls of which none was throttled the rate was set far too low, and from then on it grows faster and faster.
const TOO_LOW: f64 = 300.0;

/// The first rate is no lower than this, in calls a second: a single throttled call at the start of a run, which another
/// program may have caused, must not hold up everything after it.
const FIRST: f64 = 10.0;

/// No rate is lower than this, in calls a second.
const LEAST: f64 = 1.0;

impl Pacer {
    pub(super) fn new() -> Self {
        let free = Pace::Free(VecDeque::new());
        Self { pace: Mutex::new(free), next: tokio::sync::Mutex::default(), first: tokio::sync::Mutex::default() }
    }

    /// Waits until a call may start that has not been throttled yet, and returns when that was.
    pub(super) async fn turn(&self) -> Instant {
        if self.is_free() {
            return Instant::now();
        }
        let _first = self.first.lock().await;
        self.turn_again().await
    }

    /// Waits until a throttled call may start again, and returns when that was.
    pub(super) async fn turn_again(&self) -> Instant {
        let _next = self.next.lock().await;
        loop {
            match self.take() {
                Ok(start) => return start,
                Err(next) => wait::until(next).await,
            }
        }
    }

    /// Notes that AWS has answered a call.
    pub(super) fn answered(&self) {
        if let Pace::Free(answered) = &mut *self.pace() {
            let now = Instant::now();
            answered.push_back(now);
            forget_old(answered, now);
        }
    }

    /// Notes that AWS has throttled a call that started at `start`.
    pub(super) fn throttled(&self, start: Instant) {
        let now = Instant::now();
        let mut pace = self.pace();
        let rate = match &mut *pace {
            Pace::Spaced(spacing) if start < spacing.lowered => return,
            Pace::Spaced(spacing) => (spacing.grown() * LOWERED).max(LEAST),
            // The other half came from what AWS had saved up.
            Pace::Free(answered) => {
                forget_old(answered, now);
                (answered.len() as f64 / 2.0).max(FIRST)
            }
        };
        let next = now + Duration::from_secs_f64(1.0 / rate);
        *pace = Pace::Spaced(Spacing { rate, lowered: now, calls: 0, next });
    }

    fn is_free(&self) -> bool {
        matches!(*self.pace(), Pace::Free(_))
    }

    /// Takes the next start, if its time has come; else says when.
    fn take(&self) -> Result<Instant, Instant> {
        let now = Instant::now();
        let mut pace = self.pace();
        let Pace::Spaced(spacing) = &mut *pace else { return Ok(now) };
        if now < spacing.next {
            return Err(spacing.next);
        }
        spacing.calls += 1;
        let space = Duration::from_secs_f64(1.0 / spacing.grown());
        // A timer that goes off late makes the next one early; idle time is not made up for.
        spacing.next = spacing.next.max(now - space.min(now - spacing.lowered)) + space;
        Ok(now)
    }

    /// The pace. It is never left half-written, so a poisoned lock is as good as any.
    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spacing {
    /// The rate by now.
    fn grown(&self) -> f64 {
        let calls = f64::from(self.calls);
        self.rate * (1.0 + GROWTH * calls + (calls / TOO_LOW).powi(3))
    }
}

fn forget_old(answered: &mut VecDeque<Instant>, now: Instant) {
    while answered.front().is_some_and(|time| now - *time > Duration::from_secs(1)) {
        answered.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use futures_util::future::join_all;

    use super::*;

    /// An AWS that takes `rate` calls a second, and saves up to `burst` of them. Each takes 30 ms.
    struct Aws {
        rate: f64,
        burst: f64,
        saved: Cell<f64>,
        seen: Cell<Instant>,
        throttled: Cell<usize>,
        starts: RefCell<Vec<Instant>>,
    }

    impl Aws {
        fn new(rate: f64, burst: f64) -> Self {
            let (saved, seen) = (Cell::new(burst), Cell::new(Instant::now()));
            Self { rate, burst, saved, seen, throttled: Cell::new(0), starts: RefCell::default() }
        }

        async fn call(&self) -> bool {
            let now = Instant::now();
            self.starts.borrow_mut().push(now);
            let saved = self.saved.get() + self.rate * (now - self.seen.replace(now)).as_secs_f64();
            let saved = saved.min(self.burst);
            let taken = saved >= 1.0;
            self.saved.set(if taken { saved - 1.0 } else { saved });
            self.throttled.set(self.throttled.get() + usize::from(!taken));
            tokio::time::sleep(Duration::from_millis(30)).await;
            taken
        }
    }

    async fn until_taken(pacer: &Pacer, aws: &Aws) {
        let mut start = pacer.turn().await;
        while !aws.call().await {
            pacer.throttled(start);
            start = pacer.turn_again().await;
        }
        pacer.answered();
    }

    /// Makes calls as Terraform does, ten at a time, and says how long it takes.
    async fn run(pacer: &Pacer, aws: &Aws, calls: usize) -> Duration {
        let (began, left) = (Instant::now(), Cell::new(calls));
        let one_after_the_other = || async {
            while left.get() > 0 {
                left.set(left.get() - 1);
                until_taken(pacer, aws).await;
            }
        };
        join_all((0..10).map(|_| one_after_the_other())).await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_spaced_until_aws_throttles() {
        let (pacer, aws) = (Pacer::new(), Aws::new(1e6, 1e6));
        assert_eq!(run(&pacer, &aws, 1_000).await, Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_is_used_to_its_end_and_hardly_overstepped() {
        for rate in [2.0, 5.0, 20.0, 50.0, 200.0] {
            let (pacer, aws) = (Pacer::new(), Aws::new(rate, 2.0 * rate));
            let calls = 2_000;
            let took = run(&pacer, &aws, calls).await.as_secs_f64();
            let throttled = aws.throttled.get() as f64 / calls as f64;
            assert!(took <= 1.08 * calls as f64 / rate, "{rate} a second: {took} s");
            assert!(throttled <= 0.02, "{rate} a second: {throttled}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_were_under_way_together_count_once() {
        let pacer = Pacer::new();
        let start = Instant::now();
        (0..100).for_each(|_| pacer.answered());
        tokio::time::advance(Duration::from_millis(30)).await;
        (0..10).for_each(|_| pacer.throttled(start));
        assert!(matches!(&*pacer.pace(), Pace::Spaced(Spacing { rate: 50.0, .. })));
        let start = pacer.turn().await;
        pacer.throttled(start);
        let Pace::Spaced(spacing) = &*pacer.pace() else { panic!("not spaced") };
        assert!(spacing.rate > 30.0 && spacing.rate < 40.0, "{spacing:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_call_for_no_reason_is_made_up_for() {
        let (pacer, aws) = (Pacer::new(), Aws::new(1e6, 1e6));
        pacer.throttled(Instant::now());
        let took = run(&pacer, &aws, 3_000).await;
        assert!(took < Duration::from_secs(45), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_lower_rate_is_found() {
        let (pacer, aws) = (Pacer::new(), Aws::new(200.0, 200.0));
        run(&pacer, &aws, 1_000).await;
        let slower = Aws::new(5.0, 1.0);
        run(&pacer, &slower, 500).await;
        assert!(slower.throttled.get() < 40, "{}", slower.throttled.get());
    }

    #[tokio::test(start_paused = true)]
    async fn idle_time_is_not_made_up_for() {
        let pacer = Pacer::new();
        pacer.throttled(Instant::now());
        tokio::time::advance(Duration::from_secs(5)).await;
        let began = Instant::now();
        for _ in 0..4 {
            pacer.turn().await;
        }
        assert!(began.elapsed() > Duration::from_millis(150), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_gives_up_waiting_makes_room_for_the_next() {
        let pacer = Pacer::new();
        pacer.throttled(Instant::now());
        let soon = tokio::time::timeout(Duration::from_millis(10), pacer.turn());
        assert!(soon.await.is_err());
        let began = Instant::now();
        pacer.turn().await;
        assert!(began.elapsed() <= Duration::from_millis(100), "{:?}", began.elapsed());
    }
}
