//! What has been planned so far in this process.
//!
//! Terraform plans every object of a walk through one process, but one at a time, and tells no plan of the others. An
//! access entry is one object in EKS however many resources speak of it: two that would make the same one, or one that
//! would remove what another keeps, are refused here, whichever of them comes second.
//!
//! Where one walk follows another through the same process, and nothing tells them apart, a second plan for the same object may
//! as well be the same resource in the next walk. Then nothing is refused, and the latest plan is the one that counts.
//!
//! | module | what it is |
//! |---|---|
//! | [`record`] | what is kept |
//! | [`clash`] | what is refused because of it |
//! | [`made`] | what has been made and removed, for those who come after that |
//! | [`outlook`] | what will be there because of it, for those who ask in a plan whether entries cover aws-auth |

mod clash;
mod made;
mod outlook;
mod record;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::aws::aws_auth::Live;
use crate::aws::{AuthenticationMode, AwsError, Budget, Eks};
use crate::framework::{Diagnostic, Walks};

use self::made::Made;
use self::record::{ModePlan, Record, SetPlan};
use super::exclusion::Exclusion;

pub(super) use self::clash::DEPOSED;
pub(super) use self::record::{AssociationPlan, ClusterKey, EntryKey, EntryPlan, Intent, PlannedEntry};

/// What has been planned so far, and what has been made.
pub(super) struct Walk {
    walks: Walks,
    record: Mutex<Record>,
    made: Mutex<Made>,
    principals: Mutex<HashMap<ClusterKey, Principals>>,
}

type Principals = Arc<BTreeSet<String>>;

impl Walk {
    pub(super) fn new(walks: Walks) -> Self {
        Self { walks, record: Mutex::default(), made: Mutex::default(), principals: Mutex::default() }
    }

    /// Notes what is planned for an entry.
    pub(super) fn plan_entry(&self, key: &EntryKey, planned: EntryPlan) -> Result<(), Diagnostic> {
        let check = |record: &Record, planned: &EntryPlan| clash::check_entry(record, key, planned);
        self.note(planned, check, |record| &mut record.entry(key).plans)
    }

    /// Notes what is planned for the association of a policy, known by its name, with an entry.
    pub(super) fn plan_association(
        &self,
        key: &EntryKey,
        policy: &str,
        planned: AssociationPlan,
    ) -> Result<(), Diagnostic> {
        let check =
            |record: &Record, planned: &AssociationPlan| clash::check_association(record, key, policy, planned.intent);
        self.note(planned, check, |record| record.entry(key).associations.entry(policy.to_owned()).or_default())
    }

    /// Whether the latest plan of an association, if there is one, keeps it.
    pub(super) fn keeps_association(&self, key: &EntryKey, policy: &str) -> bool {
        let record = self.record();
        let plans = record.entries.get(key).and_then(|noted| noted.associations.get(policy));
        plans.and_then(|plans| plans.last()).is_some_and(|planned| planned.intent == Intent::Keep)
    }

    /// Notes an exclusive set of principals, once it is known who is in it.
    pub(super) fn plan_set(
        &self,
        key: &ClusterKey,
        intent: Intent,
        exclusion: Option<Exclusion>,
    ) -> Result<(), Diagnostic> {
        let planned = SetPlan { intent, exclusion, excluded: BTreeSet::new() };
        let check = |record: &Record, planned: &SetPlan| clash::check_set(record, key, planned);
        self.note(planned, check, |record| &mut record.cluster(key).sets)
    }

    /// Notes the authentication mode that a cluster is to have; `None` if that is known only after apply.
    pub(super) fn plan_mode(
        &self,
        key: &ClusterKey,
        intent: Intent,
        mode: Option<AuthenticationMode>,
    ) -> Result<(), Diagnostic> {
        let check = |record: &Record, planned: &ModePlan| clash::check_mode(record, key, planned);
        self.note(ModePlan { intent, mode }, check, |record| &mut record.cluster(key).modes)
    }

    /// Notes the entries that are there and that the exclusive set that was just noted removes, now or by its next plan.
    pub(super) fn exclude(&self, keys: impl IntoIterator<Item = EntryKey>) {
        let mut record = self.record();
        for key in keys {
            if let Some(set) = record.cluster(&key.cluster_key()).sets.last_mut() {
                set.excluded.insert(key.principal);
            }
        }
    }

    /// Notes that a principal loses its cluster-admin rights, and gives all of its cluster that do so far.
    pub(super) fn takes_administrator(&self, key: &EntryKey) -> BTreeSet<String> {
        let mut record = self.record();
        let former = &mut record.cluster(&key.cluster_key()).former_administrators;
        self.add(former, key.principal.clone());
        former.iter().cloned().collect()
    }

