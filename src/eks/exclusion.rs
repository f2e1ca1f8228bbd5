//! Which entries of a cluster an exclusive set of principals leaves no room for.

use std::collections::BTreeSet;

use crate::aws::EntryType;

use super::{pattern, search};

/// The set, and whom it leaves alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exclusion {
    /// The principals that may have an entry.
    pub(super) named: BTreeSet<String>,
    /// Patterns for principals that are left alone.
    pub(super) ignored: BTreeSet<String>,
    /// Whether entries of nodes are not left alone.
    pub(super) nodes_too: bool,
    /// Whether entries of service-linked roles are not left alone.
    pub(super) service_linked_roles_too: bool,
    /// Those who were in the set before, while some of who is in it, or is left alone, is known only after apply. Of them,
    /// whoever is not named may go; of anybody else nothing can be said yet.
    pub(super) open: Option<BTreeSet<String>>,
}

impl Exclusion {
    /// Whether an entry of this principal and of this type is one too many.
    pub(super) fn excludes(&self, principal: &str, entry_type: &EntryType) -> bool {
        self.concerns(principal) && (self.nodes_too || *entry_type == EntryType::Standard)
    }

    /// Whether an entry of this principal is one too many, as far as its ARN tells.
    pub(super) fn concerns(&self, principal: &str) -> bool {
        let is_named = self.named.contains(principal);
        let is_ignored = self.ignored.iter().any(|pattern| pattern::fits(pattern, principal));
        let may_be_named_yet = self.open.as_ref().is_some_and(|before| !before.contains(principal));
        let is_spared = is_named || is_ignored || may_be_named_yet;
        !is_spared && (self.service_linked_roles_too || !search::is_service_linked(principal))
    }
}
