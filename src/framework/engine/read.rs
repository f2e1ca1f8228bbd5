//! ReadResource: what is there now.

use super::super::{Diagnostics, Operation, Provider};
use super::{Answer, Call, Engine, conform, decode, encode, private};
use crate::value::{Dynamic, Encoded};

/// The question.
#[derive(Debug, Default)]
pub struct Read {
    /// Of which type the object is.
    pub type_name: String,
    /// What the state holds. It says which object it is; what else the state holds beside it follows from it.
    pub state: Encoded,
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
            let state = resource.read(&cx, resource.identity(prior.clone())?, Some(prior)).await;
            let mut diagnostics = cx.take_warnings();
            let state = match state {
                Ok(state) => state,
                Err(wrong) => {
                    diagnostics.extend(wrong);
                    return Ok(ReadAnswer { diagnostics, ..ReadAnswer::default() });
                }
            };
            let Some(state) = state else {
                let state = encode("state", &Dynamic::Null, &known.ty)?;
                return Ok(ReadAnswer { state, diagnostics, ..ReadAnswer::default() });
            };
            let state = conform::state(state, &known.schema.fields);
            let identity = resource.identity(state.clone())?;
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
