use std::collections::BTreeMap;
use std::{fmt, iter};

use super::{AttributePath, Attributes, Dynamic, Name, Type, json, msgpack};

/// A value as bytes, in whichever of the two forms Terraform chose.
///
/// Both forms can be read only against a [`Type`]: the bytes alone do not tell a set from a list.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Encoded {
    /// The MessagePack form; empty when absent. What we write.
    pub msgpack: Vec<u8>,
    /// The JSON form; empty when absent.
    pub json: Vec<u8>,
}

/// Bytes that are not a value of the type they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", at(path))]
pub struct CodecError {
    /// Where in the value.
    pub path: AttributePath,
    /// What is wrong there.
    pub problem: String,
}

impl Encoded {
    /// The value, ready for the wire.
    pub fn of(value: &Dynamic, ty: &Type) -> Result<Self, CodecError> {
        Ok(Self { msgpack: msgpack::encode(value, ty)?, json: Vec::new() })
    }

    /// Reads the value; nothing at all reads as null, which is what OpenTofu sends for a null argument of a function.
    pub fn decode(&self, ty: &Type) -> Result<Dynamic, CodecError> {
        if !self.msgpack.is_empty() {
            msgpack::decode(&self.msgpack, ty)
        } else if !self.json.is_empty() {
            json::decode(&self.json, ty)
        } else {
            Ok(Dynamic::Null)
        }
    }
}

impl CodecError {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self { path: AttributePath::root(), problem: problem.into() }
    }

    /// A value found where one of another type should be.
    pub(super) fn mismatch(ty: &Type, found: &str) -> Self {
        let expected = match ty {
            Type::Bool => "true or false",
            Type::Number => "a number",
            Type::String => "a string",
            Type::Dynamic => "a value with its type",
            Type::List(_) => "a list",
            Type::Set(_) => "a set",
            Type::Map(_) => "a map",
            Type::Tuple(_) => "a tuple",
            Type::Object(_) => "an object",
        };
        Self::new(format!("expected {expected}, found {found}"))
    }

    /// A value that does not fit the type it should be written as.
    pub(super) fn misfit(ty: &Type, value: &Dynamic) -> Self {
        let found = match value {
            Dynamic::Null => "null",
            Dynamic::Unknown => "a value known only after apply",
            Dynamic::Bool(_) => "true or false",
            Dynamic::Number(_) => "a number",
            Dynamic::String(_) => "a string",
            Dynamic::List(_) => "a list",
            Dynamic::Set(_) => "a set",
            Dynamic::Tuple(_) => "a tuple",
            Dynamic::Map(_) => "a map",
            Dynamic::Object(_) => "an object",
            Dynamic::Typed(_) => "a value with its type",
        };
        Self::mismatch(ty, found)
    }

    /// A tuple of another length than its type.
    pub(super) fn tuple_length(expected: usize, found: usize) -> Self {
        Self::new(format!("expected a tuple of {expected}, found {found}"))
    }

    pub(super) fn missing(attribute: &str) -> Self {
        Self::new("the attribute is missing").under(|path| path.under_attribute(attribute))
    }

    pub(super) fn unexpected(attribute: &str) -> Self {
        Self::new("the type has no such attribute").under(|path| path.under_attribute(attribute))
    }

    /// The same problem inside an element of a set, which no path can name.
    pub(super) fn in_set(self) -> Self {
        Self::new(format!("in an element of the set: {self}"))
    }

    pub(super) fn under(mut self, change: impl FnOnce(AttributePath) -> AttributePath) -> Self {
        self.path = change(self.path);
        self
    }
}

impl fmt::Debug for Encoded {
    /// Shows how long the value is and nothing of it: without its type, nobody can tell what in it is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoded")
            .field("msgpack_bytes", &self.msgpack.len())
            .field("json_bytes", &self.json.len())
            .finish()
    }
}

/// How many values may lie within one another; deeper ones could exhaust the stack. A type that anybody would write
/// stays far below.
pub(super) const MAX_DEPTH: usize = 64;

/// Refuses a value that lies deeper than [`MAX_DEPTH`].
pub(super) fn check_depth(depth: usize) -> Result<(), CodecError> {
    if depth <= MAX_DEPTH {
        Ok(())
    } else {
        Err(CodecError::new(format!("more than {MAX_DEPTH} values lie within one another")))
    }
}

/// The attributes of an object, each with its type, or what is wrong with them: one too few, or one too many.
pub(super) fn beside<'a>(
    values: &'a Attributes,
    attributes: &'a BTreeMap<Name, Type>,
) -> impl Iterator<Item = Result<(&'a Name, &'a Dynamic, &'a Type), CodecError>> {
    // Both are in the order of their names.
    let (mut values, mut expected) = (values.iter().peekable(), attributes.iter());
    iter::from_fn(move || {
        let Some((name, ty)) = expected.next() else {
            return values.next().map(|(name, _)| Err(CodecError::unexpected(name)));
        };
        if let Some((_, value)) = values.next_if(|(other, _)| *other == name) {
            return Some(Ok((name, value, ty)));
        }
        let unexpected = values.peek().filter(|(other, _)| !attributes.contains_key(*other));
        Some(Err(unexpected.map_or_else(|| CodecError::missing(name), |(other, _)| CodecError::unexpected(other))))
    })
}

fn at(path: &AttributePath) -> String {
    if path.is_root() { String::new() } else { format!("{path}: ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_shown() {
        let value = Dynamic::from("s3cret");
        let [msgpack, json] = [msgpack::encode, json::encode].map(|encode| encode(&value, &Type::String).unwrap());
        let shown = format!("{:?}", Encoded { msgpack, json });
        assert_eq!(shown, "Encoded { msgpack_bytes: 7, json_bytes: 8 }");
    }
}
