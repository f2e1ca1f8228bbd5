//! Reads what the provider says of its schemas, and holds it to the rules that Core checks before any command.

use std::collections::{BTreeMap, BTreeSet};

use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Type;

use super::failure::{Failure, Findings};
use super::schema::{
    Attribute, Block, Function, Identity, NestedBlock, Nesting, Parameter, Schema, Schemas, Shape, holds_dynamic,
};

/// Reads everything, or says everything that is wrong.
pub(super) fn read(
    schemas: pb::get_provider_schema::Response,
    identities: BTreeMap<String, pb::ResourceIdentitySchema>,
) -> Result<Schemas, Failure> {
    let found = &mut Findings::default();
    let provider = schemas.provider.unwrap_or_else(|| {
        found.add("the provider's own schema is missing");
        pb::Schema::default()
    });
    let mut resources = read_schemas(found, schemas.resource_schemas, Place::Resource);
    for (type_name, identity) in identities {
        found.within_attribute(&type_name, |found| match resources.get_mut(&type_name) {
            Some(resource) => resource.identity = Some(read_identity(found, identity)),
            None => found.add("an identity without a resource type"),
        });
    }
    let lists = read_schemas(found, schemas.list_resource_schemas, Place::Unstored);
    for type_name in lists.keys() {
        if resources.get(type_name).is_none_or(|resource| resource.identity.is_none()) {
            found.within_attribute(type_name, |found| found.add("a list without a resource type that has an identity"));
        }
    }
    let capabilities = schemas.server_capabilities.unwrap_or_default();
    let schemas = Schemas {
        provider: read_schema(found, provider, Place::Provider),
        resources,
        data_sources: read_schemas(found, schemas.data_source_schemas, Place::Unstored),
        ephemeral: read_schemas(found, schemas.ephemeral_resource_schemas, Place::Unstored),
        lists,
        functions: read_functions(found, schemas.functions),
        plan_destroy: capabilities.plan_destroy,
        move_state: capabilities.move_resource_state,
    };
    std::mem::take(found).into_result(|problems| Failure::rules("Provider has an invalid schema", problems))?;
    Ok(schemas)
}

/// What a schema is of, because not everything is allowed everywhere.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Provider,
    Resource,
    /// Data sources, ephemeral resources and lists: nothing of them is kept in state.
    Unstored,
}

fn read_schemas(found: &mut Findings, schemas: BTreeMap<String, pb::Schema>, place: Place) -> BTreeMap<String, Schema> {
    let read = |(name, schema): (String, pb::Schema)| {
        let schema = found.within_attribute(&name, |found| {
            // Core finds the provider of a type by what comes before the first underscore.
            if !is_name(&name) || !name.contains('_') {
                found.add("the name of a type begins with the provider's and an underscore");
            }
            read_schema(found, schema, place)
        });
        (name, schema)
    };
    schemas.into_iter().map(read).collect()
}

fn read_schema(found: &mut Findings, schema: pb::Schema, place: Place) -> Schema {
    if schema.version < 0 {
        found.add("the version is negative");
    }
    let block = schema.block.unwrap_or_default();
    let reserved: &[&str] = match place {
        Place::Provider => &["alias", "version"],
        _ => &["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"],
    };
    let names = block.attributes.iter().map(|a| &a.name).chain(block.block_types.iter().map(|b| &b.type_name));
    for name in names.filter(|name| reserved.contains(&name.as_str())) {
        found.within_attribute(name, |found| found.add("the name is Terraform's own"));
    }
    let block = read_block(found, block);
    if place != Place::Resource && block.holds_write_only() {
        found.add("only managed resources may have write-only attributes");
    }
    Schema { version: schema.version, ty: block.ty(), block, identity: None }
}

fn read_block(found: &mut Findings, block: pb::schema::Block) -> Block {
    check_deprecation(found, block.deprecated, &block.deprecation_message);
    let attributes = read_attributes(found, block.attributes);
    let mut blocks = BTreeMap::new();
    for nested in block.block_types {
        let name = nested.type_name.clone();
        found.within_attribute(&name.clone(), |found| {
            if !is_name(&name) {
                found.add("a name is made of lower-case letters, digits and underscores");
            }
            let nested = read_nested_block(found, nested);
            if attributes.contains_key(&name) || blocks.insert(name, nested).is_some() {
                found.add("the name is used twice");
            }
        });
    }
    Block { attributes, blocks }
}

fn read_nested_block(found: &mut Findings, nested: pb::schema::NestedBlock) -> NestedBlock {
    use pb::schema::nested_block::NestingMode;
    let nesting = match nested.nesting() {
        NestingMode::Single => Nesting::Single,
        NestingMode::Group => Nesting::Group,
        NestingMode::List => Nesting::List,
        NestingMode::Set => Nesting::Set,
        NestingMode::Map => Nesting::Map,
        NestingMode::Invalid => {
            found.add("invalid nesting mode");
            Nesting::Single
        }
    };
    let (min, max) = (nested.min_items, nested.max_items);
    let limits_fit = match nesting {
        Nesting::Single => min == max && (0..=1).contains(&min),
        Nesting::Group | Nesting::Map => min == 0 && max == 0,
        Nesting::List | Nesting::Set => min >= 0 && max >= 0 && (min <= max || max == 0),
    };
    if !limits_fit {
        found.add(format!("min_items {min} and max_items {max} do not go with the nesting mode"));
    }
    let block = read_block(found, nested.block.unwrap_or_default());
    let is_repeated = !matches!(nesting, Nesting::Single | Nesting::Group);
    // In a list or a map it would change the type of the whole block to dynamic, which nobody expects.
    if is_repeated && holds_dynamic(&block.ty()) {
        found.add("a repeated block may not hold a dynamic attribute");
    }
    if nesting == Nesting::Set && block.holds_write_only() {
        found.add("a set may not hold a write-only attribute");
    }
    let count = |items: i64| usize::try_from(items).unwrap_or_default();
    NestedBlock { nesting, block, min_items: count(min), max_items: count(max) }
}

