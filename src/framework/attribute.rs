use std::collections::{BTreeMap, BTreeSet};

use crate::value::{AttributePath, Dynamic, Number, Type, Value};

use super::schema::{Nesting, Shape};
use super::{Diagnostic, Diagnostics};

/// A Rust type that can hold the value of a field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the value of a Terraform attribute",
    note = "use Value<T> with T = String, bool, i64, BTreeSet<_>, BTreeMap<String, _>, Vec<_>, or a struct made with model!"
)]
pub trait Attribute: Sized {
    /// Whether a part of the value may be unknown while the rest is known.
    ///
    /// A [`Value`] of a type that cannot say so is unknown as a whole as soon as any part is.
    const PARTLY_UNKNOWN: bool = false;

    /// Whether it can say that there is no value, or none yet. Only a [`Value`] can.
    const NULLABLE: bool = false;

    /// What the field looks like in the schema.
    fn shape() -> Shape;

    /// Reads the value, with the path of what is wrong with it.
    fn decode(value: Dynamic) -> Result<Self, Diagnostics>;

    /// The value as it crosses the wire.
    fn encode(self) -> Dynamic;
}

/// The diagnostic for a value that is not what the schema says.
pub(super) fn mismatch<T>(wanted: &str, found: &Dynamic) -> Result<T, Diagnostics> {
    Err(match found {
        Dynamic::Null => Diagnostic::error("Missing value", format!("This must be {wanted}, and is null.")),
        Dynamic::Unknown => Diagnostic::bug("Value not known yet", format!("This must be {wanted} by now.")),
        _ => Diagnostic::bug("Value of another type", format!("This must be {wanted}.")),
    }
    .into())
}

impl<T: Attribute> Attribute for Value<T> {
    const PARTLY_UNKNOWN: bool = true;
    const NULLABLE: bool = true;

    fn shape() -> Shape {
        T::shape()
    }

    fn decode(value: Dynamic) -> Result<Self, Diagnostics> {
        Ok(match value {
            Dynamic::Null => Self::Null,
            Dynamic::Unknown => Self::Unknown,
            value if !T::PARTLY_UNKNOWN && !value.is_wholly_known() => Self::Unknown,
            value => Self::Known(T::decode(value)?),
        })
    }

    fn encode(self) -> Dynamic {
        match self {
            Self::Known(value) => value.encode(),
            Self::Null => Dynamic::Null,
            Self::Unknown => Dynamic::Unknown,
        }
    }
}

impl Attribute for String {
    fn shape() -> Shape {
        Shape::Attribute(Type::String)
    }

    fn decode(value: Dynamic) -> Result<Self, Diagnostics> {
        match value {
            Dynamic::String(text) => Ok(text),
            other => mismatch("a string", &other),
        }
    }

    fn encode(self) -> Dynamic {
        Dynamic::String(self)
    }
}

impl Attribute for bool {
    fn shape() -> Shape {
        Shape::Attribute(Type::Bool)
    }

    fn decode(value: Dynamic) -> Result<Self, Diagnostics> {
        match value {
            Dynamic::Bool(value) => Ok(value),
            other => mismatch("true or false", &other),
        }
    }

    fn encode(self) -> Dynamic {
        Dynamic::Bool(self)
    }
}

impl Attribute for i64 {
    fn shape() -> Shape {
        Shape::Attribute(Type::Number)
    }

    fn decode(value: Dynamic) -> Result<Self, Diagnostics> {
        match value {
            Dynamic::Number(number) => number.to_i64().ok_or_else(|| {
                Diagnostic::error("Not a whole number", format!("This must be a whole number, and is {number}.")).into()
            }),
            other => mismatch("a whole number", &other),
        }
    }

    fn encode(self) -> Dynamic {
        Dynamic::Number(Number::from(self))
    }
}

impl<T: Attribute> Attribute for Vec<T> {
    const PARTLY_UNKNOWN: bool = T::PARTLY_UNKNOWN;

    fn shape() -> Shape {
        collection(Nesting::List, T::shape())
    }

    fn decode(value: Dynamic) -> Result<Self, Diagnostics> {
        match value {
            Dynamic::List(values) => {
                let decode = |(value, index)| {
                    T::decode(value).map_err(|wrong| wrong.under_path(&AttributePath::root().under_index(index)))
                };
                values.into_iter().zip(0..).map(decode).collect()
            }
            other => mismatch("a list", &other),
        }
    }

    fn encode(self) -> Dynamic {
        Dynamic::List(self.into_iter().map(T::encode).collect())
    }
}

impl<T: Attribute + Ord> Attribute for BTreeSet<T> {
    const PARTLY_UNKNOWN: bool = T::PARTLY_UNKNOWN;

    fn shape() -> Shape {
        collection(Nesting::Set, T::shape())
    }

    fn decode(value: Dynamic) -> Result<Self, Diagnostics> {
        match value {
            Dynamic::Set(values) => {
                let mut items = Self::new();
                for value in values {
                    // Null in a set stands for nothing, even where an element could hold it.
                    if T::NULLABLE && value.is_null() {
                        return mismatch("a value", &value);
                    }
                    items.insert(T::decode(value)?);
                }
                Ok(items)
            }
            other => mismatch("a set", &other),
        }
    }

    fn encode(self) -> Dynamic {
        Dynamic::set(self.into_iter().map(T::encode))
    }
}

impl<T: Attribute> Attribute for BTreeMap<String, T> {
    const PARTLY_UNKNOWN: bool = T::PARTLY_UNKNOWN;

    fn shape() -> Shape {
        collection(Nesting::Map, T::shape())
    }

    fn decode(value: Dynamic) -> Result<Self, Diagnostics> {
        match value {
            Dynamic::Map(values) => {
                let mut items = Self::new();
                for (key, value) in values {
                    let item = T::decode(value);
                    let item = item.map_err(|wrong| wrong.under_path(&AttributePath::root().under_key(&key)))?;
                    items.insert(key, item);
                }
                Ok(items)
            }
            other => mismatch("a map", &other),
        }
    }

    fn encode(self) -> Dynamic {
        Dynamic::Map(filled!(self.into_iter().map(|(key, value)| (key, value.encode()))))
    }
}

/// A collection of objects is a nested attribute, or a block; a collection of anything else is of a plain type.
fn collection(nesting: Nesting, element: Shape) -> Shape {
    match element {
        Shape::Nested(Nesting::Single, fields) => Shape::Nested(nesting, fields),
        plain => Shape::Attribute(nesting.of(plain.ty())),
    }
}