    /// Whether this is to be said of the cluster: it is, once in a walk.
    pub(super) fn is_news(&self, what: &'static str, key: &ClusterKey) -> bool {
        self.record().cluster(key).said.insert(what)
    }

    /// Whether the entry is made in this walk, so that whatever belonged to an earlier one of the same name is gone. One
    /// that may be taken over is not: it is there for whoever has seen what belongs to it.
    pub(super) fn makes_entry(&self, key: &EntryKey) -> bool {
        let record = self.record();
        let mut plans = record.entries.get(key).into_iter().flat_map(|noted| &noted.plans);
        plans.any(|planned| matches!(planned.intent, Intent::Create | Intent::Recreate))
    }

    /// Whether a resource that was planned before speaks of the entry.
    pub(super) fn plans_entry(&self, key: &EntryKey) -> bool {
        self.record().entries.get(key).is_some_and(|noted| !noted.plans.is_empty())
    }

    /// Notes in the first half of a replacement, that of what is there, whether the resource had another entry so far.
    pub(super) fn plan_replacement(&self, key: &EntryKey, comes_from_another: bool) {
        self.record().entry(key).comes_from_another = comes_from_another;
    }

    /// Whether the resource that is replaced had another entry so far.
    pub(super) fn comes_from_another(&self, key: &EntryKey) -> bool {
        self.record().entries.get(key).is_some_and(|noted| noted.comes_from_another)
    }

    /// Notes that a resource has made an entry, or taken it over, and for which unique id of the principal.
    pub(super) fn has_made_entry(&self, key: EntryKey, unique_id: Option<String>) {
        match self.walks {
            Walks::One => self.made().add_entry(key, unique_id),
            // One may remove what an earlier one has made, and has to find it.
            Walks::Several => self.forget_principals(&key.cluster_key()),
        }
    }

    /// Notes that a resource has made an association, or given it another scope.
    pub(super) fn has_made_association(&self, key: EntryKey, policy: &str) {
        if self.walks == Walks::One {
            self.made().add_association(key, policy.to_owned());
        }
    }

    /// Notes that a resource has removed its entry.
    pub(super) fn has_removed_entry(&self, key: EntryKey) {
        match self.walks {
            Walks::One => self.made().remove_entry(key),
            Walks::Several => self.forget_principals(&key.cluster_key()),
        }
    }

    /// Whether a resource has removed the entry in this apply, so that whatever there was to say of that has been said.
    pub(super) fn removed_entry(&self, key: &EntryKey) -> bool {
        self.made().is_removed(key)
    }

    /// The unique id, if it was given, of the principal that a resource has made the entry for in this apply.
    pub(super) fn made_entry(&self, key: &EntryKey) -> Option<Option<String>> {
        self.made().entry(key).cloned()
    }

    /// Whether a resource has made the association in this apply.
    pub(super) fn made_association(&self, key: &EntryKey, policy: &str) -> bool {
        self.made().has_association(key, policy)
    }

    /// Whether a resource has made an association with the entry in this apply: then the plan of this apply has seen what was there.
    pub(super) fn made_associations(&self, key: &EntryKey) -> bool {
        self.made().has_associations(key)
    }

    /// Whether a resource of this walk that was planned before sets a mode with access entries.
    pub(super) fn plans_mode_with_entries(&self, key: &ClusterKey) -> bool {
        let record = self.record();
        let mut modes = record.clusters.get(key).into_iter().flat_map(|noted| &noted.modes);
        modes.any(|planned| planned.mode != Some(AuthenticationMode::ConfigMap))
    }

    /// Makes of the entries that exist on a cluster those that will exist when everything has been done that is planned so
    /// far.
    pub(super) fn come_true(&self, key: &ClusterKey, live: &mut Live) {
        self.record().come_true(key, live);
    }

    /// The principals that had an entry on the cluster when the walk first asked: one listing answers for all of them,
    /// whatever the walk changes. `None` while the cluster is not there, or not in a mode with access entries.
    pub(super) async fn principals(
        &self,
        eks: &Eks,
        cluster: &str,
        budget: &Budget,
    ) -> Result<Option<Principals>, AwsError> {
        let key = (eks.region().to_owned(), cluster.to_owned());
        if let Some(known) = self.listed().get(&key) {
            return Ok(Some(known.clone()));
        }
        // EKS has said so once; only the absence itself is not kept.
        if eks.is_known_without_entries(cluster) {
            return Ok(None);
        }
        let Some(found) = eks.access_entry_principals(cluster, None, budget).await? else { return Ok(None) };
        Ok(Some(self.listed().entry(key).or_insert_with(|| Arc::new(found.into_iter().collect())).clone()))
    }

    /// Where walks follow each other, what a later one finds is what this one has left.
    fn forget_principals(&self, key: &ClusterKey) {
        self.listed().remove(key);
    }

