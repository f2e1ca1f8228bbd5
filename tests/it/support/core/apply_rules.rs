//! What may become of a planned value: everything known in it stays as it is, and what is unknown may become anything.

use std::collections::BTreeMap;

use terraform_provider_eks::value::{Dynamic, Step, Type};

use super::failure::Findings;
use super::schema::{Attribute, Block, Nesting};
use super::value::{as_json, attribute};

pub(super) fn check(found: &mut Findings, block: &Block, planned: &Dynamic, actual: &Dynamic) {
    match (planned.is_null(), actual.is_null()) {
        (true, true) => {}
        (true, false) => found.add("was absent, but now present"),
        (false, true) => found.add("was present, but now absent"),
        (false, false) => {
            for (name, schema) in &block.attributes {
                let (planned, actual) = (attribute(planned, name), attribute(actual, name));
                found.within_attribute(name, |found| check_attribute(found, schema, planned, actual));
            }
            for (name, nested) in &block.blocks {
                let (planned, actual) = (attribute(planned, name), attribute(actual, name));
                found.within_attribute(name, |found| {
                    check_nested_block(found, nested.nesting, &nested.block, planned, actual);
                });
            }
        }
    }
}

fn check_attribute(found: &mut Findings, schema: &Attribute, planned: &Dynamic, actual: &Dynamic) {
    check_value(found, &schema.ty(), planned, actual);
}

fn check_nested_block(found: &mut Findings, nesting: Nesting, block: &Block, planned: &Dynamic, actual: &Dynamic) {
    let check_element =
        |found: &mut Findings, planned: &Dynamic, actual: &Dynamic| check(found, block, planned, actual);
    match (planned, actual) {
        (Dynamic::Unknown, _) => {}
        (_, Dynamic::Null) if nesting != Nesting::Single => found.add("null block value after apply"),
        (Dynamic::List(planned), Dynamic::List(actual)) => {
            if planned.len() == actual.len() {
                check_list(found, planned, actual, check_element);
            } else {
                found.add(format!("block count changed from {} to {}", planned.len(), actual.len()));
            }
        }
        (Dynamic::Map(planned), Dynamic::Map(actual)) => check_map(found, planned, actual, check_element),
        (Dynamic::Set(planned), Dynamic::Set(actual)) => check_set(found, planned, actual, check_element),
        _ => check(found, block, planned, actual),
    }
}

pub(super) fn check_value(found: &mut Findings, ty: &Type, planned: &Dynamic, actual: &Dynamic) {
    match (ty, planned, actual) {
        (_, Dynamic::Unknown, _) | (Type::Dynamic, Dynamic::Null, _) => {}
        (_, planned, actual) if planned == actual => {}
        (_, _, Dynamic::Null) => found.add(format!("was {}, but now null", as_json(planned))),
        (_, Dynamic::Null, _) => found.add(format!("was null, but now {}", as_json(actual))),
        (_, _, Dynamic::Unknown) => found.add("was known, but now unknown"),
        (Type::List(element), Dynamic::List(planned), Dynamic::List(actual)) => {
            if planned.len() != actual.len() {
                found.add(format!("length changed from {} to {}", planned.len(), actual.len()));
            }
            check_list(found, planned, actual, |found, planned, actual| check_value(found, element, planned, actual));
        }
        (Type::Tuple(elements), Dynamic::Tuple(planned), Dynamic::Tuple(actual)) => {
            for (((ty, planned), actual), index) in elements.iter().zip(planned).zip(actual).zip(0..) {
                found.within(Step::Index(index), |found| check_value(found, ty, planned, actual));
            }
        }
        (Type::Map(element), Dynamic::Map(planned), Dynamic::Map(actual)) => {
            check_map(found, planned, actual, |found, planned, actual| check_value(found, element, planned, actual));
        }
        (Type::Set(element), Dynamic::Set(planned), Dynamic::Set(actual)) => {
            check_set(found, planned, actual, |found, planned, actual| check_value(found, element, planned, actual));
        }
        (Type::Object(attributes), _, _) => {
            for (name, ty) in attributes {
                let (planned, actual) = (attribute(planned, name), attribute(actual, name));
                found.within_attribute(name, |found| check_value(found, ty, planned, actual));
            }
        }
        (Type::Dynamic, Dynamic::Typed(planned), Dynamic::Typed(actual)) if planned.0 == actual.0 => {
            check_value(found, &planned.0, &planned.1, &actual.1);
        }
        (Type::Dynamic, _, _) => found.add("wrong final value type"),
        _ => found.add(format!("was {}, but now {}", as_json(planned), as_json(actual))),
    }
}

fn check_list(
    found: &mut Findings,
    planned: &[Dynamic],
    actual: &[Dynamic],
    check: impl Fn(&mut Findings, &Dynamic, &Dynamic),
) {
    for ((planned, actual), index) in planned.iter().zip(actual).zip(0..) {
        found.within(Step::Index(index), |found| check(found, planned, actual));
    }
}

fn check_map(
    found: &mut Findings,
    planned: &BTreeMap<String, Dynamic>,
    actual: &BTreeMap<String, Dynamic>,
    check: impl Fn(&mut Findings, &Dynamic, &Dynamic),
) {
    for key in actual.keys().filter(|key| !planned.contains_key(*key)) {
        found.add(format!("new element {key:?} has appeared"));
    }
    for (key, planned) in planned {
        match actual.get(key) {
            None => found.add(format!("element {key:?} has vanished")),
            Some(actual) => found.within(Step::Key(key.clone()), |found| check(found, planned, actual)),
        }
    }
}

/// Elements have no names, so each must go with some element of the other side. A set may shrink when elements turn out
/// to be equal, but never grow.
fn check_set(
    found: &mut Findings,
    planned: &[Dynamic],
    actual: &[Dynamic],
    check: impl Fn(&mut Findings, &Dynamic, &Dynamic),
) {
    let goes_with = |planned: &Dynamic, actual: &Dynamic| {
        let mut found = Findings::default();
        check(&mut found, planned, actual);
        found.is_empty()
    };
    for planned in planned.iter().filter(|planned| !actual.iter().any(|actual| goes_with(planned, actual))) {
        found.add(format!("planned set element {} does not correlate with any element in actual", as_json(planned)));
    }
    for actual in actual.iter().filter(|actual| !planned.iter().any(|planned| goes_with(planned, actual))) {
        found.add(format!("actual set element {} does not correlate with any element in plan", as_json(actual)));
    }
    if planned.len() < actual.len() {
        found.add(format!("length changed from {} to {}", planned.len(), actual.len()));
    }
}
