//! One line of the log.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use tracing::Level;
use tracing::field::{Field, Visit};

/// Core cuts a line beyond this many bytes in two and takes the pieces for plain text.
const LONGEST_LINE: usize = 64 << 10;

/// What remains of the message of a line that is too long. Escaped, each of its bytes can become six.
const LONGEST_CUT_MESSAGE: usize = 8 << 10;

/// What an event says, or a span around it: its fields by name, and its message.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    message: String,
    named: Map<String, Value>,
}

impl Fields {
    /// Adds the fields of `other`, which win. It has no message: spans have none.
    pub(super) fn extend(&mut self, other: &Self) {
        self.named.extend(other.named.clone());
    }

    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        match (field.name(), value.into()) {
            ("message", Value::String(message)) => self.message = message,
            ("message", message) => self.message = message.to_string(),
            // These are Core's, and it crashes when one of them is not a string.
            (name, _) if name.starts_with('@') => {}
            (name, value) => drop(self.named.insert(name.to_owned(), value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.set(field, value.to_string());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }
}

/// An event, ready to be written.
pub(super) struct Line<'a> {
    pub(super) level: Level,
    pub(super) module: &'a str,
    pub(super) timestamp: OffsetDateTime,
    pub(super) fields: Fields,
}

impl Line<'_> {
    /// The JSON and the end of the line. A line that would be too long is cut, and says so.
    pub(super) fn render(self) -> String {
        let (message, named) = (&self.fields.message, &self.fields.named);
        let line = self.json(message, named.clone());
        if line.len() <= LONGEST_LINE {
            return line;
        }
        let end = message.floor_char_boundary(LONGEST_CUT_MESSAGE);
        let cut = format!("{} (cut: the line had {} bytes)", &message[..end], line.len());
        self.json(&cut, Map::new())
    }

    fn json(&self, message: &str, mut named: Map<String, Value>) -> String {
        named.insert("@level".to_owned(), self.level.as_str().to_ascii_lowercase().into());
        named.insert("@message".to_owned(), message.into());
        named.insert("@module".to_owned(), self.module.into());
        named.insert("@timestamp".to_owned(), timestamp(self.timestamp).into());
        format!("{}\n", Value::Object(named))
    }
}

/// RFC 3339 in UTC with exactly six digits after the point: with any other number of them, Core takes the whole line for
/// plain text.
fn timestamp(at: OffsetDateTime) -> String {
    let (date, (hour, minute, second, microsecond)) = (at.date(), at.time().as_hms_micro());
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{microsecond:06}Z")
}
