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
    /// Turns a state into a configuration. There is none when a list has found no more than an identity; the answer is a
    /// configuration with nothing in it then, because Terraform 1.15 crashes on null.
    pub async fn generate_config(&self, type_name: &str, state: Encoded) -> Generated {
        self.answer(async {
            let (resource, known) = self.resources.find(type_name)?;
            let state = decode("state", &state, &known.ty)?;
            let fields = &known.schema.fields;
            let config = match state {
                Dynamic::Null => Dynamic::object::<&str>([]),
                state => {
                    let mut object = resource.generate_config(state)?;
                    config(&mut object, fields);
                    object
                }
            };
            let config = conform::blocks(config, fields);
            Ok(Generated { config: encode("configuration", &config, &known.ty)?, ..Generated::default() })
        })
        .await
    }
}

fn config(object: &mut Dynamic, fields: &[Field]) {
    let Dynamic::Object(attributes) = object else { return };
    for field in fields {
        argument(attributes.get_or_insert(field.name), field);
    }
}

fn argument(value: &mut Dynamic, field: &Field) {
    let is_left_out = field.presence == Presence::Computed || field.deprecated.is_some();
    if is_left_out || field.default.as_ref() == Some(&*value) {
        *value = Dynamic::Null;
        return;
    }
    field.change_inside(value, &config);
    match (&field.shape, &*value) {
        // A block with nothing in it need not be written.
        (Shape::Block(Nesting::Single, _), Dynamic::Object(attributes))
            if attributes.values().all(Dynamic::is_null) =>
        {
            *value = Dynamic::Null;
        }
        _ => {}
    }
}
