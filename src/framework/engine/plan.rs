//! PlanResourceChange: what a change will come to.
//!
//! In order: start from what Terraform proposes; fill in defaults; let the resource decide; where anything differs from
//! what is there now, show as known after apply what only the provider can tell; find what needs a new object; hold the
//! result against Terraform's own rules, so that a mistake of ours is reported as ours.

use std::collections::BTreeMap;

use super::super::schema::{Field, Nesting};
use super::super::{AnyResource, Cx, Decided, Diagnostics, DynamicChange, Operation, Provider};
use super::{Answer, Call, Engine, KnownResource, conform, decode, encode, private, replace, rules};
use crate::value::{AttributePath, Dynamic, Encoded};

/// The question.
#[derive(Debug, Default)]
pub struct Plan {
    /// Of which type the object is.
    pub type_name: String,
    /// What is there now; null for a new object, also for the create half of a replacement.
    pub prior: Encoded,
    /// What Terraform would have; null for a removal.
    pub proposed: Encoded,
    /// What the practitioner wrote.
    pub config: Encoded,
    /// The private data of the object, or of the one that it replaces.
    pub private: Vec<u8>,
    /// The identity of the object, or of the one that it replaces.
    pub identity: Option<Encoded>,
}

/// The answer.
#[derive(Debug, Default)]
pub struct Planned {
    /// What the practitioner is shown; null for a removal.
    pub state: Encoded,
    /// The attributes whose change needs a new object.
    pub requires_replace: Vec<AttributePath>,
    /// What apply gets back.
    pub private: Vec<u8>,
    /// Which object it is.
    pub identity: Option<Encoded>,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Planned {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Plans one change of one object.
    pub async fn plan(&self, question: Plan) -> Planned {
        self.answer(async {
            let (resource, known) = self.resources.find(&question.type_name)?;
            let prior = decode("prior state", &question.prior, &known.ty)?;
            let proposed = decode("proposed state", &question.proposed, &known.ty)?;
            let config = decode("configuration", &question.config, &known.ty)?;

            let timed = if prior.is_null() { &config } else { &prior };
            let call = Call::on(self, resource, Operation::Read, timed)?;
            let cx = call.cx(self);
            let planned = if proposed.is_null() {
                removal(resource, &cx, prior).await
            } else {
                let replaces = private::is_managed(&question.private);
                change(resource, known, &cx, Values { prior, proposed, config }, replaces).await
            };
            let mut diagnostics = cx.take_warnings();
            let Some((state, requires_replace)) = diagnostics.absorb(planned) else {
                return Ok(Planned { diagnostics, ..Planned::default() });
            };
            Ok(Planned {
                state: encode("planned state", &state, &known.ty)?,
                requires_replace,
                private: question.private,
                identity: question.identity,
                diagnostics,
            })
        })
        .await
    }
}

struct Values {
    prior: Dynamic,
    proposed: Dynamic,
    config: Dynamic,
}

type Outcome = Result<(Dynamic, Vec<AttributePath>), Diagnostics>;

async fn removal<C>(resource: &dyn AnyResource<C>, cx: &Cx<'_, C>, prior: Dynamic) -> Outcome {
    resource.plan(cx, DynamicChange::Delete { prior }).await?;
    Ok((Dynamic::Null, Vec::new()))
}

async fn change<C>(
    resource: &dyn AnyResource<C>,
    known: &KnownResource,
    cx: &Cx<'_, C>,
    Values { prior, proposed, config }: Values,
    replaces: bool,
) -> Outcome {
    let fields = &known.schema.fields;
    let planned = with_defaults(proposed, &config, fields);

    let change = if prior.is_null() {
        DynamicChange::Create { config: config.clone(), planned: planned.clone(), replaces }
    } else {
        DynamicChange::Update { config: config.clone(), prior: prior.clone(), planned: planned.clone() }
    };
    let Decided { changed, requires_replace: mut replaced } = resource.plan(cx, change).await?;
    let mut planned = conform::blocks(with(planned, &changed), fields);

    if planned != prior {
        planned = with_unknowns(planned, &config, fields, &changed);
    }
    if prior.is_null() {
        replaced.clear();
    } else {
        replaced.extend(replace::changes(&prior, &planned, fields));
        replaced.sort();
        replaced.dedup();
    }
    rules::check_plan(&planned, &prior, &config, fields)?;
    Ok((planned, replaced))
}

/// Fills in the defaults of attributes for which the configuration has no value.
fn with_defaults(planned: Dynamic, config: &Dynamic, fields: &[Field]) -> Dynamic {
    each(planned, config, fields, &|planned, config, field| match &field.default {
        Some(default) if config.is_null() => default.clone(),
        _ => planned,
    })
}

/// Shows as known after apply what the configuration leaves to the provider and the provider has not decided, unless
/// an update leaves it as it is.
fn with_unknowns(planned: Dynamic, config: &Dynamic, fields: &[Field], decided: &BTreeMap<String, Dynamic>) -> Dynamic {
    let shown = each(planned, config, fields, &|planned, config, field| {
        let stays = field.default.is_some() || (field.keeps_state && !planned.is_null());
        if field.is_computed() && config.is_null() && !stays { Dynamic::Unknown } else { planned }
    });
    with(shown, decided)
}

/// The object with other values for these attributes.
fn with(object: Dynamic, attributes: &BTreeMap<String, Dynamic>) -> Dynamic {
    let Dynamic::Object(mut object) = object else { return object };
    object.extend(attributes.iter().map(|(name, value)| (name.clone(), value.clone())));
    Dynamic::Object(object)
}

/// Goes through the attributes of an object, and of the objects inside it, beside the configuration of each.
fn each(
    object: Dynamic,
    config: &Dynamic,
    fields: &[Field],
    change: &impl Fn(Dynamic, &Dynamic, &Field) -> Dynamic,
) -> Dynamic {
    let Dynamic::Object(mut attributes) = object else { return object };
    for field in fields {
        let value = attributes.remove(field.name).unwrap_or_default();
        let config = config.attribute(field.name).unwrap_or(&Dynamic::Null);
        let value = change(value, config, field);
        attributes.insert(field.name.to_owned(), inside(value, config, field, change));
    }
    Dynamic::Object(attributes)
}

fn inside(
    value: Dynamic,
    config: &Dynamic,
    field: &Field,
    change: &impl Fn(Dynamic, &Dynamic, &Field) -> Dynamic,
) -> Dynamic {
    let Some((nesting, fields)) = field.inner() else { return value };
    match (nesting, value, config) {
        (Nesting::Single, value, config) => each(value, config, fields, change),
        (Nesting::List, Dynamic::List(values), Dynamic::List(configs)) => {
            let configs = configs.iter().chain(std::iter::repeat(&Dynamic::Null));
            Dynamic::List(values.into_iter().zip(configs).map(|(v, c)| each(v, c, fields, change)).collect())
        }
        (Nesting::Map, Dynamic::Map(values), Dynamic::Map(configs)) => {
            let change_one = |(key, value)| {
                let value = each(value, configs.get(&key).unwrap_or(&Dynamic::Null), fields, change);
                (key, value)
            };
            Dynamic::Map(values.into_iter().map(change_one).collect())
        }
        // Which element of a set came from which block cannot be told. Where the configuration has a value, so has the
        // planned element: it serves as its own configuration.
        (Nesting::Set, Dynamic::Set(values), _) => {
            Dynamic::set(values.into_iter().map(|value| each(value.clone(), &value, fields, change)))
        }
        (_, value, _) => value,
    }
}
