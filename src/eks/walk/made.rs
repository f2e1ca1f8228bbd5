//! What has been made in this apply, and what has been removed.
//!
//! Where a resource, or one that depends on it, has `create_before_destroy`, Terraform has the new object made first and removes the
//! old one after that. To EKS both are one: to remove the old one would be to remove what has just been made.

use std::collections::{BTreeMap, BTreeSet};

use super::record::EntryKey;

/// What resources have made, or taken over, so far, and what they have removed.
#[derive(Default)]
pub(super) struct Made {
    removed: BTreeSet<EntryKey>,
    entries: BTreeMap<EntryKey, Option<String>>,
    associations: BTreeMap<EntryKey, BTreeSet<String>>,
}

impl Made {
    pub(super) fn add_entry(&mut self, key: EntryKey, unique_id: Option<String>) {
        self.entries.insert(key, unique_id);
    }

    pub(super) fn add_association(&mut self, key: EntryKey, policy: String) {
        self.associations.entry(key).or_default().insert(policy);
    }

    pub(super) fn remove_entry(&mut self, key: EntryKey) {
        self.removed.insert(key);
    }

    pub(super) fn is_removed(&self, key: &EntryKey) -> bool {
        self.removed.contains(key)
    }

    /// The unique id, if it was given, of the principal that an entry was made for.
    pub(super) fn entry(&self, key: &EntryKey) -> Option<&Option<String>> {
        self.entries.get(key)
    }

    pub(super) fn has_associations(&self, key: &EntryKey) -> bool {
        self.associations.contains_key(key)
    }

    pub(super) fn has_association(&self, key: &EntryKey, policy: &str) -> bool {
        self.associations.get(key).is_some_and(|policies| policies.contains(policy))
    }
}
