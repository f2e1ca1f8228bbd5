//! Makes of what a model encodes what Terraform expects of an object.

use crate::value::Dynamic;

use super::super::schema::{Field, Nesting, Shape};

/// A block that occurs never is an empty collection, not null.
pub(super) fn blocks(mut object: Dynamic, fields: &[Field]) -> Dynamic {
    conform(&mut object, fields);
    object
}

/// The same for a state, in which nothing may be unknown: what is not known is null there.
pub(super) fn state(mut object: Dynamic, fields: &[Field]) -> Dynamic {
    forget_unknowns(&mut object);
    conform(&mut object, fields);
    object
}

fn conform(object: &mut Dynamic, fields: &[Field]) {
    let Dynamic::Object(attributes) = object else { return };
    for field in fields {
        let value = attributes.get_or_insert(field.name);
        match (&field.shape, &*value) {
            (Shape::Block(Nesting::List, _), Dynamic::Null) => *value = Dynamic::List(Vec::new()),
            (Shape::Block(Nesting::Set, _), Dynamic::Null) => *value = Dynamic::set([]),
            (Shape::Block(Nesting::Map, _), Dynamic::Null) => *value = Dynamic::Map([].into()),
            _ => field.change_inside(value, &conform),
        }
    }
}

fn forget_unknowns(value: &mut Dynamic) {
    match value {
        Dynamic::Unknown => *value = Dynamic::Null,
        Dynamic::List(values) | Dynamic::Tuple(values) => values.iter_mut().for_each(forget_unknowns),
        Dynamic::Set(values) if values.iter().all(Dynamic::is_wholly_known) => {}
        Dynamic::Set(values) => {
            values.iter_mut().for_each(forget_unknowns);
            *value = Dynamic::set(std::mem::take(values));
        }
        Dynamic::Map(values) => values.values_mut().for_each(forget_unknowns),
        Dynamic::Object(values) => values.values_mut().for_each(forget_unknowns),
        Dynamic::Typed(typed) => forget_unknowns(&mut typed.1),
        Dynamic::Null | Dynamic::Bool(_) | Dynamic::Number(_) | Dynamic::String(_) => {}
    }
}
