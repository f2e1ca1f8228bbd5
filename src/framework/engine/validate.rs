//! Validate…Config: looks at configuration alone, where parts of it may still be unknown.
//!
//! In order: what Terraform itself does not check (a value for a read-only attribute, null for a required one), the
//! checks of single strings, deprecations, and last the checks of the whole block.

use std::sync::atomic::Ordering;

use super::super::schema::{Field, Nesting, Presence};
use super::super::{Attribute, Diagnostic, Diagnostics, Provider};
use super::{Answer, Engine, decode};
use crate::value::{AttributePath, Dynamic, Encoded};

/// The answer.
#[derive(Debug, Default)]
pub struct Validated {
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Validated {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Validates the `provider` block.
    pub async fn validate_provider(&self, config: Encoded) -> Validated {
        self.answer(async {
            let schema = self.provider_schema();
            let config = decode("provider configuration", &config, &schema.ty())?;
            self.is_provider_validated.store(true, Ordering::Relaxed);
            Ok(validate(config, &schema.fields, |config| self.provider.validate(&P::Config::decode(config)?)))
        })
        .await
    }

    /// Validates a `resource` block.
    pub async fn validate_resource(&self, type_name: &str, config: Encoded) -> Validated {
        self.answer(async {
            let (resource, known) = self.resources.find(type_name)?;
            let config = decode("configuration", &config, &known.ty)?;
            Ok(validate(config, &known.schema.fields, |config| resource.validate(config)))
        })
        .await
    }

    /// Validates a `data` block.
    pub async fn validate_data_source(&self, type_name: &str, config: Encoded) -> Validated {
        self.answer(async {
            let (data_source, known) = self.data_sources.find(type_name)?;
            let config = decode("configuration", &config, &known.ty)?;
            Ok(validate(config, &known.schema.fields, |config| data_source.validate(config)))
        })
        .await
    }

    /// Validates a `list` block.
    pub async fn validate_list(&self, type_name: &str, config: Encoded) -> Validated {
        self.answer(async {
            let (list, known) = self.lists.find(type_name)?;
            let config = decode("configuration", &config, &known.ty)?;
            Ok(validate(config, &known.schema.fields, |config| list.validate(config)))
        })
        .await
    }

    /// Validates an `ephemeral` block.
    pub async fn validate_ephemeral(&self, type_name: &str, config: Encoded) -> Validated {
        self.answer(async {
            let (ephemeral, known) = self.ephemerals.find(type_name)?;
            let config = decode("configuration", &config, &known.ty)?;
            Ok(validate(config, &known.schema.fields, |config| ephemeral.validate(config)))
        })
        .await
    }
}

fn validate(config: Dynamic, fields: &[Field], whole: impl FnOnce(Dynamic) -> Result<(), Diagnostics>) -> Validated {
    let mut diagnostics = Diagnostics::none();
    object(&config, fields, &AttributePath::root(), &mut diagnostics);
    diagnostics.absorb(whole(config));
    Validated { diagnostics }
}

/// What is wrong with the fields of an object, each by itself.
pub(super) fn object(config: &Dynamic, fields: &[Field], at: &AttributePath, diagnostics: &mut Diagnostics) {
    let Dynamic::Object(attributes) = config else { return };
    for field in fields {
        let value = attributes.get(field.name).unwrap_or(&Dynamic::Null);
        if value.is_null() && field.presence != Presence::Required {
            continue;
        }
        let at = at.clone().then_attribute(field.name);
        presence(value, field, &at, diagnostics);
        strings(value, field, &at, diagnostics);
        if let Some(why) = field.deprecated.filter(|_| is_given(value, field)) {
            diagnostics.push(Diagnostic::warning("Deprecated argument", why).at(at.clone()));
        }
        inner(value, field, &at, diagnostics);
    }
}

/// Whether the practitioner wrote something, as far as is known: a block that occurs never is an empty collection.
fn is_given(value: &Dynamic, field: &Field) -> bool {
    match value {
        Dynamic::Null | Dynamic::Unknown => false,
        Dynamic::List(values) | Dynamic::Set(values) if field.is_block() => !values.is_empty(),
        Dynamic::Map(values) if field.is_block() => !values.is_empty(),
        _ => true,
    }
}

fn presence(value: &Dynamic, field: &Field, at: &AttributePath, diagnostics: &mut Diagnostics) {
    match field.presence {
        Presence::Computed if !value.is_null() => {
            let detail = format!("The attribute {at} is given by the provider. Remove it from the configuration.");
            diagnostics.push(Diagnostic::error("Read-only attribute", detail).at(at.clone()));
        }
        // A required block that is missing is Terraform's own error.
        Presence::Required if value.is_null() && !field.is_block() => {
            let detail = format!("The argument {at} is required, and is null.");
            diagnostics.push(Diagnostic::error("Missing required argument", detail).at(at.clone()));
        }
        _ => {}
    }
}

/// Checks each string in the value: the value itself, or the elements of a collection of strings.
fn strings(value: &Dynamic, field: &Field, at: &AttributePath, diagnostics: &mut Diagnostics) {
    if field.checks.is_empty() {
        return;
    }
    let mut check = |text: &Dynamic, at: AttributePath| {
        let Dynamic::String(text) = text else { return };
        let wrong = field.checks.iter().find_map(|check| check(text).err());
        diagnostics.extend(wrong.map(|wrong| wrong.at(at)));
    };
    match value {
        Dynamic::Set(values) => values.iter().for_each(|text| check(text, at.clone())),
        Dynamic::List(values) => values.iter().zip(0..).for_each(|(text, i)| check(text, at.clone().then_index(i))),
        Dynamic::Map(values) => values.iter().for_each(|(key, text)| check(text, at.clone().then_key(key))),
        text => check(text, at.clone()),
    }
}

fn inner(value: &Dynamic, field: &Field, at: &AttributePath, diagnostics: &mut Diagnostics) {
    let Some((nesting, fields)) = field.inner() else { return };
    match (nesting, value) {
        (Nesting::Single, value) => object(value, fields, at, diagnostics),
        (Nesting::List, Dynamic::List(values)) => {
            for (value, index) in values.iter().zip(0..) {
                object(value, fields, &at.clone().then_index(index), diagnostics);
            }
        }
        (Nesting::Map, Dynamic::Map(values)) => {
            for (key, value) in values {
                object(value, fields, &at.clone().then_key(key), diagnostics);
            }
        }
        // There is no path into a set, so what is wrong inside is blamed on the set.
        (Nesting::Set, Dynamic::Set(values)) => {
            for value in values {
                let mut inside = Diagnostics::none();
                object(value, fields, &AttributePath::root(), &mut inside);
                diagnostics.extend(inside.into_iter().map(|diagnostic| diagnostic.at(at.clone())));
            }
        }
        _ => {}
    }
}
