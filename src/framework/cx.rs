use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::engine::InState;
use super::{Attribute, Diagnostic, Diagnostics, Resource};

/// What an operation may use besides its arguments.
pub struct Cx<'a, C> {
    /// What [`Provider::configure`](super::Provider::configure) made.
    pub client: &'a C,
    /// When the operation's timeout ends.
    pub deadline: Instant,
    /// Cancelled when the practitioner interrupts Terraform. What is left to do then is to say what is true now.
    pub stop: &'a CancellationToken,
    in_state: &'a InState,
    warnings: Mutex<Diagnostics>,
}

impl<'a, C> Cx<'a, C> {
    pub(super) fn new(client: &'a C, deadline: Instant, stop: &'a CancellationToken, in_state: &'a InState) -> Self {
        Self { client, deadline, stop, in_state, warnings: Mutex::default() }
    }

    /// Whether the state held an object of type `R` with this identity when the walk began, at whatever address.
    pub fn state_holds<R: Resource>(&self, identity: &R::Identity) -> bool {
        self.in_state.holds(R::NAME, &identity.clone().encode())
    }

    /// Tells the practitioner something without failing.
    pub fn warn(&self, warning: Diagnostic) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(warning);
    }

    /// What there was to say since the last time.
    pub(super) fn take_warnings(&self) -> Diagnostics {
        std::mem::take(&mut self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
