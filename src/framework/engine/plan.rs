//! PlanResourceChange: what a change will come to.
//!
//! In order: start from what Terraform proposes; fill in defaults; let the resource decide; where anything differs from
//! what is there now, show as known after apply what only the provider can tell; find what needs a new object; hold the
//! result against Terraform's own rules, so that a mistake of ours is reported as ours.

use super::super::schema::{Field, Nesting};
use super::super::{AnyResource, Cx, Decided, Diagnostics, DynamicChange, Operation, Provider};
use super::{Answer, Call, Engine, KnownResource, conform, decode, encode, private, replace, rules};
use crate::value::{AttributePath, Attributes, Dynamic, Encoded};

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
            // Most plans change nothing: then both are the same bytes.
            let proposed = match question.proposed == question.prior {
                true => prior.clone(),
                false => decode("proposed state", &question.proposed, &known.ty)?,
            };
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
    let mut planned = proposed;
    fill_in_defaults(&mut planned, &config, fields);

    let change = if prior.is_null() {
        DynamicChange::Create { config: config.clone(), planned: planned.clone(), replaces }
    } else {
        DynamicChange::Update { config: config.clone(), prior: prior.clone(), planned: planned.clone() }
    };
    let Decided { changed, requires_replace: mut replaced } = resource.plan(cx, change).await?;
    set(&mut planned, &changed);
    let mut planned = conform::blocks(planned, fields);

    if planned != prior {
        show_unknowns(&mut planned, &config, fields);
        set(&mut planned, &changed);
    }
    if prior.is_null() {
        replaced.clear();
    } else {
        replaced.extend(replace::changes(&prior, &planned, fields));
        replaced.sort_unstable();
        replaced.dedup();
    }
    rules::check_plan(&planned, &prior, &config, fields)?;
    Ok((planned, replaced))
}

/// Fills in the defaults of attributes for which the configuration has no value.
fn fill_in_defaults(planned: &mut Dynamic, config: &Dynamic, fields: &[Field]) {
    each(planned, config, fields, &|planned, config, field| {
        if let Some(default) = field.default.as_ref().filter(|_| config.is_null()) {
            *planned = default.clone();
        }
    });
}

/// Shows as known after apply what the configuration leaves to the provider and the provider has not decided, unless
/// an update leaves it as it is.
fn show_unknowns(planned: &mut Dynamic, config: &Dynamic, fields: &[Field]) {
    each(planned, config, fields, &|planned, config, field| {
        let stays = field.default.is_some() || (field.keeps_state && !planned.is_null());
        if field.is_computed() && config.is_null() && !stays {
            *planned = Dynamic::Unknown;
        }
    });
}

/// Gives these attributes of the object other values.
fn set(object: &mut Dynamic, attributes: &Attributes) {
    if let Dynamic::Object(object) = object {
        object.extend(attributes.clone());
    }
}

/// Goes through the attributes of an object, and of the objects inside it, beside the configuration of each.
fn each(object: &mut Dynamic, config: &Dynamic, fields: &[Field], change: &impl Fn(&mut Dynamic, &Dynamic, &Field)) {
    let Dynamic::Object(attributes) = object else { return };
    for field in fields {
        let value = attributes.get_or_insert(field.name);
        let config = config.attribute(field.name).unwrap_or(&Dynamic::Null);
        change(value, config, field);
        inside(value, config, field, change);
    }
}

fn inside(value: &mut Dynamic, config: &Dynamic, field: &Field, change: &impl Fn(&mut Dynamic, &Dynamic, &Field)) {
    let Some((nesting, fields)) = field.inner() else { return };
    match (nesting, &mut *value, config) {
        (Nesting::Single, value, config) => each(value, config, fields, change),
        (Nesting::List, Dynamic::List(values), Dynamic::List(configs)) => {
            let configs = configs.iter().chain(std::iter::repeat(&Dynamic::Null));
            values.iter_mut().zip(configs).for_each(|(value, config)| each(value, config, fields, change));
        }
        (Nesting::Map, Dynamic::Map(values), Dynamic::Map(configs)) => {
            for (key, value) in values {
                each(value, configs.get(key).unwrap_or(&Dynamic::Null), fields, change);
            }
        }
        // Which element of a set came from which block cannot be told. Where the configuration has a value, so has the
        // planned element: it serves as its own configuration.
        (Nesting::Set, Dynamic::Set(values), _) => {
            values.iter_mut().for_each(|value| each(value, &value.clone(), fields, change));
            *value = Dynamic::set(std::mem::take(values));
        }
        _ => {}
    }
}