fn read_attributes(found: &mut Findings, attributes: Vec<pb::schema::Attribute>) -> BTreeMap<String, Attribute> {
    let mut read = BTreeMap::new();
    for attribute in attributes {
        let name = attribute.name.clone();
        found.within_attribute(&name.clone(), |found| {
            if !is_name(&name) {
                found.add("a name is made of lower-case letters, digits and underscores");
            }
            if read.insert(name, read_attribute(found, attribute)).is_some() {
                found.add("the name is used twice");
            }
        });
    }
    read
}

fn read_attribute(found: &mut Findings, attribute: pb::schema::Attribute) -> Attribute {
    check_deprecation(found, attribute.deprecated, &attribute.deprecation_message);
    let pb::schema::Attribute { required, optional, computed, write_only, .. } = attribute;
    if !required && !optional && !computed {
        found.add("must be required, optional or computed");
    }
    if required && (optional || computed) {
        found.add("cannot be required and also optional or computed");
    }
    if write_only && computed {
        found.add("cannot be write-only and computed");
    }
    let shape = match (attribute.nested_type, &*attribute.r#type) {
        (None, json) if !json.is_empty() => Shape::Plain(read_type(found, json)),
        (Some(object), []) => read_object(found, object),
        _ => {
            found.add("must have either a type or a nested type");
            Shape::Plain(Type::Dynamic)
        }
    };
    if let Shape::Nested(_, block) = &shape {
        if computed && block.holds_write_only() {
            found.add("what is computed may not hold a write-only attribute");
        }
        if write_only && !block.attributes.values().all(|attribute| attribute.write_only) {
            found.add("everything in what is write-only is write-only");
        }
    }
    Attribute { shape, required, optional, computed, write_only }
}

fn read_object(found: &mut Findings, object: pb::schema::Object) -> Shape {
    use pb::schema::object::NestingMode;
    let nesting = match object.nesting() {
        NestingMode::Single => Nesting::Single,
        NestingMode::List => Nesting::List,
        NestingMode::Set => Nesting::Set,
        NestingMode::Map => Nesting::Map,
        NestingMode::Invalid => {
            found.add("invalid nesting mode");
            Nesting::Single
        }
    };
    let block = Block { attributes: read_attributes(found, object.attributes), blocks: BTreeMap::new() };
    if nesting == Nesting::Set && (holds_dynamic(&block.ty()) || block.holds_write_only()) {
        found.add("a set may hold neither a dynamic nor a write-only attribute");
    }
    Shape::Nested(nesting, block)
}

fn read_identity(found: &mut Findings, identity: pb::ResourceIdentitySchema) -> Identity {
    let mut attributes = BTreeMap::new();
    for attribute in identity.identity_attributes {
        let (required, optional) = (attribute.required_for_import, attribute.optional_for_import);
        found.within_attribute(&attribute.name.clone(), |found| {
            if required == optional {
                found.add("must be either required or optional for import");
            }
            let ty = read_type(found, &attribute.r#type);
            let is_primitive = |ty: &Type| matches!(ty, Type::Bool | Type::Number | Type::String);
            if !is_primitive(&ty) && !matches!(&ty, Type::List(element) if is_primitive(element)) {
                found.add("an identity is made of primitive values and lists of them");
            }
            let attribute_schema =
                Attribute { shape: Shape::Plain(ty), required, optional, computed: false, write_only: false };
            if attributes.insert(attribute.name, attribute_schema).is_some() {
                found.add("the name is used twice");
            }
        });
    }
    let block = Block { attributes, blocks: BTreeMap::new() };
    Identity { version: identity.version, ty: block.ty(), block }
}

fn read_functions(found: &mut Findings, functions: BTreeMap<String, pb::Function>) -> BTreeMap<String, Function> {
    let read = |(name, function): (String, pb::Function)| {
        let function = found.within_attribute(&name, |found| {
            if !is_name(&name) {
                found.add("the name of a function is an identifier");
            }
            read_function(found, function)
        });
        (name, function)
    };
    functions.into_iter().map(read).collect()
}

fn read_function(found: &mut Findings, function: pb::Function) -> Function {
    let mut names = BTreeSet::new();
    let mut read = |parameter: pb::function::Parameter| {
        let name = parameter.name;
        found.within_attribute(&name.clone(), |found| {
            if !is_name(&name) || !names.insert(name.clone()) {
                found.add("the name of a parameter is an identifier, and no other parameter's");
            }
            let ty = read_type(found, &parameter.r#type);
            Parameter {
                name,
                ty,
                allow_null: parameter.allow_null_value,
                allow_unknown: parameter.allow_unknown_values,
            }
        })
    };
    let parameters = function.parameters.into_iter().map(&mut read).collect();
    let variadic = function.variadic_parameter.map(&mut read);
    let result = read_type(found, &function.r#return.unwrap_or_default().r#type);
    Function { parameters, variadic, result }
}

fn read_type(found: &mut Findings, json: &[u8]) -> Type {
    Type::from_json(json).unwrap_or_else(|error| {
        // In Core this is a panic.
        found.add(error.to_string());
        Type::Dynamic
    })
}

fn check_deprecation(found: &mut Findings, deprecated: bool, message: &str) {
    if !deprecated && !message.is_empty() {
        found.add("a deprecation message, but not deprecated");
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}
