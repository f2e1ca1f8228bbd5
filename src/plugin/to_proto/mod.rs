//! What Terraform gets, from the framework's words into the wire's.

use super::generated::tfplugin6 as pb;
use crate::framework::engine::{apply, configure, data_source, identity, import, plan, read, upgrade, validate};
use crate::framework::schema::{Field, Nesting, Presence, Schema, Shape};
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

pub(super) fn diagnostics(diagnostics: Diagnostics) -> Vec<pb::Diagnostic> {
    diagnostics.into_iter().map(pb::Diagnostic::from).collect()
}

fn identity_data(identity: Option<Encoded>) -> Option<pb::ResourceIdentityData> {
    identity.map(|identity| pb::ResourceIdentityData { identity_data: Some(identity.into()) })
}

impl From<&Schema> for pb::Schema {
    fn from(schema: &Schema) -> Self {
        let version = i64::try_from(schema.version).unwrap_or(i64::MAX);
        let block = pb::schema::Block {
            version,
            description: schema.description.to_owned(),
            description_kind: pb::StringKind::Markdown.into(),
            ..block(&schema.fields)
        };
        Self { version, block: Some(block) }
    }
}

fn block(fields: &[Field]) -> pb::schema::Block {
    let (blocks, attributes): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.is_block());
    pb::schema::Block {
        attributes: attributes.into_iter().map(attribute).collect(),
        block_types: blocks.into_iter().filter_map(nested_block).collect(),
        ..pb::schema::Block::default()
    }
}

fn attribute(field: &Field) -> pb::schema::Attribute {
    use pb::schema::object::NestingMode;
    let (ty, nested_type) = match &field.shape {
        Shape::Attribute(ty) => (ty.to_json(), None),
        Shape::Nested(nesting, fields) | Shape::Block(nesting, fields) => {
            let nesting = match nesting {
                Nesting::Single => NestingMode::Single,
                Nesting::List => NestingMode::List,
                Nesting::Set => NestingMode::Set,
                Nesting::Map => NestingMode::Map,
            };
            let attributes = fields.iter().map(attribute).collect();
            (Vec::new(), Some(pb::schema::Object { attributes, nesting: nesting.into(), ..Default::default() }))
        }
    };
    pb::schema::Attribute {
        name: field.name.to_owned(),
        r#type: ty.into(),
        nested_type,
        description: field.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
        required: field.presence == Presence::Required,
        optional: matches!(field.presence, Presence::Optional | Presence::OptionalComputed),
        computed: field.is_computed(),
        sensitive: field.sensitive,
        deprecated: field.deprecated.is_some(),
        deprecation_message: field.deprecated.unwrap_or_default().to_owned(),
        write_only: false,
    }
}

fn nested_block(field: &Field) -> Option<pb::schema::NestedBlock> {
    use pb::schema::nested_block::NestingMode;
    let (nesting, fields) = field.inner()?;
    let required = i64::from(field.presence == Presence::Required);
    // A single block occurs at least and at most as often: zero means that it may be left out.
    let (nesting, max_items) = match nesting {
        Nesting::Single => (NestingMode::Single, required),
        Nesting::List => (NestingMode::List, 0),
        Nesting::Set => (NestingMode::Set, 0),
        Nesting::Map => (NestingMode::Map, 0),
    };
    let block = pb::schema::Block {
        description: field.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
        deprecated: field.deprecated.is_some(),
        deprecation_message: field.deprecated.unwrap_or_default().to_owned(),
        ..block(fields)
    };
    Some(pb::schema::NestedBlock {
        type_name: field.name.to_owned(),
        block: Some(block),
        nesting: nesting.into(),
        min_items: required,
        max_items,
    })
}

/// The identity of a resource: its required fields are those that an import must give.
pub(super) fn identity_schema(fields: &[Field]) -> pb::ResourceIdentitySchema {
    let attribute = |field: &Field| pb::resource_identity_schema::IdentityAttribute {
        name: field.name.to_owned(),
        r#type: field.ty().to_json().into(),
        required_for_import: field.presence == Presence::Required,
        optional_for_import: field.presence != Presence::Required,
        description: field.description.clone(),
    };
    pb::ResourceIdentitySchema {
        version: identity::VERSION,
        identity_attributes: fields.iter().map(attribute).collect(),
    }
}

impl From<configure::Configured> for pb::configure_provider::Response {
    fn from(answer: configure::Configured) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<validate::Validated> for pb::validate_provider_config::Response {
    fn from(answer: validate::Validated) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<validate::Validated> for pb::validate_resource_config::Response {
    fn from(answer: validate::Validated) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<validate::Validated> for pb::validate_data_resource_config::Response {
    fn from(answer: validate::Validated) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<upgrade::Upgraded> for pb::upgrade_resource_state::Response {
    fn from(answer: upgrade::Upgraded) -> Self {
        Self { upgraded_state: Some(answer.state.into()), diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<identity::UpgradedIdentity> for pb::upgrade_resource_identity::Response {
    fn from(answer: identity::UpgradedIdentity) -> Self {
        Self { upgraded_identity: identity_data(answer.identity), diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<read::ReadAnswer> for pb::read_resource::Response {
    fn from(answer: read::ReadAnswer) -> Self {
        Self {
            new_state: Some(answer.state.into()),
            diagnostics: diagnostics(answer.diagnostics),
            private: answer.private.into(),
            deferred: None,
            new_identity: identity_data(answer.identity),
        }
    }
}

impl From<plan::Planned> for pb::plan_resource_change::Response {
    fn from(answer: plan::Planned) -> Self {
        Self {
            planned_state: Some(answer.state.into()),
            requires_replace: answer.requires_replace.into_iter().map(pb::AttributePath::from).collect(),
            planned_private: answer.private.into(),
            diagnostics: diagnostics(answer.diagnostics),
            legacy_type_system: false,
            deferred: None,
            planned_identity: identity_data(answer.identity),
        }
    }
}

impl From<apply::Applied> for pb::apply_resource_change::Response {
    fn from(answer: apply::Applied) -> Self {
        Self {
            new_state: Some(answer.state.into()),
            private: answer.private.into(),
            diagnostics: diagnostics(answer.diagnostics),
            legacy_type_system: false,
            new_identity: identity_data(answer.identity),
        }
    }
}

impl From<import::Imported> for pb::import_resource_state::Response {
    fn from(answer: import::Imported) -> Self {
        let imported = pb::import_resource_state::ImportedResource {
            type_name: answer.type_name,
            state: Some(answer.state.into()),
            private: answer.private.into(),
            identity: identity_data(answer.identity),
        };
        let failed = answer.diagnostics.has_errors();
        Self {
            imported_resources: if failed { Vec::new() } else { vec![imported] },
            diagnostics: diagnostics(answer.diagnostics),
            deferred: None,
        }
    }
}

impl From<data_source::Found> for pb::read_data_source::Response {
    fn from(answer: data_source::Found) -> Self {
        Self { state: Some(answer.state.into()), diagnostics: diagnostics(answer.diagnostics), deferred: None }
    }
}
