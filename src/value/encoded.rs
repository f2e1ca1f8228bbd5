use super::{AttributePath, Dynamic, Type, json, msgpack};

/// A value as bytes, in whichever of the two forms Terraform chose.
///
/// Both forms can be read only against a [`Type`]: the bytes alone do not tell a set from a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

    pub(super) fn under(mut self, change: impl FnOnce(AttributePath) -> AttributePath) -> Self {
        self.path = change(self.path);
        self
    }
}

fn at(path: &AttributePath) -> String {
    if path.is_root() { String::new() } else { format!("{path}: ") }
}
