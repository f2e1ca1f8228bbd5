//! What will be there when everything has been done that is planned so far.
//!
//! Whoever asks whether entries cover `aws-auth` in a plan asks for the moment of the apply: what has been planned by then
//! counts as if it were there, for Terraform plans an object after those that it depends on.

use std::collections::BTreeMap;

use crate::aws::access_policy::PolicyRef;
use crate::aws::aws_auth::{Live, LiveEntry};
use crate::aws::{AccessEntry, AccessScope, AssociatedPolicy};

use super::record::{ClusterKey, EntryKey, EntryPlan, EntryRecord, Intent, PlannedEntry, Record};

impl Record {
    /// Makes of the entries that exist on a cluster those that will exist.
    pub(super) fn come_true(&self, cluster: &ClusterKey, live: &mut Live) {
        let of_cluster = self.entries.iter().filter(|(key, _)| (&key.region, &key.cluster) == (&cluster.0, &cluster.1));
        for (key, planned) in of_cluster {
            let at = live.entries.iter().position(|live| live.entry.principal_arn == key.principal);
            let now = at.map(|at| live.entries.swap_remove(at));
            live.entries.extend(planned.come_true(key, now));
        }
        if let Some(planned) = self.clusters.get(cluster) {
            live.entries.retain(|live| !planned.excludes(&live.entry.principal_arn));
        }
    }
}

impl EntryRecord {
    fn come_true(&self, key: &EntryKey, now: Option<LiveEntry>) -> Option<LiveEntry> {
        let mut entry = match self.plans.last() {
            // What is not known yet counts for nothing, whatever there is now.
            Some(EntryPlan { outcome, .. }) => outcome.as_ref()?.come_true(key, now),
            None => now?,
        };
        for (policy, plans) in &self.associations {
            let planned = plans.last().filter(|planned| planned.intent != Intent::Remove);
            let scope = planned.and_then(|planned| planned.scope.clone());
            let is_it =
                |held: &AssociatedPolicy| PolicyRef::parse(&held.policy_arn).is_ok_and(|held| held.name() == policy);
            entry.policies.retain(|held| !is_it(held));
            entry.policies.extend(scope.map(|scope| associated(policy, scope)));
        }
        Some(entry)
    }
}

impl PlannedEntry {
    fn come_true(&self, key: &EntryKey, now: Option<LiveEntry>) -> LiveEntry {
        let policies = match &self.policies {
            Some(policies) => policies.iter().map(|(name, scope)| associated(name, scope.clone())).collect(),
            None => now.filter(|_| !self.is_new).map(|now| now.policies).unwrap_or_default(),
        };
        let entry = AccessEntry {
            cluster_name: key.cluster.clone(),
            principal_arn: key.principal.clone(),
            access_entry_arn: String::new(),
            entry_type: self.entry_type.clone(),
            kubernetes_groups: self.kubernetes_groups.clone(),
            user_name: self.user_name.clone(),
            tags: BTreeMap::new(),
            created_at: String::new(),
            modified_at: String::new(),
        };
        LiveEntry { entry, policies }
    }
}

fn associated(policy: &str, scope: AccessScope) -> AssociatedPolicy {
    AssociatedPolicy { policy_arn: policy.to_owned(), scope, associated_at: String::new(), modified_at: String::new() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::key;
    use super::*;
    use crate::aws::EntryType;

    #[test]
    fn an_entry_that_is_made_again_has_lost_the_policies_that_are_not_its_own() {
        for (is_new, left) in [(false, 1), (true, 0)] {
            let planned = PlannedEntry {
                entry_type: EntryType::Standard,
                kubernetes_groups: BTreeSet::new(),
                user_name: "x".to_owned(),
                policies: None,
                is_new,
            };
            let policies = vec![associated("AmazonEKSViewPolicy", AccessScope::Cluster)];
            let now = LiveEntry { policies, ..planned.come_true(&key(), None) };
            let mut live = Live { account: None, entries: vec![now] };
            let mut record = Record::default();
            let outcome = Some(planned);
            record.entry(&key()).plans.push(EntryPlan {
                intent: Intent::Keep,
                entry_type: None,
                policies: None,
                outcome,
            });
            record.come_true(&key().cluster_key(), &mut live);
            let policies: Vec<_> = live.entries.iter().map(|entry| entry.policies.len()).collect();
            assert_eq!(policies, [left], "is new: {is_new}");
        }
    }
}
