//! ConfigureProvider: makes the client that everything else works with. No network.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::super::{Attribute, Diagnostics, Provider, Walks};
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
    /// Configures the provider. A later call takes the place of an earlier one.
    ///
    /// At the beginning of a walk Terraform has the provider validate its block and then configures it. Where it leaves out
    /// the first, it is not a walk that begins.
    pub async fn configure(&self, config: Encoded) -> Configured {
        self.answer(async {
            let config = decode("provider configuration", &config, &self.provider_schema().ty())?;
            let validated = self.is_provider_validated.swap(false, Ordering::Relaxed);
            let walks = if validated { Walks::One } else { Walks::Several };
            let client = self.provider.configure(P::Config::decode(config)?, walks)?;
            *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(client));
            self.in_state.forget_all();
            Ok(Configured::default())
        })
        .await
    }
}
