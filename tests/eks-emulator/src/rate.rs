//! The token bucket over all EKS calls.

use std::time::Instant;

/// Fills at a steady rate up to its burst; every call takes one token.
#[derive(Debug, Default)]
pub(crate) struct TokenBucket {
    /// Tokens, and when that was true. `None` until the first call under a rate: the bucket starts full.
    level: Option<(f64, Instant)>,
}

impl TokenBucket {
    /// Whether a call at `now` passes.
    pub(crate) fn take(&mut self, per_second: f64, burst: f64, now: Instant) -> bool {
        let filled = match self.level {
            None => burst,
            Some((tokens, since)) => {
                (tokens + now.saturating_duration_since(since).as_secs_f64() * per_second).min(burst)
            }
        };
        let passes = filled >= 1.0;
        self.level = Some((if passes { filled - 1.0 } else { filled }, now));
        passes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn past_the_burst_a_call_waits_for_the_rate() {
        let mut bucket = TokenBucket::default();
        let start = Instant::now();
        assert!(bucket.take(2.0, 2.0, start));
        assert!(bucket.take(2.0, 2.0, start));
        assert!(!bucket.take(2.0, 2.0, start));
        assert!(!bucket.take(2.0, 2.0, start + Duration::from_millis(400)));
        assert!(bucket.take(2.0, 2.0, start + Duration::from_millis(500)));
    }
}
