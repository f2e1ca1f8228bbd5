//! What Terraform passes around. Knows nothing of RPCs, schemas or AWS.
//!
//! | item | what it is |
//! |---|---|
//! | [`Value`] | a typed value that may be null, or known only after apply |
//! | [`Dynamic`] | a value of any type, as it crosses the wire |
//! | [`Attributes`] | the attributes of an object |
//! | [`Type`] | what a [`Dynamic`] is decoded against |
//! | [`Number`] | a decimal number, exact to the last digit |
//! | [`AttributePath`] | where in a value something is |
//! | [`Encoded`] | a value as bytes; [`msgpack`] and [`json`] read and write them |

mod attributes;
mod dynamic;
mod encoded;
pub mod json;
pub mod msgpack;
mod number;
mod path;
#[cfg(test)]
mod round_trip;
mod ty;

pub use attributes::{Attributes, Name};
pub use dynamic::Dynamic;
pub use encoded::{CodecError, Encoded};
pub use number::{Number, NumberError};
pub use path::{AttributePath, Step};
pub use ty::{Type, TypeError};

/// A value that may be null, or known only after apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value<T> {
    /// The value is there.
    Known(T),
    /// There is no value: the argument was left out, or given as `null`.
    #[default]
    Null,
    /// Terraform will know the value only after apply.
    Unknown,
}

impl<T> Value<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value itself, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Whether the value is known to be absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value will be known only after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The same, by reference.
    pub fn as_ref(&self) -> Value<&T> {
        match self {
            Self::Known(value) => Value::Known(value),
            Self::Null => Value::Null,
            Self::Unknown => Value::Unknown,
        }
    }

    /// Changes the value if it is known.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Value<U> {
        match self {
            Self::Known(value) => Value::Known(change(value)),
            Self::Null => Value::Null,
            Self::Unknown => Value::Unknown,
        }
    }
}

/// A known value, or null for `None`.
impl<T> From<Option<T>> for Value<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}
