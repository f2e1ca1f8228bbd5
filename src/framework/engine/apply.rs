//! ApplyResourceChange: makes, changes or removes an object.
//!
//! Whatever happens, the state that goes back is what is true: after a failure, what exists all the same.

use super::super::{AnyResource, Cx, Diagnostics, DynamicFailed, Operation, Provider};
use super::{Answer, Call, Engine, KnownResource, conform, decode, encode, private, rules};
use crate::value::{Dynamic, Encoded};

/// The question.
#[derive(Debug, Default)]
pub struct Apply {
    /// Of which type the object is.
    pub type_name: String,
    /// What is there now; null for a create.
    pub prior: Encoded,
    /// What was planned; null for a removal.
    pub planned: Encoded,
    /// What the practitioner wrote.
    pub config: Encoded,
}

/// The answer.
#[derive(Debug, Default)]
pub struct Applied {
    /// What is there now; null when there is nothing.
    pub state: Encoded,
    /// Which object it is.
    pub identity: Option<Encoded>,
    /// Private data.
    pub private: Vec<u8>,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Applied {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Applies one planned change of one object.
    pub async fn apply(&self, question: Apply) -> Applied {
        self.answer(async {
            let (resource, known) = self.resources.find(&question.type_name)?;
            let prior = decode("prior state", &question.prior, &known.ty)?;
            let planned = decode("planned state", &question.planned, &known.ty)?;
            let config = decode("configuration", &question.config, &known.ty)?;

            let (operation, timed) = match (prior.is_null(), planned.is_null()) {
                (true, _) => (Operation::Create, &planned),
                (false, true) => (Operation::Delete, &prior),
                (false, false) => (Operation::Update, &planned),
            };
            let call = Call::on(self, resource, operation, timed)?;
            let cx = call.cx(self);
            let outcome = match operation {
                Operation::Delete => delete(resource, &cx, prior.clone()).await,
                _ => put(resource, known, &cx, prior.clone(), planned, config).await,
            };
            let mut diagnostics = cx.take_warnings();
            let state = match outcome {
                Ok(state) => state,
                Err(failed) => {
                    diagnostics.extend(failed.diagnostics);
                    failed.state.map_or(prior, |state| conform::state(state, &known.schema.fields))
                }
            };
            let mut answer =
                Applied { state: encode("new state", &state, &known.ty)?, diagnostics, ..Applied::default() };
            if !state.is_null() {
                answer.private = private::MANAGED.to_vec();
                // Whatever is wrong with the identity: the object exists, and its state has to go back.
                let identity = resource.identity(state).and_then(|it| encode("identity", &it, &known.identity_ty));
                answer.identity = answer.diagnostics.absorb(identity);
            }
            Ok(answer)
        })
        .await
    }
}

async fn delete<C>(resource: &dyn AnyResource<C>, cx: &Cx<'_, C>, prior: Dynamic) -> Result<Dynamic, DynamicFailed> {
    resource.delete(cx, prior).await?;
    Ok(Dynamic::Null)
}

async fn put<C>(
    resource: &dyn AnyResource<C>,
    known: &KnownResource,
    cx: &Cx<'_, C>,
    prior: Dynamic,
    planned: Dynamic,
    config: Dynamic,
) -> Result<Dynamic, DynamicFailed> {
    let result = if prior.is_null() {
        resource.create(cx, config, planned.clone()).await?
    } else {
        resource.update(cx, config, prior, planned.clone()).await?
    };
    let result = conform::blocks(result, &known.schema.fields);
    let checked = rules::check_result(&planned, &result);
    let state = conform::state(result, &known.schema.fields);
    match checked {
        Ok(()) => Ok(state),
        Err(diagnostics) => Err(DynamicFailed { state: Some(state), diagnostics }),
    }
}
