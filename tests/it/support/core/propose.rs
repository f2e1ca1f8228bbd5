//! The proposed new state: what Core suggests before it asks the provider for a plan.
//!
//! What the configuration says, and for computed attributes that it leaves null what the prior state says. Blocks and
//! nested objects are matched by position, by key, or, in sets, by a guess.

use std::collections::BTreeMap;

use terraform_provider_eks::value::{Dynamic, Type};

use super::schema::{Attribute, Block, NestedBlock, Nesting, Shape};
use super::value::attribute;

pub(super) fn propose(block: &Block, prior: &Dynamic, config: &Dynamic) -> Dynamic {
    match (prior, config) {
        (Dynamic::Null, Dynamic::Null) => Dynamic::Null,
        (prior, Dynamic::Null | Dynamic::Unknown) if !prior.is_null() => prior.clone(),
        (_, Dynamic::Null | Dynamic::Unknown) => block.empty(),
        (Dynamic::Null, config) => propose_block(block, &block.empty(), config),
        (prior, config) => propose_block(block, prior, config),
    }
}

fn propose_block(block: &Block, prior: &Dynamic, config: &Dynamic) -> Dynamic {
    let Dynamic::Object(mut values) = propose_attributes(&block.attributes, prior, config) else {
        unreachable!("an object was made")
    };
    for (name, nested) in &block.blocks {
        let value = propose_nested_block(nested, attribute(prior, name), attribute(config, name));
        values.insert(name.clone(), value);
    }
    Dynamic::Object(values)
}

fn propose_nested_block(nested: &NestedBlock, prior: &Dynamic, config: &Dynamic) -> Dynamic {
    let NestedBlock { nesting, block, .. } = nested;
    match (nesting, config) {
        (_, Dynamic::Unknown) | (Nesting::Single, Dynamic::Null) => config.clone(),
        (Nesting::Single | Nesting::Group, _) => propose(block, prior, config),
        _ => propose_elements(block, prior, config, &|prior, config| propose(block, prior, config)),
    }
}

fn propose_attributes(attributes: &BTreeMap<String, Attribute>, prior: &Dynamic, config: &Dynamic) -> Dynamic {
    let propose = |(name, schema): (&String, &Attribute)| {
        let (prior, config) = (attribute(prior, name), attribute(config, name));
        let value = match &schema.shape {
            _ if schema.computed && config.is_null() => {
                if was_configured(schema, prior) {
                    Dynamic::Null
                } else {
                    prior.clone()
                }
            }
            Shape::Nested(nesting, block) => propose_nested_attribute(*nesting, block, prior, config),
            Shape::Plain(_) => config.clone(),
        };
        (name.clone(), value)
    };
    Dynamic::Object(attributes.iter().map(propose).collect())
}

fn propose_nested_attribute(nesting: Nesting, block: &Block, prior: &Dynamic, config: &Dynamic) -> Dynamic {
    let propose_object = |prior: &Dynamic, config: &Dynamic| match config {
        Dynamic::Null | Dynamic::Unknown => config.clone(),
        _ => propose_attributes(&block.attributes, prior, config),
    };
    match nesting {
        Nesting::Single | Nesting::Group => propose_object(prior, config),
        _ => propose_elements(block, prior, config, &propose_object),
    }
}

fn propose_elements(
    block: &Block,
    prior: &Dynamic,
    config: &Dynamic,
    propose: &dyn Fn(&Dynamic, &Dynamic) -> Dynamic,
) -> Dynamic {
    match (config, prior) {
        (Dynamic::List(elements), prior) => {
            let prior = if let Dynamic::List(prior) = prior { prior.as_slice() } else { &[] };
            let propose = |(index, config): (usize, &Dynamic)| {
                prior.get(index).map_or_else(|| config.clone(), |prior| propose(prior, config))
            };
            Dynamic::List(elements.iter().enumerate().map(propose).collect())
        }
        (Dynamic::Map(elements), prior) => {
            let none = BTreeMap::new();
            let prior = if let Dynamic::Map(prior) = prior { prior } else { &none };
            let propose = |(key, config): (&String, &Dynamic)| {
                (key.clone(), propose(prior.get(key).unwrap_or(&Dynamic::Null), config))
            };
            Dynamic::Map(elements.iter().map(propose).collect())
        }
        (Dynamic::Set(elements), prior) => {
            let mut unused: Vec<_> = if let Dynamic::Set(prior) = prior { prior.iter().collect() } else { Vec::new() };
            let propose = |config: &Dynamic| {
                let position = unused.iter().position(|prior| could_come_from(block, prior, config));
                let prior = position.map_or(&Dynamic::Null, |position| unused.remove(position));
                propose(prior, config)
            };
            Dynamic::set(elements.iter().map(propose).collect::<Vec<_>>())
        }
        _ => config.clone(),
    }
}

/// Whether something in the prior value can only have been written by the practitioner, so that it is not computed now
/// that the configuration leaves it out.
fn was_configured(schema: &Attribute, prior: &Dynamic) -> bool {
    let Shape::Nested(_, block) = &schema.shape else { return false };
    schema.optional && holds_configured(block, prior)
}

fn holds_configured(block: &Block, value: &Dynamic) -> bool {
    match value {
        Dynamic::List(elements) | Dynamic::Set(elements) => elements.iter().any(|e| holds_configured(block, e)),
        Dynamic::Map(elements) => elements.values().any(|element| holds_configured(block, element)),
        Dynamic::Object(_) => block.attributes.iter().any(|(name, schema)| {
            let value = attribute(value, name);
            !value.is_null()
                && (!schema.computed
                    || matches!(&schema.shape, Shape::Nested(_, block) if holds_configured(block, value)))
        }),
        _ => false,
    }
}

/// Whether the prior element of a set may be what became of the configured one: equal, but for what was computed.
fn could_come_from(block: &Block, prior: &Dynamic, config: &Dynamic) -> bool {
    if prior == config || prior.is_null() {
        return true;
    }
    match (prior, config) {
        (Dynamic::Object(_), Dynamic::Object(_)) => {
            let attributes = block.attributes.iter().all(|(name, schema)| {
                let (prior, config) = (attribute(prior, name), attribute(config, name));
                match &schema.shape {
                    _ if prior == config => true,
                    Shape::Nested(Nesting::Set, _) | Shape::Plain(Type::Set(_)) => false,
                    Shape::Nested(_, block) => could_come_from(block, prior, config),
                    Shape::Plain(_) => schema.computed && config.is_null(),
                }
            });
            let blocks = block.blocks.iter().all(|(name, nested)| {
                let (prior, config) = (attribute(prior, name), attribute(config, name));
                prior == config || nested.nesting != Nesting::Set && could_come_from(&nested.block, prior, config)
            });
            attributes && blocks
        }
        (Dynamic::List(prior), Dynamic::List(config)) => prior
            .iter()
            .enumerate()
            .all(|(index, prior)| config.get(index).is_some_and(|config| could_come_from(block, prior, config))),
        (Dynamic::Map(prior), Dynamic::Map(config)) => {
            prior.iter().all(|(key, prior)| config.get(key).is_some_and(|config| could_come_from(block, prior, config)))
        }
        _ => false,
    }
}
