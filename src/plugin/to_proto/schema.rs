//! What there is, as Terraform is told once.

use super::pb;
use crate::framework::engine::identity;
use crate::framework::schema::{Field, Nesting, Presence, Schema, Shape};
use crate::framework::{Parameter, Signature};

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
    let (nesting, min_items, max_items) = match nesting {
        Nesting::Single => (NestingMode::Single, required, required),
        Nesting::List => (NestingMode::List, required, 0),
        Nesting::Set => (NestingMode::Set, required, 0),
        // Terraform counts no keys, and refuses a schema that does.
        Nesting::Map => (NestingMode::Map, 0, 0),
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
        min_items,
        max_items,
    })
}

/// The identity of a resource: its required fields are those that an import must give.
pub(in super::super) fn identity_schema(fields: &[Field]) -> pb::ResourceIdentitySchema {
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

impl From<&Signature> for pb::Function {
    fn from(signature: &Signature) -> Self {
        let (variadic, parameters): (Vec<_>, Vec<_>) = signature.parameters.iter().partition(|it| it.is_variadic);
        Self {
            parameters: parameters.into_iter().map(pb::function::Parameter::from).collect(),
            variadic_parameter: variadic.into_iter().next().map(pb::function::Parameter::from),
            r#return: Some(pb::function::Return { r#type: signature.output.to_json().into() }),
            summary: signature.summary.to_owned(),
            description: signature.description.to_owned(),
            description_kind: pb::StringKind::Markdown.into(),
            deprecation_message: String::new(),
        }
    }
}

impl From<&Parameter> for pb::function::Parameter {
    fn from(parameter: &Parameter) -> Self {
        Self {
            name: parameter.name.to_owned(),
            r#type: parameter.ty.to_json().into(),
            allow_null_value: parameter.takes_anything,
            allow_unknown_values: parameter.takes_anything,
            description: parameter.description.clone(),
            description_kind: pb::StringKind::Markdown.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::schema::required_block;

    #[test]
    fn a_required_block_occurs_at_least_once_but_for_a_map() {
        let counts = [Nesting::Single, Nesting::List, Nesting::Set, Nesting::Map].map(|nesting| {
            let field = Field { shape: Shape::Block(nesting, Vec::new()), ..required_block() };
            let block = nested_block(&field).unwrap();
            (block.min_items, block.max_items)
        });
        assert_eq!(counts, [(1, 1), (1, 0), (1, 0), (0, 0)]);
    }
}
