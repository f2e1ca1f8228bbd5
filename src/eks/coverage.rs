//! How far the access entries of a cluster cover its `aws-auth` ConfigMap: what the data source shows, and what the step to
//! mode API hangs on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::aws::access_policy::PolicyRef;
use crate::aws::aws_auth::{AwsAuthError, ConfigMap, Live, LiveEntry, Translation};
use crate::aws::{
    AccessEntry, AccessScope, AssociatedPolicy, AwsError, Budget, Cluster, Eks, EntryType, KubernetesError,
};

use super::client::Client;
use super::walk::EntryKey;

/// What a cluster's `aws-auth` says.
pub(super) struct AwsAuth {
    /// The data of the ConfigMap; empty if there is none.
    pub(super) data: BTreeMap<String, String>,
    rows: ConfigMap,
}

impl AwsAuth {
    /// Reads the ConfigMap from the cluster itself.
    pub(super) async fn read(client: &Client, cluster: &Cluster, budget: &Budget) -> Result<Self, Trouble> {
        let data = client.aws_auth(cluster, budget).await?.unwrap_or_default();
        let rows = ConfigMap::read(&data)?;
        Ok(Self { data, rows })
    }

    /// The entries of the cluster that rows are about.
    pub(super) async fn live(&self, eks: &Eks, cluster: &Cluster, budget: &Budget) -> Result<Live, AwsError> {
        Live::of(&self.rows, eks, cluster, budget).await
    }

    /// The verdict on each row beside these entries.
    pub(super) fn translate(
        &self,
        role_paths: &BTreeMap<String, String>,
        live: &Live,
    ) -> Result<Translation, AwsAuthError> {
        self.rows.translate(role_paths, Some(live))
    }
}

/// Why nobody can say how far `aws-auth` is covered.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The cluster does not show it.
    #[error(transparent)]
    Kubernetes(#[from] KubernetesError),
    /// It makes no sense.
    #[error(transparent)]
    AwsAuth(#[from] AwsAuthError),
}

/// What this walk plans for access entries.
///
/// Whoever asks whether entries cover `aws-auth` in a plan asks for the moment of the apply: what has been planned by then
/// counts as if it were there, for Terraform plans an object after those that it depends on.
#[derive(Default)]
pub(super) struct PlannedEntries(Mutex<BTreeMap<EntryKey, Planned>>);

#[derive(Default)]
struct Planned {
    entry: Option<Fate>,
    /// By name: the scope that the association has; `None` where it is removed.
    policies: BTreeMap<String, Option<AccessScope>>,
}

enum Fate {
    Has(PlannedEntry),
    Removed,
}

/// What an entry is planned to be. Everything of it is known.
pub(super) struct PlannedEntry {
    pub(super) entry_type: EntryType,
    pub(super) kubernetes_groups: BTreeSet<String>,
    pub(super) user_name: String,
    /// By name. `None` where they are not the business of the entry's resource.
    pub(super) policies: Option<BTreeMap<String, AccessScope>>,
    /// Whether it is a new entry even if there is one now, so that the policies of that one are gone.
    pub(super) is_new: bool,
}

impl PlannedEntries {
    /// Notes what an entry is planned to be; `None` where that is not known yet, which counts as if nobody had planned it.
    pub(super) fn note(&self, key: &EntryKey, entry: Option<PlannedEntry>) {
        self.planned().entry(key.clone()).or_default().entry = entry.map(Fate::Has);
    }

    /// Notes that an entry is planned to go.
    pub(super) fn note_removal(&self, key: &EntryKey) {
        self.planned().entry(key.clone()).or_default().entry = Some(Fate::Removed);
    }

    /// Notes the scope that an association is planned to have, `None` if it is planned to go.
    pub(super) fn note_association(&self, key: &EntryKey, policy: &str, scope: Option<AccessScope>) {
        self.planned().entry(key.clone()).or_default().policies.insert(policy.to_owned(), scope);
    }

    /// Makes of the entries that exist on a cluster those that will exist.
    pub(super) fn come_true(&self, region: &str, cluster: &str, live: &mut Live) {
        for (key, planned) in self.planned().iter().filter(|(key, _)| key.region == region && key.cluster == cluster) {
            let at = live.entries.iter().position(|live| live.entry.principal_arn == key.principal);
            let now = at.map(|at| live.entries.swap_remove(at));
            live.entries.extend(planned.come_true(key, now));
        }
    }

    fn planned(&self) -> MutexGuard<'_, BTreeMap<EntryKey, Planned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Planned {
    fn come_true(&self, key: &EntryKey, now: Option<LiveEntry>) -> Option<LiveEntry> {
        let mut entry = match &self.entry {
            Some(Fate::Has(planned)) => planned.come_true(key, now),
            Some(Fate::Removed) => return None,
            None => now?,
        };
        for (policy, scope) in &self.policies {
            let is_it =
                |held: &AssociatedPolicy| held.policy_arn.parse().is_ok_and(|held: PolicyRef| held.name() == policy);
            entry.policies.retain(|held| !is_it(held));
            entry.policies.extend(scope.clone().map(|scope| associated(policy, scope)));
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
    use super::*;

    #[test]
    fn an_entry_that_is_made_again_has_lost_the_policies_that_are_not_its_own() {
        let key = EntryKey {
            region: "us-east-1".into(),
            cluster: "dev".into(),
            principal: "arn:aws:iam::111122223333:role/x".into(),
        };
        for (is_new, left) in [(false, 1), (true, 0)] {
            let planned = PlannedEntry {
                entry_type: EntryType::Standard,
                kubernetes_groups: BTreeSet::new(),
                user_name: "x".to_owned(),
                policies: None,
                is_new,
            };
            let policies = vec![associated("AmazonEKSViewPolicy", AccessScope::Cluster)];
            let now = LiveEntry { policies, ..planned.come_true(&key, None) };
            let mut live = Live { account: None, entries: vec![now] };
            let plans = PlannedEntries::default();
            plans.note(&key, Some(planned));
            plans.come_true("us-east-1", "dev", &mut live);
            let policies: Vec<_> = live.entries.iter().map(|entry| entry.policies.len()).collect();
            assert_eq!(policies, [left], "is new: {is_new}");
        }
    }
}
