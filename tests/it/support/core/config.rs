//! Configuration: what the practitioner writes, given as JSON and converted the way Core converts HCL.

use serde_json::Value as Json;
use terraform_provider_eks::value::{Attributes, Dynamic, Name, Step, Type, json};

use super::failure::{Failure, Findings};
use super::schema::{Attribute, Block, NestedBlock, Nesting, Shape};

/// Stands, anywhere in a configuration, for a value that is known only after apply.
pub(crate) const UNKNOWN: &str = "${unknown}";

/// A block from an object. What is left out is null, or no blocks; repeated blocks are arrays, labelled ones objects.
///
/// As in Core, nothing but types, the presence of required arguments and the number of blocks is checked.
pub(super) fn read(block: &Block, config: &Json) -> Result<Dynamic, Failure> {
    let mut found = Findings::default();
    let value = read_block(&mut found, block, config);
    found.into_result(|problems| Failure::refused("Invalid configuration", problems))?;
    Ok(value)
}

fn read_block(found: &mut Findings, block: &Block, config: &Json) -> Dynamic {
    let Json::Object(members) = config else {
        found.add("a block is written as an object");
        return Dynamic::Null;
    };
    for name in members.keys().filter(|name| !block.attributes.contains_key(*name) && !block.blocks.contains_key(*name))
    {
        found.within_attribute(name, |found| found.add("unsupported argument"));
    }
    let attributes = block.attributes.iter().map(|(name, attribute)| {
        (name.clone(), found.within_attribute(name, |found| read_attribute(found, attribute, members.get(name))))
    });
    let mut values: Attributes = attributes.collect();
    for (name, nested) in &block.blocks {
        let value = found.within_attribute(name, |found| read_nested(found, nested, members.get(name)));
        values.insert(name.clone(), value);
    }
    Dynamic::Object(values)
}

fn read_attribute(found: &mut Findings, attribute: &Attribute, config: Option<&Json>) -> Dynamic {
    match (config, &attribute.shape) {
        (None, _) => {
            if attribute.required {
                found.add("missing required argument");
            }
            Dynamic::Null
        }
        (Some(config), Shape::Plain(ty)) => read_value(found, ty, config),
        (Some(Json::Null), Shape::Nested(..)) => Dynamic::Null,
        (Some(config), Shape::Nested(nesting, block)) => read_objects(found, *nesting, block, config),
    }
}

fn read_nested(found: &mut Findings, nested: &NestedBlock, config: Option<&Json>) -> Dynamic {
    let value = match config {
        None => nested.absent(),
        Some(config) => read_objects(found, nested.nesting, &nested.block, config),
    };
    let count = match &value {
        Dynamic::List(blocks) | Dynamic::Set(blocks) => blocks.len(),
        Dynamic::Object(_) => 1,
        Dynamic::Null => 0,
        _ => return value,
    };
    if count < nested.min_items {
        found.add("insufficient blocks");
    }
    if nested.max_items > 0 && count > nested.max_items {
        found.add("too many blocks");
    }
    value
}

fn read_objects(found: &mut Findings, nesting: Nesting, block: &Block, config: &Json) -> Dynamic {
    match (nesting, config) {
        (_, Json::String(text)) if text == UNKNOWN => Dynamic::Unknown,
        (Nesting::Single | Nesting::Group, config) => read_element(found, block, config),
        (Nesting::List, Json::Array(elements)) => {
            let read = |(element, index)| found.within(Step::Index(index), |found| read_element(found, block, element));
            Dynamic::List(elements.iter().zip(0..).map(read).collect())
        }
        (Nesting::Set, Json::Array(elements)) => {
            Dynamic::set(elements.iter().map(|element| read_element(found, block, element)).collect::<Vec<_>>())
        }
        (Nesting::Map, Json::Object(elements)) => {
            let read = |(key, element): (&String, &Json)| {
                let value = found.within(Step::Key(key.clone()), |found| read_element(found, block, element));
                (key.clone(), value)
            };
            Dynamic::Map(elements.iter().map(read).collect())
        }
        _ => {
            found.add("incorrect type");
            Dynamic::Null
        }
    }
}

/// One object of several, which may be null or unknown by itself.
fn read_element(found: &mut Findings, block: &Block, config: &Json) -> Dynamic {
    match config {
        Json::Null => Dynamic::Null,
        Json::String(text) if text == UNKNOWN => Dynamic::Unknown,
        config => read_block(found, block, config),
    }
}

/// A value of this type from JSON, with [`UNKNOWN`] anywhere inside.
pub(super) fn read_value(found: &mut Findings, ty: &Type, config: &Json) -> Dynamic {
    match (ty, config) {
        (_, Json::Null) => Dynamic::Null,
        (_, Json::String(text)) if text == UNKNOWN => Dynamic::Unknown,
        (Type::List(element), Json::Array(values)) => {
            let read = |(value, index)| found.within(Step::Index(index), |found| read_value(found, element, value));
            Dynamic::List(values.iter().zip(0..).map(read).collect())
        }
        (Type::Set(element), Json::Array(values)) => {
            Dynamic::set(values.iter().map(|value| read_value(found, element, value)).collect::<Vec<_>>())
        }
        (Type::Tuple(elements), Json::Array(values)) if elements.len() == values.len() => {
            let elements = elements.iter().zip(values);
            Dynamic::Tuple(elements.map(|(element, value)| read_value(found, element, value)).collect())
        }
        (Type::Map(element), Json::Object(values)) => {
            let read = |(key, value): (&String, &Json)| {
                let value = found.within(Step::Key(key.clone()), |found| read_value(found, element, value));
                (key.clone(), value)
            };
            Dynamic::Map(values.iter().map(read).collect())
        }
        (Type::Object(attributes), Json::Object(values)) => {
            let read = |(name, ty): (&Name, &Type)| {
                let value = found.within_attribute(name, |found| match values.get(&**name) {
                    Some(value) => read_value(found, ty, value),
                    None => {
                        found.add("the attribute is required");
                        Dynamic::Null
                    }
                });
                (name.clone(), value)
            };
            Dynamic::Object(attributes.iter().map(read).collect())
        }
        (Type::Dynamic, value) => {
            let ty = infer(value);
            let value = read_value(found, &ty, value);
            Dynamic::Typed(Box::new((ty, value)))
        }
        (Type::Bool | Type::Number | Type::String, value) => json::decode(value.to_string().as_bytes(), ty)
            .unwrap_or_else(|error| {
                found.add(error.to_string());
                Dynamic::Null
            }),
        _ => {
            found.add("incorrect type");
            Dynamic::Null
        }
    }
}

/// The type that HCL gives to such an expression.
fn infer(value: &Json) -> Type {
    match value {
        Json::Null => Type::Dynamic,
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Number,
        Json::String(_) => Type::String,
        Json::Array(values) => Type::Tuple(values.iter().map(infer).collect()),
        Json::Object(values) => Type::object(values.iter().map(|(name, value)| (name.clone(), infer(value)))),
    }
}
