//! UpgradeResourceIdentity: reads the identity that a state holds.

use super::super::{Diagnostics, Provider, RawState};
use super::{Answer, Engine, encode};
use crate::value::Encoded;

/// The version of every identity schema.
///
/// It stays 0: with a higher one, Terraform asks for an upgrade of identities that a state does not have, and OpenTofu
/// fails on the only answer there is.
pub const VERSION: i64 = 0;

/// The answer.
#[derive(Debug, Default)]
pub struct UpgradedIdentity {
    /// The identity in its current form.
    pub identity: Option<Encoded>,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for UpgradedIdentity {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Reads an identity. There has been one form only, so nothing is ever upgraded.
    pub async fn upgrade_identity(&self, type_name: &str, identity: RawState) -> UpgradedIdentity {
        self.answer(async {
            let (_, known) = self.resources.find(type_name)?;
            let identity = identity.decode_as(&known.identity_ty)?;
            let identity = Some(encode("identity", &identity, &known.identity_ty)?);
            Ok(UpgradedIdentity { identity, ..UpgradedIdentity::default() })
        })
        .await
    }
}
