//! OpenEphemeralResource, RenewEphemeralResource, CloseEphemeralResource: what exists while Terraform runs.

use std::time::SystemTime;

use super::super::{Diagnostics, Opened as OpenedResource, Provider, Renewed as RenewedResource};
use super::{Answer, Call, Engine, conform, decode, encode, rules};
use crate::value::Encoded;

/// The answer to open.
#[derive(Debug, Default)]
pub struct Opened {
    /// What the practitioner gets.
    pub result: Encoded,
    /// What Terraform keeps.
    pub private: Vec<u8>,
    /// When to ask for a renewal.
    pub renew_at: Option<SystemTime>,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

/// The answer to renew.
#[derive(Debug, Default)]
pub struct Renewed {
    /// What Terraform keeps from now on.
    pub private: Vec<u8>,
    /// When to ask for the next renewal.
    pub renew_at: Option<SystemTime>,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

/// The answer to close.
#[derive(Debug, Default)]
pub struct Closed {
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Opened {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl Answer for Renewed {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl Answer for Closed {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Opens it. Terraform asks only when everything in the configuration is known.
    pub async fn open_ephemeral(&self, type_name: &str, config: Encoded) -> Opened {
        self.answer(async {
            let (ephemeral, known) = self.ephemerals.find(type_name)?;
            let config = decode("configuration", &config, &known.ty)?;
            let call = Call::new(self, ephemeral.timeout())?;
            let cx = call.cx(self);
            let opened = ephemeral.open(&cx, config.clone()).await;
            let mut diagnostics = cx.take_warnings();
            let Some(OpenedResource { result, private, renew_at }) = diagnostics.absorb(opened) else {
                return Ok(Opened { diagnostics, ..Opened::default() });
            };
            let fields = &known.schema.fields;
            let result = conform::blocks(result, fields);
            rules::check_opened(&result, &config, fields)?;
            Ok(Opened { result: encode("result", &result, &known.ty)?, private, renew_at, diagnostics })
        })
        .await
    }

    /// Keeps it open.
    pub async fn renew_ephemeral(&self, type_name: &str, private: &[u8]) -> Renewed {
        self.answer(async {
            let (ephemeral, _) = self.ephemerals.find(type_name)?;
            let call = Call::new(self, ephemeral.timeout())?;
            let cx = call.cx(self);
            let renewed = ephemeral.renew(&cx, private).await;
            let mut diagnostics = cx.take_warnings();
            let Some(RenewedResource { private, renew_at }) = diagnostics.absorb(renewed) else {
                return Ok(Renewed { diagnostics, ..Renewed::default() });
            };
            Ok(Renewed { private, renew_at, diagnostics })
        })
        .await
    }

    /// Closes it. Terraform also asks after it was interrupted.
    pub async fn close_ephemeral(&self, type_name: &str, private: &[u8]) -> Closed {
        self.answer(async {
            let (ephemeral, _) = self.ephemerals.find(type_name)?;
            let call = Call::new(self, ephemeral.timeout())?;
            let cx = call.cx(self);
            let closed = ephemeral.close(&cx, private).await;
            let mut diagnostics = cx.take_warnings();
            diagnostics.absorb(closed);
            Ok(Closed { diagnostics })
        })
        .await
    }
}
