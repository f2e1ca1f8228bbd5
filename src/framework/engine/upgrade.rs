//! UpgradeResourceState: reads an object out of a state file, whichever version of the type wrote it.
//!
//! Terraform asks for every object of the state before it does anything else with it, also when the version is the current one.

use super::super::{Diagnostic, Diagnostics, Provider, RawState};
use super::{Answer, Engine, conform, encode};
use crate::value::Encoded;

/// The question.
#[derive(Debug, Default)]
pub struct Upgrade {
    /// Of which type the object is.
    pub type_name: String,
    /// The version of the schema that the state was written with.
    pub version: i64,
    /// What the state holds.
    pub state: RawState,
}

/// The answer.
#[derive(Debug, Default)]
pub struct Upgraded {
    /// The object in its current form.
    pub state: Encoded,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Upgraded {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Reads the object, and remembers that the state has it.
    pub async fn upgrade(&self, question: Upgrade) -> Upgraded {
        self.answer(async {
            let (resource, known) = self.resources.find(&question.type_name)?;
            let version = u64::try_from(question.version).unwrap_or_default();
            let state = if version == known.schema.version {
                question.state.decode_as(&known.ty)?
            } else {
                resource
                    .upgrade(version, &question.state)
                    .unwrap_or_else(|| Err(no_way(&question.type_name, version, known.schema.version).into()))?
            };
            let state = conform::state(state, &known.schema.fields);
            if let Ok(identity) = resource.identity(state.clone()) {
                self.in_state.remember(resource.name(), identity);
            }
            Ok(Upgraded { state: encode("state", &state, &known.ty)?, ..Upgraded::default() })
        })
        .await
    }
}

fn no_way(type_name: &str, from: u64, to: u64) -> Diagnostic {
    let detail = format!(
        "The state holds a {type_name} of schema version {from}; this version of the provider reads version {to}, and \
         knows no way from one to the other. Use a version of the provider that is not older than the one that wrote \
         the state."
    );
    Diagnostic::error("Cannot upgrade state", detail)
}