    /// Notes a plan, unless it collides with what is noted: where walks follow each other, nothing does.
    fn note<P>(
        &self,
        planned: P,
        check: impl FnOnce(&Record, &P) -> Result<(), Diagnostic>,
        plans: impl FnOnce(&mut Record) -> &mut Vec<P>,
    ) -> Result<(), Diagnostic> {
        let mut record = self.record();
        if self.walks == Walks::One {
            check(&record, &planned)?;
        }
        self.add(plans(&mut record), planned);
        Ok(())
    }

    /// Adds what is planned to what else is. Where walks follow each other, it takes the place of that.
    fn add<P>(&self, plans: &mut Vec<P>, planned: P) {
        if self.walks == Walks::Several {
            plans.clear();
        }
        plans.push(planned);
    }

    fn listed(&self) -> MutexGuard<'_, HashMap<ClusterKey, Principals>> {
        self.principals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::EntryType;

    pub(super) fn key() -> EntryKey {
        EntryKey {
            region: "us-east-1".into(),
            cluster: "dev".into(),
            principal: "arn:aws:iam::111122223333:role/x".into(),
        }
    }

    pub(super) fn planned(intent: Intent, policies: Option<BTreeSet<String>>) -> EntryPlan {
        EntryPlan { intent, entry_type: Some(EntryType::Standard), policies, outcome: None }
    }

    pub(super) fn planned_association(intent: Intent) -> AssociationPlan {
        AssociationPlan { intent, scope: None }
    }

    pub(super) fn policies() -> Option<BTreeSet<String>> {
        Some(["AmazonEKSViewPolicy".to_owned()].into())
    }

    #[test]
    fn what_an_earlier_walk_has_made_may_be_removed() {
        for (walks, is_made) in [(Walks::One, true), (Walks::Several, false)] {
            let (walk, key) = (Walk::new(walks), key());
            walk.has_made_entry(key.clone(), None);
            walk.has_made_association(key.clone(), "AmazonEKSViewPolicy");
            assert_eq!(walk.made_entry(&key), is_made.then_some(None));
            assert_eq!(walk.made_association(&key, "AmazonEKSViewPolicy"), is_made);
            assert!(!walk.made_association(&key, "AmazonEKSEditPolicy"));
        }
    }

    /// In an apply, the second half of a replacement is planned when nothing is left of what the first has kept.
    #[test]
    fn an_association_is_kept_until_it_is_planned_otherwise() {
        for walks in [Walks::One, Walks::Several] {
            let (walk, key) = (Walk::new(walks), key());
            let keeps = || walk.keeps_association(&key, "AmazonEKSViewPolicy");
            assert!(!keeps());
            for (intent, kept) in [(Intent::Keep, true), (Intent::Recreate, false)] {
                let planned = planned_association(intent);
                assert_eq!(walk.plan_association(&key, "AmazonEKSViewPolicy", planned), Ok(()));
                assert_eq!(keeps(), kept, "{walks:?}, {intent:?}");
            }
        }
    }

    #[test]
    fn what_a_walk_has_changed_the_next_one_lists_anew() {
        let changes: [fn(&Walk); 2] = [|walk| walk.has_made_entry(key(), None), |walk| walk.has_removed_entry(key())];
        for (walks, is_kept) in [(Walks::One, true), (Walks::Several, false)] {
            for change in changes {
                let walk = Walk::new(walks);
                walk.listed().insert(key().cluster_key(), Principals::default());
                change(&walk);
                assert_eq!(walk.listed().contains_key(&key().cluster_key()), is_kept);
            }
        }
    }

    #[test]
    fn where_walks_follow_each_other_the_latest_plan_counts() {
        let (walk, key) = (Walk::new(Walks::Several), key());
        let is_excluded = || walk.record().cluster(&key.cluster_key()).excludes(&key.principal);
        for (intent, makes) in [
            (Intent::Create, true),
            (Intent::Create, true),
            (Intent::Keep, false),
            (Intent::Remove, false),
            (Intent::Create, true),
        ] {
            assert_eq!(walk.plan_entry(&key, planned(intent, policies())), Ok(()), "{intent:?}");
            assert_eq!(
                walk.plan_association(&key, "AmazonEKSViewPolicy", planned_association(intent)),
                Ok(()),
                "{intent:?}"
            );
            assert_eq!(walk.plan_set(&key.cluster_key(), intent, Some(Exclusion::default())), Ok(()), "{intent:?}");
            assert_eq!(walk.plan_mode(&key.cluster_key(), intent, None), Ok(()), "{intent:?}");
            assert_eq!(walk.makes_entry(&key), makes, "{intent:?}");
            walk.exclude([key.clone()]);
        }
        assert!(is_excluded());
        assert_eq!(walk.plan_set(&key.cluster_key(), Intent::Keep, None), Ok(()));
        assert!(!is_excluded(), "what an earlier walk has said still counts");
    }
}
