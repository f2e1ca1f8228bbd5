//! Schemas that Core does not accept.

use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Type;

use pb::schema::nested_block::NestingMode as BlockNesting;
use pb::schema::object::NestingMode;
use pb::schema::{Attribute, Block, NestedBlock};

use crate::support::core::Core;
use crate::support::toy::{Answer, Toy};
use crate::support::toy_schema::{block, computed, nested, optional, required};

fn resource(schemas: &mut pb::get_provider_schema::Response) -> &mut Block {
    schemas.resource_schemas.get_mut("toy_thing").unwrap().block.as_mut().unwrap()
}

fn add(schemas: &mut pb::get_provider_schema::Response, attribute: Attribute) {
    resource(schemas).attributes.push(attribute);
}

fn add_block(schemas: &mut pb::get_provider_schema::Response, block: NestedBlock) {
    resource(schemas).block_types.push(block);
}

fn text(name: &str) -> Attribute {
    optional(name, &Type::String)
}

fn secret(name: &str) -> Attribute {
    Attribute { write_only: true, ..text(name) }
}

fn function(schemas: &mut pb::get_provider_schema::Response) -> &mut pb::Function {
    schemas.functions.get_mut("join").unwrap()
}

#[tokio::test]
async fn schemas() {
    type Case = (fn(&mut pb::get_provider_schema::Response), &'static str);
    let cases: &[Case] = &[
        (|s| s.provider = None, "the provider's own schema is missing"),
        (
            |s| s.provider.as_mut().unwrap().block.as_mut().unwrap().attributes.push(text("alias")),
            "alias: the name is Terraform's own",
        ),
        (
            |s| s.provider.as_mut().unwrap().block.as_mut().unwrap().attributes.push(secret("key")),
            "only managed resources may have write-only attributes",
        ),
        (|s| s.resource_schemas.get_mut("toy_thing").unwrap().version = -1, "toy_thing: the version is negative"),
        (
            |s| drop(s.resource_schemas.insert("thing".to_owned(), pb::Schema::default())),
            "thing: the name of a type begins with the provider's and an underscore",
        ),
        (|s| drop(s.resource_schemas.remove("toy_thing")), "toy_thing: an identity without a resource type"),
        (
            |s| drop(s.list_resource_schemas.insert("toy_other".to_owned(), pb::Schema::default())),
            "toy_other: a list without a resource type that has an identity",
        ),
        (|s| add(s, text("count")), "toy_thing.count: the name is Terraform's own"),
        (|s| add(s, text("Upper")), "toy_thing.Upper: a name is made of lower-case letters, digits and underscores"),
        (|s| add(s, text("name")), "toy_thing.name: the name is used twice"),
        (|s| add(s, Attribute { optional: false, ..text("x") }), "toy_thing.x: must be required, optional or computed"),
        (
            |s| add(s, Attribute { optional: true, ..required("x", &Type::String) }),
            "toy_thing.x: cannot be required and also optional or computed",
        ),
        (
            |s| add(s, Attribute { computed: true, ..required("x", &Type::String) }),
            "toy_thing.x: cannot be required and also optional or computed",
        ),
        (
            |s| add(s, Attribute { write_only: true, ..computed("x", &Type::String) }),
            "toy_thing.x: cannot be write-only and computed",
        ),
        (
            |s| add(s, Attribute { deprecation_message: "old".to_owned(), ..text("x") }),
            "toy_thing.x: a deprecation message, but not deprecated",
        ),
        (
            |s| add(s, Attribute { r#type: "{".into(), ..text("x") }),
            "toy_thing.x: not the JSON form of a type: EOF while parsing an object at line 1 column 1",
        ),
        (
            |s| add(s, Attribute { r#type: "".into(), ..text("x") }),
            "toy_thing.x: must have either a type or a nested type",
        ),
        (
            |s| add(s, Attribute { r#type: "\"string\"".into(), ..nested("x", NestingMode::List, vec![]) }),
            "toy_thing.x: must have either a type or a nested type",
        ),
        (|s| add(s, nested("x", NestingMode::Invalid, vec![])), "toy_thing.x: invalid nesting mode"),
        (
            |s| add(s, nested("x", NestingMode::Set, vec![optional("any", &Type::Dynamic)])),
            "toy_thing.x: a set may hold neither a dynamic nor a write-only attribute",
        ),
        (
            |s| add(s, nested("x", NestingMode::Set, vec![secret("y")])),
            "toy_thing.x: a set may hold neither a dynamic nor a write-only attribute",
        ),
        (
            |s| add(s, Attribute { computed: true, ..nested("x", NestingMode::List, vec![secret("y")]) }),
            "toy_thing.x: what is computed may not hold a write-only attribute",
        ),
        (
            |s| add(s, Attribute { write_only: true, ..nested("x", NestingMode::List, vec![text("y")]) }),
            "toy_thing.x: everything in what is write-only is write-only",
        ),
        (|s| add_block(s, block("x", BlockNesting::Invalid, vec![])), "toy_thing.x: invalid nesting mode"),
        (|s| add_block(s, block("name", BlockNesting::List, vec![])), "toy_thing.name: the name is used twice"),
        (
            |s| add_block(s, block("X", BlockNesting::List, vec![])),
            "toy_thing.X: a name is made of lower-case letters, digits and underscores",
        ),
        (
            |s| add_block(s, NestedBlock { min_items: 1, ..block("x", BlockNesting::Single, vec![]) }),
            "toy_thing.x: min_items 1 and max_items 0 do not go with the nesting mode",
        ),
        (
            |s| add_block(s, NestedBlock { max_items: 1, ..block("x", BlockNesting::Group, vec![]) }),
            "toy_thing.x: min_items 0 and max_items 1 do not go with the nesting mode",
        ),
        (
            |s| add_block(s, NestedBlock { max_items: 1, ..block("x", BlockNesting::Map, vec![]) }),
            "toy_thing.x: min_items 0 and max_items 1 do not go with the nesting mode",
        ),
        (
            |s| add_block(s, NestedBlock { min_items: 2, max_items: 1, ..block("x", BlockNesting::List, vec![]) }),
            "toy_thing.x: min_items 2 and max_items 1 do not go with the nesting mode",
        ),
        (
            |s| add_block(s, block("x", BlockNesting::List, vec![optional("any", &Type::Dynamic)])),
            "toy_thing.x: a repeated block may not hold a dynamic attribute",
        ),
        (
            |s| add_block(s, block("x", BlockNesting::Set, vec![secret("y")])),
            "toy_thing.x: a set may not hold a write-only attribute",
        ),
        (|s| resource(s).deprecation_message.push_str("old"), "toy_thing: a deprecation message, but not deprecated"),
        (
            |s| drop(s.functions.insert("to-json".to_owned(), pb::Function::default())),
            "to-json: the name of a function is an identifier",
        ),
        (
            |s| function(s).r#return = None,
            "join: not the JSON form of a type: EOF while parsing a value at line 1 column 0",
        ),
        (
            |s| function(s).variadic_parameter.as_mut().unwrap().name = "first".to_owned(),
            "join.first: the name of a parameter is an identifier, and no other parameter's",
        ),
    ];
    for &(bend, expected) in cases {
        let (_, service) = Toy::bent(move |answer| {
            if let Answer::Schemas(schemas) = answer {
                bend(schemas)
            }
        });
        let failure = Core::start(service).await.err().expect(expected);
        assert_eq!(failure.broken_rule(), expected);
    }
}

#[tokio::test]
async fn identities() {
    type Identity = pb::resource_identity_schema::IdentityAttribute;
    let cases: &[(fn(&mut Identity), _)] = &[
        (|id| id.required_for_import = false, "toy_thing.id: must be either required or optional for import"),
        (|id| id.optional_for_import = true, "toy_thing.id: must be either required or optional for import"),
        (
            |id| id.r#type = Type::map(Type::String).to_json().into(),
            "toy_thing.id: an identity is made of primitive values and lists of them",
        ),
    ];
    for &(bend, expected) in cases {
        let (_, service) = Toy::bent(move |answer| {
            if let Answer::Identities(identities) = answer {
                bend(&mut identities.identity_schemas.get_mut("toy_thing").unwrap().identity_attributes[0]);
            }
        });
        let failure = Core::start(service).await.err().expect(expected);
        assert_eq!(failure.broken_rule(), expected);
    }
}
