use crate::value::Dynamic;

use super::super::schema::{Field, Nesting};

/// Makes of what a model encodes what Terraform expects of an object: a block that occurs never is an empty collection,
/// not null, and in a state nothing is unknown.
pub(super) fn state(object: Dynamic, fields: &[Field]) -> Dynamic {
    let Dynamic::Object(mut attributes) = object else { return object };
    for field in fields {
        let value = attributes.remove(field.name).unwrap_or_default();
        attributes.insert(field.name.to_owned(), field_state(value, field));
    }
    Dynamic::Object(attributes)
}

fn field_state(value: Dynamic, field: &Field) -> Dynamic {
    let value = known(value);
    match (field.inner(), value) {
        (Some((Nesting::List, _)), Dynamic::Null) if field.is_block() => Dynamic::List(Vec::new()),
        (Some((Nesting::Set, _)), Dynamic::Null) if field.is_block() => Dynamic::set([]),
        (Some((Nesting::Map, _)), Dynamic::Null) if field.is_block() => Dynamic::Map([].into()),
        (Some((_, inner)), Dynamic::List(values)) => {
            Dynamic::List(values.into_iter().map(|value| state(value, inner)).collect())
        }
        (Some((_, inner)), Dynamic::Set(values)) => Dynamic::set(values.into_iter().map(|value| state(value, inner))),
        (Some((_, inner)), Dynamic::Map(values)) => {
            Dynamic::Map(values.into_iter().map(|(key, value)| (key, state(value, inner))).collect())
        }
        (Some((_, inner)), value) => state(value, inner),
        (None, value) => value,
    }
}

/// The same with null for whatever is unknown: after a failure, that is what is known of it.
fn known(value: Dynamic) -> Dynamic {
    if value.is_unknown() { Dynamic::Null } else { value }
}
