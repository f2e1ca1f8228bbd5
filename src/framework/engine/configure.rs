//! ConfigureProvider: makes the client that everything else works with. No network.

use std::sync::{Arc, PoisonError};

use super::super::{Attribute, Diagnostics, Provider};
use super::{Answer, Engine, decode};
use crate::value::Encoded;

/// The answer.
#[derive(Debug, Default)]
pub struct Configured {
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Configured {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Configures the provider for one walk. A later call takes the place of an earlier one.
    pub async fn configure(&self, config: Encoded) -> Configured {
        self.answer(async {
            let config = decode("provider configuration", &config, &self.provider_schema().ty())?;
            let client = self.provider.configure(P::Config::decode(config)?)?;
            *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(client));
            self.in_state.forget_all();
            Ok(Configured::default())
        })
        .await
    }
}
