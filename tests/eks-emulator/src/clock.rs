//! The one place that looks at the wall clock.

use std::time::Duration;

use time::format_description::parse_borrowed;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, PrimitiveDateTime};

/// How SigV4 writes a moment: `20261122T101112Z`.
const SIGNED: &str = "[year][month][day]T[hour][minute][second]Z";

/// How HTTP writes a moment: `Sun, 22 Nov 2026 10:11:12 GMT`.
const HTTP: &str = "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT";

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

    /// A moment that many milliseconds later, or earlier.
    pub(crate) fn shifted_ms(self, ms: i64) -> Moment {
        Moment(self.0.saturating_add_signed(ms))
    }

    /// Reads what a signature is dated with: `20261122T101112Z`.
    pub(crate) fn signed(text: &str) -> Option<Moment> {
        let moment = PrimitiveDateTime::parse(text, &parse_borrowed::<2>(SIGNED).ok()?).ok()?;
        Some(Moment::from(moment.assume_utc()))
    }

    pub(crate) fn ms_since(self, earlier: Moment) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// How far apart the two are, whichever is the later one.
    pub(crate) fn ms_from(self, other: Moment) -> u64 {
        self.0.abs_diff(other.0)
    }

    /// As EKS writes it: a JSON number of seconds, with the milliseconds as its fraction.
    pub(crate) fn epoch_seconds(self) -> f64 {
        Duration::from_millis(self.0).as_secs_f64()
    }

    /// As STS and Kubernetes write it: `2026-11-22T10:00:00Z`.
    pub(crate) fn rfc3339(self) -> String {
        self.to_the_second().and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
    }

    /// As signatures have it.
    pub(crate) fn as_signed(self) -> String {
        self.written(SIGNED)
    }

    /// As the header `Date` has it.
    pub(crate) fn http(self) -> String {
        self.written(HTTP)
    }

    fn written(self, format: &str) -> String {
        let written = || self.to_the_second()?.format(&parse_borrowed::<2>(format).ok()?).ok();
        written().unwrap_or_default()
    }

    fn to_the_second(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(i64::try_from(self.0 / 1000).ok()?).ok()
    }
}

impl From<OffsetDateTime> for Moment {
    /// A moment before 1970 becomes 1970.
    fn from(moment: OffsetDateTime) -> Moment {
        Moment(u64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))
    }
}
