use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::value::Dynamic;

/// Which objects the state held when the walk began, by type and identity, as far as they have come up.
///
/// Terraform reads the state of an object through the provider before it plans that object, but tells a plan of one nothing of
/// the others; and an object that is tainted reaches its plan as if it were new.
#[derive(Debug, Default)]
pub(in super::super) struct InState(Mutex<BTreeSet<(&'static str, Dynamic)>>);

impl InState {
    pub(super) fn remember(&self, type_name: &'static str, identity: Dynamic) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((type_name, identity));
    }

    pub(super) fn forget_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(in super::super) fn holds(&self, type_name: &'static str, identity: &Dynamic) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&(type_name, identity.clone()))
    }
}
