//! The one place that looks at the wall clock.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    pub(crate) fn now() -> Moment {
        Moment::from(OffsetDateTime::now_utc())
    }

    pub(crate) fn plus_ms(self, ms: u64) -> Moment {
        Moment(self.0.saturating_add(ms))
    }

    pub(crate) fn ms_since(self, earlier: Moment) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As EKS writes it: a JSON number of seconds, with the milliseconds as its fraction.
    pub(crate) fn epoch_seconds(self) -> f64 {
        Duration::from_millis(self.0).as_secs_f64()
    }

    /// As STS and Kubernetes write it: `2026-11-22T10:00:00Z`.
    pub(crate) fn rfc3339(self) -> String {
        i64::try_from(self.0 / 1000)
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_default()
    }
}

impl From<OffsetDateTime> for Moment {
    /// A moment before 1970 becomes 1970.
    fn from(moment: OffsetDateTime) -> Moment {
        Moment(u64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))
    }
}
