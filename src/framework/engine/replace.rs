//! Finds what needs a new object.

use std::collections::BTreeSet;

use super::super::schema::{Field, Nesting, Replace};
use crate::value::{AttributePath, Dynamic};

/// The attributes whose change needs a new object, also inside other attributes and blocks.
///
/// What comes or goes as a whole changes in every part. Inside a set nothing is found, because no path leads there.
pub(super) fn changes(prior: &Dynamic, planned: &Dynamic, fields: &[Field]) -> Vec<AttributePath> {
    let mut found = Vec::new();
    object(prior, planned, fields, &AttributePath::root(), &mut found);
    found
}

fn object(prior: &Dynamic, planned: &Dynamic, fields: &[Field], at: &AttributePath, found: &mut Vec<AttributePath>) {
    for field in fields {
        let (prior, planned) = (part(prior, field.name), part(planned, field.name));
        if prior == planned {
            continue;
        }
        let at = at.clone().then_attribute(field.name);
        let replaces = match field.replace {
            Replace::Never => false,
            Replace::Always => true,
            Replace::If(condition) => condition(prior, planned),
        };
        match field.inner() {
            _ if replaces => found.push(at),
            Some((Nesting::Single, fields)) => object(prior, planned, fields, &at, found),
            Some((Nesting::List, fields)) => {
                let (prior, planned) = (elements(prior), elements(planned));
                for (index, at_index) in (0..prior.len().max(planned.len())).zip(0..) {
                    let element = |list: &'_ [Dynamic]| list.get(index).cloned().unwrap_or_default();
                    object(&element(prior), &element(planned), fields, &at.clone().then_index(at_index), found);
                }
            }
            Some((Nesting::Map, fields)) => {
                let all: BTreeSet<_> = filled!(keys(prior).chain(keys(planned)));
                for key in all {
                    object(entry(prior, key), entry(planned, key), fields, &at.clone().then_key(key), found);
                }
            }
            Some((Nesting::Set, _)) | None => {}
        }
    }
}

fn part<'a>(object: &'a Dynamic, name: &str) -> &'a Dynamic {
    match object {
        Dynamic::Unknown => object,
        object => object.attribute(name).unwrap_or(&Dynamic::Null),
    }
}

fn elements(list: &Dynamic) -> &[Dynamic] {
    match list {
        Dynamic::List(values) => values,
        _ => &[],
    }
}

fn keys(map: &Dynamic) -> impl Iterator<Item = &String> {
    let values = if let Dynamic::Map(values) = map { Some(values) } else { None };
    values.into_iter().flat_map(|values| values.keys())
}

fn entry<'a>(map: &'a Dynamic, key: &str) -> &'a Dynamic {
    match map {
        Dynamic::Map(values) => values.get(key).unwrap_or(&Dynamic::Null),
        _ => &Dynamic::Null,
    }
}
