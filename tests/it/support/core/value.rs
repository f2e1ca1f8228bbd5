//! Looking into values, and putting them on the wire.

use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::{Dynamic, Encoded, Step, Type, json};

use super::config::UNKNOWN;
use super::failure::Failure;

static NULL: Dynamic = Dynamic::Null;
static NOT_YET: Dynamic = Dynamic::Unknown;

/// An attribute of an object that may itself be absent or unknown, as its attributes then are.
pub(super) fn attribute<'a>(object: &'a Dynamic, name: &str) -> &'a Dynamic {
    match object {
        Dynamic::Null => &NULL,
        Dynamic::Unknown => &NOT_YET,
        _ => object.attribute(name).unwrap_or_else(|| panic!("the schema has {name}, so the object has")),
    }
}

/// What `steps` lead to; `None` if they lead nowhere.
pub(super) fn find<'a, 's>(value: &'a Dynamic, steps: impl IntoIterator<Item = &'s Step>) -> Option<&'a Dynamic> {
    steps.into_iter().try_fold(value, |value, step| match (value, step) {
        (Dynamic::Unknown, _) => Some(&NOT_YET),
        (Dynamic::Object(attributes), Step::Attribute(name)) => attributes.get(name),
        (Dynamic::Map(elements), Step::Key(key)) => elements.get(key),
        (Dynamic::List(elements) | Dynamic::Tuple(elements), Step::Index(index)) => {
            elements.get(usize::try_from(*index).ok()?)
        }
        _ => None,
    })
}

/// Whether values of this type can have something where `steps` lead.
pub(super) fn exists<'s>(ty: &Type, steps: impl IntoIterator<Item = &'s Step>) -> bool {
    let end = steps.into_iter().try_fold(ty, |ty, step| match (ty, step) {
        (Type::Object(attributes), Step::Attribute(name)) => attributes.get(&**name),
        (Type::Map(element), Step::Key(_)) | (Type::List(element), Step::Index(_)) => Some(&**element),
        (Type::Tuple(elements), Step::Index(index)) => elements.get(usize::try_from(*index).ok()?),
        (Type::Dynamic, _) => Some(&Type::Dynamic),
        _ => None,
    });
    end.is_some()
}

/// The value as JSON, to compare in tests. What is known only after apply is [`UNKNOWN`].
pub(crate) fn as_json(value: &Dynamic) -> Json {
    match value {
        Dynamic::Null => Json::Null,
        Dynamic::Unknown => UNKNOWN.into(),
        Dynamic::Bool(value) => (*value).into(),
        Dynamic::Number(number) => serde_json::from_str(&number.to_string()).unwrap(),
        Dynamic::String(text) => text.as_str().into(),
        Dynamic::List(values) | Dynamic::Set(values) | Dynamic::Tuple(values) => values.iter().map(as_json).collect(),
        Dynamic::Map(values) => values.iter().map(|(key, value)| (key.clone(), as_json(value))).collect(),
        Dynamic::Object(values) => {
            values.iter().map(|(name, value)| (name.clone().into_owned(), as_json(value))).collect()
        }
        Dynamic::Typed(typed) => as_json(&typed.1),
    }
}

/// The value without anything unknown, as Core saves it after a faulty apply.
pub(super) fn unknown_as_null(value: Dynamic) -> Dynamic {
    let each = |values: Vec<Dynamic>| values.into_iter().map(unknown_as_null).collect();
    match value {
        Dynamic::Unknown => Dynamic::Null,
        Dynamic::List(values) => Dynamic::List(each(values)),
        Dynamic::Tuple(values) => Dynamic::Tuple(each(values)),
        Dynamic::Set(values) => Dynamic::set(values.into_iter().map(unknown_as_null)),
        Dynamic::Map(values) => Dynamic::Map(values.into_iter().map(|(k, v)| (k, unknown_as_null(v))).collect()),
        Dynamic::Object(values) => Dynamic::Object(values.into_iter().map(|(k, v)| (k, unknown_as_null(v))).collect()),
        Dynamic::Typed(typed) => Dynamic::Typed(Box::new((typed.0, unknown_as_null(typed.1)))),
        known => known,
    }
}

pub(super) fn to_wire(value: &Dynamic, ty: &Type) -> Option<pb::DynamicValue> {
    let encoded = Encoded::of(value, ty).expect("Core writes only values of the schema's type");
    Some(pb::DynamicValue { msgpack: encoded.msgpack.into(), json: encoded.json.into() })
}

pub(super) fn from_wire(value: Option<pb::DynamicValue>, ty: &Type) -> Result<Dynamic, Failure> {
    let pb::DynamicValue { msgpack, json } = value.unwrap_or_default();
    Encoded { msgpack: msgpack.into(), json: json.into() }.decode(ty).map_err(Failure::unreadable)
}

/// Null is left out, as Core does with an identity that is not there.
pub(super) fn identity_to_wire(identity: &Dynamic, ty: Option<&Type>) -> Option<pb::ResourceIdentityData> {
    let ty = ty.filter(|_| !identity.is_null())?;
    Some(pb::ResourceIdentityData { identity_data: to_wire(identity, ty) })
}

pub(super) fn identity_from_wire(
    identity: Option<pb::ResourceIdentityData>,
    ty: Option<&Type>,
) -> Result<Dynamic, Failure> {
    match (identity.and_then(|identity| identity.identity_data), ty) {
        (None, _) => Ok(Dynamic::Null),
        (Some(_), None) => Err(Failure::rule("Provider produced an identity", "the type has no identity schema")),
        (data, Some(ty)) => from_wire(data, ty),
    }
}

/// The value as it lies in a state file.
pub(super) fn to_state_file(value: &Dynamic, ty: &Type) -> Vec<u8> {
    json::encode(value, ty).expect("state is wholly known and of the schema's type")
}

pub(super) fn from_state_file(bytes: &[u8], ty: &Type) -> Dynamic {
    json::decode(bytes, ty).expect("Core wrote it")
}
