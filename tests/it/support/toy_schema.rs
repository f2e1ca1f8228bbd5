//! The schemas of the toy: everything that a schema can have, once.

use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Type;

use pb::schema::nested_block::NestingMode as BlockNesting;
use pb::schema::object::NestingMode;
use pb::schema::{Attribute, Block, NestedBlock, Object};

pub(crate) fn schemas() -> pb::get_provider_schema::Response {
    let one = |schema: pb::Schema| [("toy_thing".to_owned(), schema)].into();
    let endpoint = Block { attributes: vec![optional("endpoint", &Type::String)], ..Block::default() };
    let filter = Block { attributes: vec![optional("prefix", &Type::String)], ..Block::default() };
    pb::get_provider_schema::Response {
        provider: schema(0, endpoint),
        resource_schemas: one(schema(1, thing(true)).unwrap()),
        data_source_schemas: one(schema(0, thing(false)).unwrap()),
        ephemeral_resource_schemas: one(schema(0, thing(false)).unwrap()),
        list_resource_schemas: one(schema(0, filter).unwrap()),
        functions: [("join".to_owned(), join())].into(),
        server_capabilities: Some(pb::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: true,
            generate_resource_config: false,
        }),
        ..Default::default()
    }
}

pub(crate) fn identity_schemas() -> pb::get_resource_identity_schemas::Response {
    let id = pb::resource_identity_schema::IdentityAttribute {
        name: "id".to_owned(),
        r#type: Type::String.to_json().into(),
        required_for_import: true,
        ..Default::default()
    };
    let identity = pb::ResourceIdentitySchema { version: 0, identity_attributes: vec![id] };
    let identity_schemas = [("toy_thing".to_owned(), identity)].into();
    pb::get_resource_identity_schemas::Response { identity_schemas, ..Default::default() }
}

/// Of the resource, the data source and the ephemeral resource alike.
pub(crate) fn thing_type() -> Type {
    let limits = Type::object([("max", Type::Number)]);
    let rule = Type::object([("port", Type::Number), ("rule_id", Type::String)]);
    let setting = Type::object([("level", Type::String), ("etag", Type::String)]);
    Type::object([
        ("name", Type::String),
        ("size", Type::Number),
        ("labels", Type::set(Type::String)),
        ("tags", Type::map(Type::String)),
        ("zones", Type::list(Type::String)),
        ("any", Type::Dynamic),
        ("secret", Type::String),
        ("id", Type::String),
        ("revision", Type::Number),
        ("mode", Type::String),
        ("settings", Type::map(setting)),
        ("access", Type::set(Type::object([("who", Type::String), ("since", Type::String)]))),
        ("limits", limits),
        ("rule", Type::list(rule)),
        ("timeouts", Type::object([("create", Type::String)])),
    ])
}

pub(crate) fn identity_type() -> Type {
    Type::object([("id", Type::String)])
}

pub(crate) fn provider_type() -> Type {
    Type::object([("endpoint", Type::String)])
}

pub(crate) fn optional(name: &str, ty: &Type) -> Attribute {
    Attribute { name: name.to_owned(), r#type: ty.to_json().into(), optional: true, ..Attribute::default() }
}

pub(crate) fn computed(name: &str, ty: &Type) -> Attribute {
    Attribute { computed: true, optional: false, ..optional(name, ty) }
}

pub(crate) fn required(name: &str, ty: &Type) -> Attribute {
    Attribute { required: true, optional: false, ..optional(name, ty) }
}

pub(crate) fn nested(name: &str, nesting: NestingMode, attributes: Vec<Attribute>) -> Attribute {
    let object = Object { attributes, nesting: nesting.into(), ..Object::default() };
    Attribute { name: name.to_owned(), nested_type: Some(object), optional: true, ..Attribute::default() }
}

pub(crate) fn block(name: &str, nesting: BlockNesting, attributes: Vec<Attribute>) -> NestedBlock {
    let block = Some(Block { attributes, ..Block::default() });
    NestedBlock { type_name: name.to_owned(), block, nesting: nesting.into(), min_items: 0, max_items: 0 }
}

fn thing(stored: bool) -> Block {
    let setting = vec![optional("level", &Type::String), computed("etag", &Type::String)];
    Block {
        attributes: vec![
            required("name", &Type::String),
            optional("size", &Type::Number),
            optional("labels", &Type::set(Type::String)),
            optional("tags", &Type::map(Type::String)),
            optional("zones", &Type::list(Type::String)),
            optional("any", &Type::Dynamic),
            Attribute { write_only: stored, ..optional("secret", &Type::String) },
            computed("id", &Type::String),
            computed("revision", &Type::Number),
            Attribute { optional: true, ..computed("mode", &Type::String) },
            nested("settings", NestingMode::Map, setting),
        ],
        block_types: vec![
            block("access", BlockNesting::Set, vec![required("who", &Type::String), computed("since", &Type::String)]),
            block("limits", BlockNesting::Group, vec![optional("max", &Type::Number)]),
            NestedBlock {
                max_items: 3,
                ..block(
                    "rule",
                    BlockNesting::List,
                    vec![required("port", &Type::Number), computed("rule_id", &Type::String)],
                )
            },
            block("timeouts", BlockNesting::Single, vec![optional("create", &Type::String)]),
        ],
        ..Block::default()
    }
}

fn join() -> pb::Function {
    let parameter = pb::function::Parameter {
        name: "first".to_owned(),
        r#type: Type::String.to_json().into(),
        ..Default::default()
    };
    pb::Function {
        variadic_parameter: Some(pb::function::Parameter { name: "rest".to_owned(), ..parameter.clone() }),
        parameters: vec![parameter],
        r#return: Some(pb::function::Return { r#type: Type::String.to_json().into() }),
        ..Default::default()
    }
}

fn schema(version: i64, block: Block) -> Option<pb::Schema> {
    Some(pb::Schema { version, block: Some(block) })
}
