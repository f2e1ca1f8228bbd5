//! What a planned value may be: what the configuration says, or what it was before, or, where the configuration is
//! silent about something computed, anything at all.

use std::collections::BTreeMap;

use terraform_provider_eks::value::{Dynamic, Step};

use super::failure::Findings;
use super::schema::{Attribute, Block, NestedBlock, Nesting, Shape};
use super::value::{as_json, attribute};

pub(super) fn check(found: &mut Findings, block: &Block, prior: &Dynamic, config: &Dynamic, planned: &Dynamic) {
    match (planned.is_null(), config.is_null()) {
        (true, true) => {}
        (true, false) => found.add("planned for absence but config wants existence"),
        (false, true) => found.add("planned for existence but config wants absence"),
        (false, false) => {
            check_attributes(found, &block.attributes, prior, config, planned);
            for (name, nested) in &block.blocks {
                let [prior, config, planned] = [prior, config, planned].map(|value| attribute(value, name));
                found.within_attribute(name, |found| check_nested_block(found, nested, prior, config, planned));
            }
        }
    }
}

fn check_nested_block(
    found: &mut Findings,
    nested: &NestedBlock,
    prior: &Dynamic,
    config: &Dynamic,
    planned: &Dynamic,
) {
    let block = &nested.block;
    let mut check_element = |found: &mut Findings, prior: &Dynamic, config: &Dynamic, planned: &Dynamic| {
        if planned.is_unknown() {
            found.add("element representing nested block must not be unknown itself");
        } else {
            check(found, block, prior, config, planned);
        }
    };
    match (config, planned) {
        (_, Dynamic::Null) if nested.nesting != Nesting::Single => {
            found.add("nested blocks must be empty to indicate no blocks, not null");
        }
        (config, planned) if config == planned => {}
        (Dynamic::Unknown, _) => found.add(format!("planned value {} for unknown dynamic block", as_json(planned))),
        (_, Dynamic::Unknown) => found.add("planned unknown value for non-computed block"),
        // There is no telling which element is which, so Core trusts the provider.
        (_, Dynamic::Set(elements)) => {
            elements.iter().filter(|e| e.is_unknown()).for_each(|e| check_element(found, e, e, e));
        }
        (_, Dynamic::List(elements)) => check_list(found, prior, config, elements, "block ", &mut check_element),
        (_, Dynamic::Map(elements)) => check_map(found, prior, config, elements, "block ", &mut check_element),
        _ => check(found, block, prior, config, planned),
    }
}

fn check_attributes(
    found: &mut Findings,
    attributes: &BTreeMap<String, Attribute>,
    prior: &Dynamic,
    config: &Dynamic,
    planned: &Dynamic,
) {
    for (name, schema) in attributes {
        let [prior, config, planned] = [prior, config, planned].map(|value| attribute(value, name));
        found.within_attribute(name, |found| check_attribute(found, schema, prior, config, planned));
    }
}

fn check_attribute(found: &mut Findings, schema: &Attribute, prior: &Dynamic, config: &Dynamic, planned: &Dynamic) {
    if planned == config || planned == prior && !prior.is_null() && !config.is_null() {
        return;
    }
    match &schema.shape {
        _ if schema.write_only => {
            if !planned.is_null() {
                found.add("planned value for write-only attribute is not null");
            }
        }
        _ if schema.computed && (!schema.optional || config.is_null()) => {}
        _ if config.is_null() => found.add(format!("planned value {} for a non-computed attribute", as_json(planned))),
        Shape::Nested(nesting, block) => check_objects(found, *nesting, &block.attributes, prior, config, planned),
        Shape::Plain(_) if prior.is_null() => {
            found.add(format!("planned value {} does not match config value {}", as_json(planned), as_json(config)));
        }
        Shape::Plain(_) => found.add(format!(
            "planned value {} does not match config value {} nor prior value {}",
            as_json(planned),
            as_json(config),
            as_json(prior)
        )),
    }
}

/// The objects of a nested attribute that the configuration sets.
fn check_objects(
    found: &mut Findings,
    nesting: Nesting,
    attributes: &BTreeMap<String, Attribute>,
    prior: &Dynamic,
    config: &Dynamic,
    planned: &Dynamic,
) {
    let mut check_element = |found: &mut Findings, prior: &Dynamic, config: &Dynamic, planned: &Dynamic| {
        check_attributes(found, attributes, prior, config, planned);
    };
    match (nesting, planned) {
        (_, Dynamic::Null) => found.add("planned for absence but config wants existence"),
        (_, Dynamic::Unknown) => found.add("planned unknown for configured value"),
        (Nesting::Set, Dynamic::Set(elements)) => {
            let Dynamic::Set(configured) = config else { return };
            // Elements that are not known yet may turn out to be equal, so that fewer are left in the end.
            let fewest = if planned.is_wholly_known() { elements.len() } else { 1 };
            if !(fewest..=elements.len()).contains(&configured.len()) {
                let (planned, config) = (elements.len(), configured.len());
                found.add(format!("count in plan ({planned}) disagrees with count in config ({config})"));
            }
        }
        (_, Dynamic::List(elements)) => check_list(found, prior, config, elements, "", &mut check_element),
        (_, Dynamic::Map(elements)) => check_map(found, prior, config, elements, "", &mut check_element),
        _ => check_element(found, prior, config, planned),
    }
}

type CheckElement<'a> = &'a mut dyn FnMut(&mut Findings, &Dynamic, &Dynamic, &Dynamic);

fn check_list(
    found: &mut Findings,
    prior: &Dynamic,
    config: &Dynamic,
    planned: &[Dynamic],
    kind: &str,
    check_element: CheckElement<'_>,
) {
    let prior = if let Dynamic::List(prior) = prior { prior.as_slice() } else { &[] };
    let config = if let Dynamic::List(config) = config { config.as_slice() } else { &[] };
    if planned.len() != config.len() {
        let (planned, config) = (planned.len(), config.len());
        return found.add(format!("{kind}count in plan ({planned}) disagrees with count in config ({config})"));
    }
    for (index, (planned, config)) in planned.iter().zip(config).enumerate() {
        let step = Step::Index(index.try_into().unwrap());
        found.within(step, |found| check_element(found, prior.get(index).unwrap_or(&Dynamic::Null), config, planned));
    }
}

fn check_map(
    found: &mut Findings,
    prior: &Dynamic,
    config: &Dynamic,
    planned: &BTreeMap<String, Dynamic>,
    kind: &str,
    check_element: CheckElement<'_>,
) {
    let none = BTreeMap::new();
    let prior = if let Dynamic::Map(prior) = prior { prior } else { &none };
    let config = if let Dynamic::Map(config) = config { config } else { &none };
    for key in config.keys().filter(|key| !planned.contains_key(*key)) {
        found.add(format!("{kind}key {key:?} from config is not present in plan"));
    }
    for (key, planned) in planned {
        match config.get(key) {
            None => found.add(format!("{kind}key {key:?} from plan is not present in config")),
            Some(config) => found.within(Step::Key(key.clone()), |found| {
                check_element(found, prior.get(key).unwrap_or(&Dynamic::Null), config, planned);
            }),
        }
    }
}
