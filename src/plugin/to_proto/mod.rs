//! What Terraform gets, from the framework's words into the wire's.

mod answers;
mod schema;

pub(super) use schema::identity_schema;

use super::generated::tfplugin6 as pb;
use crate::framework::{Diagnostic, Diagnostics, Severity};
use crate::value::{AttributePath, Encoded, Step};

impl From<Encoded> for pb::DynamicValue {
    fn from(value: Encoded) -> Self {
        Self { msgpack: value.msgpack.into(), json: value.json.into() }
    }
}

impl From<Diagnostic> for pb::Diagnostic {
    fn from(diagnostic: Diagnostic) -> Self {
        let severity = match diagnostic.severity {
            Severity::Error => pb::diagnostic::Severity::Error,
            Severity::Warning => pb::diagnostic::Severity::Warning,
        };
        Self {
            severity: severity.into(),
            summary: diagnostic.summary,
            detail: diagnostic.detail,
            attribute: (!diagnostic.path.is_root()).then(|| diagnostic.path.into()),
        }
    }
}

impl From<AttributePath> for pb::AttributePath {
    fn from(path: AttributePath) -> Self {
        use pb::attribute_path::step::Selector;
        let step = |step: &Step| {
            let selector = match step.clone() {
                Step::Attribute(name) => Selector::AttributeName(name),
                Step::Key(key) => Selector::ElementKeyString(key),
                Step::Index(index) => Selector::ElementKeyInt(index),
            };
            pb::attribute_path::Step { selector: Some(selector) }
        };
        Self { steps: path.steps().map(step).collect() }
    }
}

fn diagnostics(diagnostics: Diagnostics) -> Vec<pb::Diagnostic> {
    diagnostics.into_iter().map(pb::Diagnostic::from).collect()
}
