use std::time::Duration;

use crate::value::{Dynamic, Value};

use super::schema::optional;
use super::{Attribute, Diagnostic};

crate::model! {
    /// The `timeouts` block: how long each operation may take.
    pub struct Timeouts {
        /// How long create may take, such as `10m` or `1h30m`.
        pub create: Value<String> = optional().check(check),
        /// How long read may take.
        pub read: Value<String> = optional().check(check),
        /// How long update may take.
        pub update: Value<String> = optional().check(check),
        /// How long delete may take.
        pub delete: Value<String> = optional().check(check),
    }
}

/// What Terraform asks a resource to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Make the object.
    Create,
    /// Look at the object.
    Read,
    /// Change the object in place.
    Update,
    /// Remove the object.
    Delete,
}

/// How long a resource's operations may take where the configuration says nothing.
#[derive(Clone, Copy, Debug)]
pub struct DefaultTimeouts {
    /// For create.
    pub create: Duration,
    /// For read, plan and import.
    pub read: Duration,
    /// For update.
    pub update: Duration,
    /// For delete.
    pub delete: Duration,
}

impl DefaultTimeouts {
    /// The same for every operation.
    pub const fn all(duration: Duration) -> Self {
        Self { create: duration, read: duration, update: duration, delete: duration }
    }

    /// What applies to `operation` on an object with this value of the `timeouts` block.
    pub(super) fn of(&self, operation: Operation, object: &Dynamic) -> Duration {
        let block = object.attribute("timeouts").filter(|block| !block.is_null());
        let given = block.and_then(|block| Timeouts::decode(block.clone()).ok()).unwrap_or_default();
        let (given, default) = match operation {
            Operation::Create => (given.create, self.create),
            Operation::Read => (given.read, self.read),
            Operation::Update => (given.update, self.update),
            Operation::Delete => (given.delete, self.delete),
        };
        given.known().and_then(|text| parse_duration(text)).unwrap_or(default)
    }
}

fn check(text: &str) -> Result<(), Diagnostic> {
    match parse_duration(text) {
        Some(_) => Ok(()),
        None => Err(Diagnostic::error(
            "Invalid timeout",
            format!("{text:?} is no duration. Write numbers with a unit (h, m, s, ms), such as \"10m\" or \"1h30m\"."),
        )),
    }
}

/// A duration as Go's `time.ParseDuration` reads it, which is what practitioners know from other providers.
///
/// `None` for anything else, for a negative duration, and for one that is too long to count.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let seconds = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        let amount = number.parse::<f64>().ok()? * seconds;
        total = total.checked_add(Duration::try_from_secs_f64(amount).ok()?)?;
        rest = after;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_refuses_is_refused() {
        for text in ["", "10", "m", "-1m", "1 m", "1d", "1m garbage", ".", "1..5m", "99999999999999999999h"] {
            assert_eq!(parse_duration(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_go_accepts_is_accepted() {
        for (text, seconds) in [("0", 0.0), ("90s", 90.0), ("1h30m", 5400.0), ("1.5m", 90.0), ("250ms", 0.25)] {
            assert_eq!(parse_duration(text), Some(Duration::from_secs_f64(seconds)), "{text:?}");
        }
    }

    #[test]
    fn the_block_goes_before_the_default() {
        let defaults = DefaultTimeouts::all(Duration::from_secs(60));
        let timeouts = Timeouts { create: Value::Known("5s".into()), ..Timeouts::default() };
        let object = Dynamic::object([("timeouts", timeouts.encode())]);
        assert_eq!(defaults.of(Operation::Create, &object), Duration::from_secs(5));
        assert_eq!(defaults.of(Operation::Delete, &object), Duration::from_secs(60));
        assert_eq!(defaults.of(Operation::Create, &Dynamic::Null), Duration::from_secs(60));
    }
}
