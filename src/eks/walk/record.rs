//! What is kept of what is planned: for each entry and each cluster, all of it in one place.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::{AccessScope, AuthenticationMode, EntryType};

use super::super::exclusion::Exclusion;

/// Region and name of a cluster.
pub(in super::super) type ClusterKey = (String, String);

/// What an access entry is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct EntryKey {
    pub(in super::super) region: String,
    pub(in super::super) cluster: String,
    pub(in super::super) principal: String,
}

impl EntryKey {
    /// What the entry's cluster is known by.
    pub(in super::super) fn cluster_key(&self) -> ClusterKey {
        (self.region.clone(), self.cluster.clone())
    }
}

/// What is planned. Of each object, the plans of all resources that speak of it, in their order.
#[derive(Default)]
pub(super) struct Record {
    pub(super) entries: BTreeMap<EntryKey, EntryRecord>,
    pub(super) clusters: BTreeMap<ClusterKey, ClusterRecord>,
}

/// What is planned for an entry.
#[derive(Default)]
pub(super) struct EntryRecord {
    pub(super) plans: Vec<EntryPlan>,
    /// Whether a resource that had another entry is replaced, and has this one then.
    pub(super) comes_from_another: bool,
    /// Its associations, by the name of the policy.
    pub(super) associations: BTreeMap<String, Vec<AssociationPlan>>,
}

/// What is planned for a cluster.
#[derive(Default)]
pub(super) struct ClusterRecord {
    /// The exclusive sets of its principals.
    pub(super) sets: Vec<SetPlan>,
    pub(super) modes: Vec<ModePlan>,
    /// The principals that lose cluster-admin rights.
    pub(super) former_administrators: Vec<String>,
    /// What is said of it and not repeated.
    pub(super) said: BTreeSet<&'static str>,
}

/// What the plan of an entry's resource says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct EntryPlan {
    pub(in super::super) intent: Intent,
    /// The type that it is to have; `None` if that is known only after apply.
    pub(in super::super) entry_type: Option<EntryType>,
    /// The names of its policies, if its resource lays claim to all of them.
    pub(in super::super) policies: Option<BTreeSet<String>>,
    /// What it is to be; `None` if it goes, or while anything of it is known only after apply.
    pub(in super::super) outcome: Option<PlannedEntry>,
}

/// What an entry is planned to be. Everything of it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct PlannedEntry {
    pub(in super::super) entry_type: EntryType,
    pub(in super::super) kubernetes_groups: BTreeSet<String>,
    pub(in super::super) user_name: String,
    /// By name. `None` where they are not the business of the entry's resource.
    pub(in super::super) policies: Option<BTreeMap<String, AccessScope>>,
    /// Whether it is a new entry even if there is one now, so that the policies of that one are gone.
    pub(in super::super) is_new: bool,
}

/// What the plan of an association's resource says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct AssociationPlan {
    pub(in super::super) intent: Intent,
    /// The scope that it is to have; `None` if that is known only after apply.
    pub(in super::super) scope: Option<AccessScope>,
}

/// What the plan of an exclusive set says of it.
pub(super) struct SetPlan {
    pub(super) intent: Intent,
    /// `None` while it is not known who is in it.
    pub(super) exclusion: Option<Exclusion>,
    /// The principals whose entries are there and that it removes, now or by its next plan.
    pub(super) excluded: BTreeSet<String>,
}

/// What the plan of an authentication mode says of it.
pub(super) struct ModePlan {
    pub(super) intent: Intent,
    /// `None` if that is known only after apply.
    pub(super) mode: Option<AuthenticationMode>,
}

/// What the plan of one resource means for the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Intent {
    /// To make it.
    Create,
    /// To make it, or to take over the one that is there.
    Adopt,
    /// To make it again, in the place of one that the same resource has.
    Recreate,
    /// To have it, as it is or changed.
    Keep,
    /// To remove it.
    Remove,
}

impl Record {
    /// What is planned for an entry, to add to it.
    pub(super) fn entry(&mut self, key: &EntryKey) -> &mut EntryRecord {
        self.entries.entry(key.clone()).or_default()
    }

    /// What is planned for a cluster, to add to it.
    pub(super) fn cluster(&mut self, key: &ClusterKey) -> &mut ClusterRecord {
        self.clusters.entry(key.clone()).or_default()
    }
}

impl ClusterRecord {
    /// Whom the exclusive set leaves no room for, as far as it is known.
    pub(super) fn exclusion(&self) -> Option<&Exclusion> {
        self.sets.iter().rev().find_map(|set| set.exclusion.as_ref())
    }

    /// Whether an exclusive set removes the principal's entry, now or by its next plan.
    pub(super) fn excludes(&self, principal: &str) -> bool {
        self.sets.iter().any(|set| set.excluded.contains(principal))
    }
}

impl EntryRecord {
    /// The names of its policies, if its resource lays claim to all of them.
    pub(super) fn owned_policies(&self) -> Option<&BTreeSet<String>> {
        self.plans.iter().rev().find_map(|planned| planned.policies.as_ref())
    }
}

impl EntryPlan {
    /// That it goes.
    pub(in super::super) const REMOVED: Self =
        Self { intent: Intent::Remove, entry_type: None, policies: None, outcome: None };
}
