//! GenerateResourceConfig: the configuration that an imported object could have come from.
//!
//! Terraform writes it to a file. Applied as it is, it changes nothing. In order: the resource takes out what its remote
//! side has chosen; then goes what no configuration may hold, and what is as it is by default.

use super::super::schema::{Field, Nesting, Presence, Shape};
use super::super::{Diagnostics, Provider};
use super::{Answer, Engine, conform, decode, encode};
use crate::value::{Dynamic, Encoded};

/// The answer.
#[derive(Debug, Default)]
pub struct Generated {
    /// The configuration.
    pub config: Encoded,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Generated {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Turns a state into a configuration, and nothing into nothing: a list may have found no more than an identity.
    pub async fn generate_config(&self, type_name: &str, state: Encoded) -> Generated {
        self.answer(async {
            let (resource, known) = self.resources.find(type_name)?;
            let state = decode("state", &state, &known.ty)?;
            let config = if state.is_null() {
                Dynamic::Null
            } else {
                let fields = &known.schema.fields;
                conform::blocks(config(resource.generate_config(state)?, fields), fields)
            };
            Ok(Generated { config: encode("configuration", &config, &known.ty)?, ..Generated::default() })
        })
        .await
    }
}

fn config(object: Dynamic, fields: &[Field]) -> Dynamic {
    let Dynamic::Object(mut attributes) = object else { return object };
    for field in fields {
        let value = attributes.remove(field.name).unwrap_or_default();
        attributes.insert(field.name.to_owned(), argument(value, field));
    }
    Dynamic::Object(attributes)
}

fn argument(value: Dynamic, field: &Field) -> Dynamic {
    let is_left_out = field.presence == Presence::Computed || field.deprecated.is_some();
    if is_left_out || field.default.as_ref() == Some(&value) {
        return Dynamic::Null;
    }
    let value = field.change_inside(value, &config);
    match (&field.shape, &value) {
        // A block with nothing in it need not be written.
        (Shape::Block(Nesting::Single, _), Dynamic::Object(attributes))
            if attributes.values().all(Dynamic::is_null) =>
        {
            Dynamic::Null
        }
        _ => value,
    }
}
