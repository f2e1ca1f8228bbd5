//! What Terraform demands of a plan, of the result of an apply, and of what is opened.
//!
//! Terraform checks the same and would blame the provider in words that help nobody; here a violation is reported with
//! its path, before Terraform sees it. Source: Terraform's "resource instance change lifecycle" document.

use super::super::schema::{Field, Nesting};
use super::super::{Diagnostic, Diagnostics};
use crate::value::{AttributePath, Dynamic};

/// Each attribute must be planned as configured, or as it was, unless it is the provider's to decide.
pub(super) fn check_plan(
    planned: &Dynamic,
    prior: &Dynamic,
    config: &Dynamic,
    fields: &[Field],
) -> Result<(), Diagnostics> {
    let mut wrong = Vec::new();
    object(planned, prior, config, fields, &AttributePath::root(), &mut wrong);
    let report = |at: AttributePath| {
        let detail = format!("The plan for {at} is neither what the configuration says nor what is there now.");
        Diagnostic::bug("Invalid plan", detail).at(at)
    };
    wrong.into_iter().map(report).collect::<Diagnostics>().into_result()
}

/// Everything is known, and as configured unless it is the provider's to decide.
pub(super) fn check_opened(result: &Dynamic, config: &Dynamic, fields: &[Field]) -> Result<(), Diagnostics> {
    let mut diagnostics = Diagnostics::none();
    if let Some(at) = result.first_unknown() {
        let detail = format!("Although it is open, {at} is not known.");
        diagnostics.push(Diagnostic::bug("Unfinished result", detail).at(at));
    }
    let mut wrong = Vec::new();
    object(result, &Dynamic::Null, config, fields, &AttributePath::root(), &mut wrong);
    diagnostics.extend(wrong.into_iter().map(|at| {
        let detail = format!("The result for {at} is not what the configuration says.");
        Diagnostic::bug("Result differs from configuration", detail).at(at)
    }));
    diagnostics.into_result()
}

/// Everything is known, and everything that the plan knew is as planned.
pub(super) fn check_result(planned: &Dynamic, result: &Dynamic) -> Result<(), Diagnostics> {
    let mut diagnostics = Diagnostics::none();
    if let Some(at) = result.first_unknown() {
        let detail = format!("After apply, {at} is still not known.");
        diagnostics.push(Diagnostic::bug("Unfinished result", detail).at(at));
    }
    let mut wrong = Vec::new();
    differences(planned, result, &AttributePath::root(), &mut wrong);
    diagnostics.extend(wrong.into_iter().map(|at| {
        let detail = format!("After apply, {at} is not what was planned.");
        Diagnostic::bug("Result differs from plan", detail).at(at)
    }));
    diagnostics.into_result()
}

fn object(
    planned: &Dynamic,
    prior: &Dynamic,
    config: &Dynamic,
    fields: &[Field],
    at: &AttributePath,
    wrong: &mut Vec<AttributePath>,
) {
    for field in fields {
        let [planned, prior, config] =
            [planned, prior, config].map(|object| object.attribute(field.name).unwrap_or(&Dynamic::Null));
        let as_it_was = planned == prior && !prior.is_null() && !config.is_null();
        if planned == config || as_it_was || (field.is_computed() && config.is_null()) {
            continue;
        }
        inside(planned, prior, config, field, at.clone().then_attribute(field.name), wrong);
    }
}

/// Looks into what is not right as a whole.
fn inside(
    planned: &Dynamic,
    prior: &Dynamic,
    config: &Dynamic,
    field: &Field,
    at: AttributePath,
    wrong: &mut Vec<AttributePath>,
) {
    let Some((nesting, fields)) = field.inner() else {
        wrong.push(at);
        return;
    };
    match (nesting, planned, config) {
        (Nesting::Single, Dynamic::Object(_), Dynamic::Object(_)) => object(planned, prior, config, fields, &at, wrong),
        (Nesting::List, Dynamic::List(planned), Dynamic::List(config)) if planned.len() == config.len() => {
            let prior = |i| match prior {
                Dynamic::List(prior) => prior.get(i).unwrap_or(&Dynamic::Null),
                _ => &Dynamic::Null,
            };
            for (i, (planned, config)) in planned.iter().zip(config).enumerate() {
                let at = at.clone().then_index(i64::try_from(i).unwrap_or(i64::MAX));
                object(planned, prior(i), config, fields, &at, wrong);
            }
        }
        (Nesting::Map, Dynamic::Map(planned), Dynamic::Map(config)) if planned.keys().eq(config.keys()) => {
            for (key, planned) in planned {
                let prior = match prior {
                    Dynamic::Map(prior) => prior.get(key).unwrap_or(&Dynamic::Null),
                    _ => &Dynamic::Null,
                };
                object(planned, prior, &config[key], fields, &at.clone().then_key(key), wrong);
            }
        }
        // Terraform trusts the provider with what is inside a set.
        (Nesting::Set, Dynamic::Set(planned), Dynamic::Set(config)) if planned.len() == config.len() => {}
        _ => wrong.push(at),
    }
}

fn differences(planned: &Dynamic, result: &Dynamic, at: &AttributePath, wrong: &mut Vec<AttributePath>) {
    match (planned, result) {
        (Dynamic::Unknown, _) => {}
        (Dynamic::Object(planned), Dynamic::Object(result)) => {
            for (name, planned) in planned.iter() {
                let result = result.get(name).unwrap_or(&Dynamic::Null);
                differences(planned, result, &at.clone().then_attribute(name.clone()), wrong);
            }
        }
        (Dynamic::Map(planned), Dynamic::Map(result)) if planned.keys().eq(result.keys()) => {
            for (key, planned) in planned {
                differences(planned, &result[key], &at.clone().then_key(key), wrong);
            }
        }
        (Dynamic::List(planned), Dynamic::List(result)) if planned.len() == result.len() => {
            for ((planned, result), index) in planned.iter().zip(result).zip(0..) {
                differences(planned, result, &at.clone().then_index(index), wrong);
            }
        }
        // Elements with unknown parts may turn out equal, so a set may shrink; it never grows.
        (Dynamic::Set(elements), Dynamic::Set(result)) if !planned.is_wholly_known() => {
            if result.len() > elements.len() {
                wrong.push(at.clone());
            }
        }
        _ if planned == result => {}
        _ => wrong.push(at.clone()),
    }
}
