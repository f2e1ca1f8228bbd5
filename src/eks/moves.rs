//! What moves from other providers have in common.

use std::collections::BTreeMap;

use crate::aws::Arn;
use crate::framework::{Diagnostic, Diagnostics, Model, RawState, Timeouts};
use crate::value::Value;

/// The state of another provider's object as `M`, which has to know every attribute that has a value there.
///
/// What would be lost on the way is an error: a state that was moved cannot be moved back.
pub(super) fn read<M: Model>(state: &RawState) -> Result<M, Diagnostics> {
    let model = state.decode::<M>()?;
    let attributes: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&state.json).unwrap_or_default();
    let known: Vec<_> = M::fields().iter().map(|field| field.name).collect();
    let lost = attributes.iter().find(|(name, value)| !known.contains(&name.as_str()) && !is_nothing(value));
    match lost {
        None => Ok(model),
        Some((name, _)) => {
            let detail = format!(
                "The object has a value for {name}, which this provider has nowhere to put. Rather than lose it, nothing is \
                 moved: import the object instead, and take it out of the other provider with a removed block."
            );
            Err(Diagnostic::error("Cannot move the whole object", detail).into())
        }
    }
}

/// A `timeouts` block; here, one without any timeout is none.
pub(super) fn timeouts(written: Value<Timeouts>) -> Value<Timeouts> {
    written.into_known().filter(|timeouts| *timeouts != Timeouts::default()).into()
}

/// The region that an ARN of EKS names, for states that hold none.
pub(super) fn region_of(arn: &Value<String>) -> Value<String> {
    let region = arn.known().and_then(|arn| Arn::parse(arn).ok()).map(|arn| arn.region);
    region.filter(|region| !region.is_empty()).map(str::to_owned).into()
}

fn is_nothing(value: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match value {
        Json::Null => true,
        Json::Array(values) => values.is_empty(),
        Json::Object(values) => values.values().all(is_nothing),
        Json::String(text) => text.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}
