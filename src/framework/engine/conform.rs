//! Makes of what a model encodes what Terraform expects of an object.

use crate::value::Dynamic;

use super::super::schema::{Field, Nesting, Shape};

/// A block that occurs never is an empty collection, not null.
pub(super) fn blocks(object: Dynamic, fields: &[Field]) -> Dynamic {
    let Dynamic::Object(mut attributes) = object else { return object };
    for field in fields {
        let value = attributes.remove(field.name).unwrap_or_default();
        attributes.insert(field.name.to_owned(), inside(value, field));
    }
    Dynamic::Object(attributes)
}

/// The same for a state, in which nothing may be unknown: what is not known is null there.
pub(super) fn state(object: Dynamic, fields: &[Field]) -> Dynamic {
    blocks(known(object), fields)
}

fn inside(value: Dynamic, field: &Field) -> Dynamic {
    match (&field.shape, value) {
        (Shape::Block(Nesting::List, _), Dynamic::Null) => Dynamic::List(Vec::new()),
        (Shape::Block(Nesting::Set, _), Dynamic::Null) => Dynamic::set([]),
        (Shape::Block(Nesting::Map, _), Dynamic::Null) => Dynamic::Map([].into()),
        (_, value) => field.change_inside(value, &blocks),
    }
}

fn known(value: Dynamic) -> Dynamic {
    match value {
        Dynamic::Unknown => Dynamic::Null,
        Dynamic::List(values) => Dynamic::List(values.into_iter().map(known).collect()),
        Dynamic::Set(values) => Dynamic::set(values.into_iter().map(known)),
        Dynamic::Tuple(values) => Dynamic::Tuple(values.into_iter().map(known).collect()),
        Dynamic::Map(values) => Dynamic::Map(values.into_iter().map(|(key, value)| (key, known(value))).collect()),
        Dynamic::Object(values) => {
            Dynamic::Object(values.into_iter().map(|(name, value)| (name, known(value))).collect())
        }
        Dynamic::Typed(typed) => Dynamic::Typed(Box::new((typed.0, known(typed.1)))),
        value @ (Dynamic::Null | Dynamic::Bool(_) | Dynamic::Number(_) | Dynamic::String(_)) => value,
    }
}
