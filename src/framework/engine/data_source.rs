//! ReadDataSource: looks something up.

use super::super::{Diagnostics, Operation, Provider};
use super::{Answer, Call, Engine, conform, decode, encode};
use crate::value::Encoded;

/// The answer.
#[derive(Debug, Default)]
pub struct LookedUp {
    /// What was asked, and the answer to it.
    pub state: Encoded,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for LookedUp {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Looks it up. Terraform asks only when everything in the configuration is known.
    pub async fn read_data_source(&self, type_name: &str, config: Encoded) -> LookedUp {
        self.answer(async {
            let (data_source, known) = self.data_sources.find(type_name)?;
            let config = decode("configuration", &config, &known.ty)?;
            let call = Call::new(self, data_source.timeouts().of(Operation::Read, &config))?;
            let cx = call.cx(self);
            let state = data_source.read(&cx, config).await;
            let mut diagnostics = cx.take_warnings();
            let Some(state) = diagnostics.absorb(state) else {
                return Ok(LookedUp { diagnostics, ..LookedUp::default() });
            };
            let state = conform::state(state, &known.schema.fields);
            Ok(LookedUp { state: encode("state", &state, &known.ty)?, diagnostics })
        })
        .await
    }
}
