//! Which IAM principals exist.

use std::collections::BTreeMap;

use crate::clock::Moment;

/// The principals that exist, each from a moment on; by default every well-formed one does.
#[derive(Debug, Default)]
pub(crate) struct Principals(Option<BTreeMap<String, Moment>>);

impl Principals {
    /// Replaces the list. A principal that was in the old one stays as visible as it was.
    pub(crate) fn set(&mut self, arns: Option<Vec<String>>, visible_at: Moment) {
        let known = self.0.take().unwrap_or_default();
        self.0 = arns.map(|arns| {
            arns.into_iter()
                .map(|arn| {
                    let since = known.get(&arn).copied().unwrap_or(visible_at);
                    (arn, since)
                })
                .collect()
        });
    }

    /// IAM shows a new principal to other services only after a while.
    pub(crate) fn exists(&self, arn: &str, now: Moment) -> bool {
        self.0.as_ref().is_none_or(|known| known.get(arn).is_some_and(|since| *since <= now))
    }
}
