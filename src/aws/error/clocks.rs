//! Two clocks that do not agree: this machine's, and AWS's.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What time it is here, and what time it was at AWS when it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clocks {
    here: SystemTime,
    aws: SystemTime,
}

impl Clocks {
    /// Looks at both: every answer of AWS says when it was given.
    pub(super) fn read(answer: &HttpResponse, here: SystemTime) -> Option<Self> {
        let aws = DateTime::from_str(answer.headers().get("date")?, Format::HttpDate).ok()?;
        Some(Self { here, aws: aws.try_into().ok()? })
    }
}

/// Full sentences, without the last full stop.
impl fmt::Display for Clocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (apart, which) = match self.here.duration_since(self.aws) {
            Ok(ahead) => (ahead, "fast"),
            Err(behind) => (behind.duration(), "slow"),
        };
        let (here, aws) = (rfc3339(self.here), rfc3339(self.aws));
        write!(f, "This machine's clock says {here}, AWS's says {aws}: this one is {} {which}", roughly(apart))
    }
}

/// `1 day 2 h`, `7 min`
fn roughly(duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (1, hours, _) => format!("1 day {hours} h"),
        (days, hours, _) => format!("{days} days {hours} h"),
    }
}

fn rfc3339(moment: SystemTime) -> String {
    let moment = OffsetDateTime::from(moment).replace_nanosecond(0);
    moment.ok().and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// 2026-11-22T10:11:12Z
    const HERE: Duration = Duration::from_secs(1_795_342_272);

    fn told(date: &'static str) -> Option<String> {
        let mut answer = HttpResponse::new(403.try_into().unwrap(), SdkBody::empty());
        answer.headers_mut().insert("date", date);
        Clocks::read(&answer, SystemTime::UNIX_EPOCH + HERE).map(|clocks| clocks.to_string())
    }

    #[test]
    fn a_date_that_is_none_tells_nothing() {
        assert_eq!(told("yesterday"), None);
        assert_eq!(
            Clocks::read(&HttpResponse::new(403.try_into().unwrap(), SdkBody::empty()), SystemTime::now()),
            None
        );
    }

    #[test]
    fn both_times_are_told_and_which_way_to_set_the_clock() {
        for (date, aws, apart) in [
            ("Mon, 23 Nov 2026 12:11:13 GMT", "2026-11-23T12:11:13Z", "1 day 2 h slow"),
            ("Sat, 14 Nov 2026 10:11:12 GMT", "2026-11-14T10:11:12Z", "8 days 0 h fast"),
            ("Sun, 22 Nov 2026 10:04:02 GMT", "2026-11-22T10:04:02Z", "7 min fast"),
            ("Sun, 22 Nov 2026 13:12:12 GMT", "2026-11-22T13:12:12Z", "3 h 1 min slow"),
        ] {
            let wanted =
                format!("This machine's clock says 2026-11-22T10:11:12Z, AWS's says {aws}: this one is {apart}");
            assert_eq!(told(date), Some(wanted));
        }
    }
}
