use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Name;

/// The type of a value: what the bytes of a [`super::Encoded`] are decoded against.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// Any type at all; the value brings it along.
    Dynamic,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `tuple([T…])`
    Tuple(Vec<Type>),
    /// `object({ name = T… })`
    Object(BTreeMap<Name, Type>),
}

/// Bytes that are not the JSON form of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the JSON form of a type: {0}")]
pub struct TypeError(String);

impl Type {
    /// `list(element)`
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// `object({ … })`
    pub fn object<N: Into<Name>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(filled!(attributes.into_iter().map(|(name, ty)| (name.into(), ty))))
    }

    /// The form in which Terraform writes types on the wire: `["set","string"]`.
    pub fn to_json(&self) -> Vec<u8> {
        self.as_json().to_string().into_bytes()
    }

    /// Reads the form that [`Type::to_json`] writes.
    pub fn from_json(bytes: &[u8]) -> Result<Self, TypeError> {
        let json = serde_json::from_slice(bytes).map_err(|error| TypeError(error.to_string()))?;
        Self::read(&json)
    }

    fn as_json(&self) -> Json {
        let collection = |kind: &str, of: Json| Json::Array(vec![kind.into(), of]);
        match self {
            Self::Bool => "bool".into(),
            Self::Number => "number".into(),
            Self::String => "string".into(),
            Self::Dynamic => "dynamic".into(),
            Self::List(element) => collection("list", element.as_json()),
            Self::Set(element) => collection("set", element.as_json()),
            Self::Map(element) => collection("map", element.as_json()),
            Self::Tuple(elements) => collection("tuple", elements.iter().map(Self::as_json).collect()),
            Self::Object(attributes) => {
                let attributes = attributes.iter().map(|(name, ty)| (name.clone().into_owned(), ty.as_json()));
                collection("object", Json::Object(filled!(attributes)))
            }
        }
    }

    fn read(json: &Json) -> Result<Self, TypeError> {
        let unreadable = || TypeError(json.to_string());
        match json {
            Json::String(name) => match name.as_str() {
                "bool" => Ok(Self::Bool),
                "number" => Ok(Self::Number),
                "string" => Ok(Self::String),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(unreadable()),
            },
            // An object type may carry a third element, the names of its optional attributes: of no use in a value.
            Json::Array(parts) => match (parts.first().and_then(Json::as_str), parts.get(1)) {
                (Some("list"), Some(element)) => Ok(Self::list(Self::read(element)?)),
                (Some("set"), Some(element)) => Ok(Self::set(Self::read(element)?)),
                (Some("map"), Some(element)) => Ok(Self::map(Self::read(element)?)),
                (Some("tuple"), Some(Json::Array(elements))) => {
                    Ok(Self::Tuple(elements.iter().map(Self::read).collect::<Result<_, _>>()?))
                }
                (Some("object"), Some(Json::Object(attributes))) => {
                    let mut types = BTreeMap::new();
                    for (name, ty) in attributes {
                        types.insert(name.clone().into(), Self::read(ty)?);
                    }
                    Ok(Self::Object(types))
                }
                _ => Err(unreadable()),
            },
            _ => Err(unreadable()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_type_is_refused() {
        for json in ["", "\"text\"", "[]", "[\"list\"]", "[\"tuple\",\"string\"]", "{}", "[\"map\",\"x\"]"] {
            assert!(Type::from_json(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn types_survive_the_way_through_json() {
        let ty = Type::object([
            ("a", Type::list(Type::set(Type::map(Type::Number)))),
            ("b", Type::Tuple(vec![Type::Bool, Type::Dynamic])),
            ("c", Type::object::<&str>([])),
        ]);
        assert_eq!(Type::from_json(&ty.to_json()), Ok(ty));
    }

    #[test]
    fn optional_attributes_of_an_object_type_are_tolerated() {
        let ty = Type::from_json(br#"["object",{"a":"string"},["a"]]"#);
        assert_eq!(ty, Ok(Type::object([("a", Type::String)])));
    }
}
