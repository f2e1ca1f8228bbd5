use std::collections::BTreeMap;

use super::{AttributePath, Attributes, Name, Number, Type};

/// A value of any type, as it crosses the wire.
///
/// Strings are in Unicode normal form C, which is what Terraform compares. Sets are sorted and hold no known value
/// twice, so that two sets are equal exactly when Terraform says so; build them with [`Dynamic::set`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dynamic {
    /// No value, of whatever type.
    #[default]
    Null,
    /// Known only after apply.
    Unknown,
    /// `true` or `false`.
    Bool(bool),
    /// A decimal number.
    Number(Number),
    /// Text.
    String(String),
    /// Values of one type, in order.
    List(Vec<Dynamic>),
    /// Values of one type, in no order.
    Set(Vec<Dynamic>),
    /// A fixed number of values, each of its own type.
    Tuple(Vec<Dynamic>),
    /// Values of one type by key.
    Map(BTreeMap<String, Dynamic>),
    /// Exactly the attributes that the type names.
    Object(Attributes),
    /// A value that brings its type along, where the schema says `dynamic`.
    Typed(Box<(Type, Dynamic)>),
}

impl Dynamic {
    /// A set of these values.
    pub fn set(values: impl IntoIterator<Item = Dynamic>) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_unstable();
        // Two unknown values may turn out to be different ones, so only known ones are merged.
        values.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::Set(values)
    }

    /// An object with these attributes.
    pub fn object<N: Into<Name>>(attributes: impl IntoIterator<Item = (N, Dynamic)>) -> Self {
        Self::Object(attributes.into_iter().collect())
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value as a whole will be known only after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether nothing in the value, at any depth, will be known only after apply.
    pub fn is_wholly_known(&self) -> bool {
        self.first_unknown().is_none()
    }

    /// The path of the first value inside that will be known only after apply.
    ///
    /// A path ends at a set, because there is no way to name one of its elements.
    pub fn first_unknown(&self) -> Option<AttributePath> {
        match self {
            Self::Unknown => Some(AttributePath::root()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => None,
            Self::Set(values) => values.iter().any(|v| !v.is_wholly_known()).then(AttributePath::root),
            Self::List(values) | Self::Tuple(values) => {
                values.iter().zip(0..).find_map(|(v, i)| v.first_unknown().map(|path| path.under_index(i)))
            }
            Self::Map(values) => values.iter().find_map(|(k, v)| v.first_unknown().map(|path| path.under_key(k))),
            Self::Object(values) => {
                values.iter().find_map(|(k, v)| v.first_unknown().map(|path| path.under_attribute(k.clone())))
            }
            Self::Typed(typed) => typed.1.first_unknown(),
        }
    }

    /// An object's attribute; `None` when this is no object or has no such attribute.
    pub fn attribute(&self, name: &str) -> Option<&Dynamic> {
        match self {
            Self::Object(attributes) => attributes.get(name),
            _ => None,
        }
    }

    /// The text, if this is a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Dynamic {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<bool> for Dynamic {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_equal_whatever_the_order() {
        assert_eq!(Dynamic::set(["b".into(), "a".into(), "b".into()]), Dynamic::set(["a".into(), "b".into()]));
    }

    #[test]
    fn sets_keep_every_unknown_element() {
        let Dynamic::Set(values) = Dynamic::set([Dynamic::Unknown, Dynamic::Unknown]) else { panic!("not a set") };
        assert_eq!(values.len(), 2);
    }

    #[test]
    fn the_first_unknown_is_named_by_its_path() {
        let value = Dynamic::object([
            ("a", "known".into()),
            ("b", Dynamic::List(vec!["x".into(), Dynamic::object([("c", Dynamic::Unknown)])])),
        ]);
        assert_eq!(value.first_unknown().map(|p| p.to_string()), Some("b[1].c".to_owned()));
    }

    #[test]
    fn a_path_ends_at_a_set() {
        let value = Dynamic::object([("s", Dynamic::set([Dynamic::Unknown]))]);
        assert_eq!(value.first_unknown().map(|p| p.to_string()), Some("s".to_owned()));
    }
}
