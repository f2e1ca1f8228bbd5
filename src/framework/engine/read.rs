//! ReadResource: what is there now.

use super::super::schema::{Field, Presence};
use super::super::{Diagnostics, Found, Operation, Provider, Sought};
use super::{Answer, Call, Engine, conform, decode, encode, private};
use crate::value::{Dynamic, Encoded};

/// The question.
#[derive(Debug, Default)]
pub struct Read {
    /// Of which type the object is.
    pub type_name: String,
    /// What the state holds. It says which object it is; what else the state holds beside it follows from it.
    pub state: Encoded,
    /// The private data of the object.
    pub private: Vec<u8>,
}

/// The answer. Private data and identity take the place of what the state holds.
#[derive(Debug, Default)]
pub struct ReadAnswer {
    /// What is there now; null when it is gone.
    pub state: Encoded,
    /// Which object it is.
    pub identity: Option<Encoded>,
    /// Private data.
    pub private: Vec<u8>,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for ReadAnswer {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Looks at the object. The prior state says which object it is: the identity follows from it.
    ///
    /// Terraform reads an object right after its import. What the import left out for the sake of generated configuration
    /// stays out in that read, and comes with the next one.
    pub async fn read(&self, question: Read) -> ReadAnswer {
        self.answer(async {
            let (resource, known) = self.resources.find(&question.type_name)?;
            let prior = decode("state", &question.state, &known.ty)?;
            if prior.is_null() {
                let state = encode("state", &Dynamic::Null, &known.ty)?;
                return Ok(ReadAnswer { state, ..ReadAnswer::default() });
            }
            let call = Call::on(self, resource, Operation::Read, &prior)?;
            let cx = call.cx(self);
            let imported = private::is_imported(&question.private).then(|| prior.clone());
            let found = resource.read(&cx, Sought::InState(prior)).await;
            let mut diagnostics = cx.take_warnings();
            let found = match found {
                Ok(found) => found,
                Err(wrong) => {
                    diagnostics.extend(wrong);
                    return Ok(ReadAnswer { diagnostics, ..ReadAnswer::default() });
                }
            };
            let Some(Found { state, mut identity }) = found else {
                let state = encode("state", &Dynamic::Null, &known.ty)?;
                return Ok(ReadAnswer { state, diagnostics, ..ReadAnswer::default() });
            };
            let mut state = conform::state(state, &known.schema.fields);
            if let Some(imported) = imported {
                leave_out(&mut state, &imported, &known.schema.fields);
                identity = resource.identity(state.clone())?;
            }
            Ok(ReadAnswer {
                state: encode("state", &state, &known.ty)?,
                identity: Some(encode("identity", &identity, &known.identity_ty)?),
                private: private::MANAGED.to_vec(),
                diagnostics,
            })
        })
        .await
    }
}

/// Leaves out what `imported` has no value for, of all that a configuration may set and need not.
fn leave_out(state: &mut Dynamic, imported: &Dynamic, fields: &[Field]) {
    let Dynamic::Object(attributes) = state else { return };
    let may_stay_out = |field: &&Field| field.presence == Presence::OptionalComputed && field.default.is_none();
    for field in fields.iter().filter(may_stay_out) {
        if imported.attribute(field.name).is_none_or(Dynamic::is_null) {
            attributes.insert(field.name, Dynamic::Null);
        }
    }
}
