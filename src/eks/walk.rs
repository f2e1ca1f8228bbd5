//! What has been planned so far in this process.
//!
//! Terraform plans every object of a walk through one process, but one at a time, and tells no plan of the others. An
//! access entry is one object in EKS however many resources speak of it: two that would make the same one, or one that
//! would remove what another keeps, are refused here, whichever of them comes second.
//!
//! Where one walk follows another through the same process, and nothing tells them apart, a second plan for the same object may
//! as well be the same resource in the next walk. Then nothing is refused, and the latest plan is the one that counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::aws::{AuthenticationMode, AwsError, Budget, Eks, EntryType};
use crate::framework::{Diagnostic, Walks};

use super::exclusion::Exclusion;

/// What has been planned so far.
pub(super) struct Walk {
    walks: Walks,
    plans: Mutex<Plans>,
    principals: Mutex<HashMap<ClusterKey, Principals>>,
}

/// Region and name of a cluster.
pub(super) type ClusterKey = (String, String);

type Principals = Arc<BTreeSet<String>>;

#[derive(Default)]
struct Plans {
    entries: BTreeMap<EntryKey, Vec<EntryPlan>>,
    associations: BTreeMap<EntryKey, BTreeMap<String, Vec<Intent>>>,
    /// The entries whose resource lays claim to all of their policies, with the names of these.
    owned_policies: BTreeMap<EntryKey, BTreeSet<String>>,
    /// The exclusive sets of principals.
    sets: BTreeMap<ClusterKey, Vec<Intent>>,
    exclusions: BTreeMap<ClusterKey, Exclusion>,
    /// The entries that are there and that an exclusive set removes, now or by its next plan.
    excluded: BTreeSet<EntryKey>,
    /// The authentication modes.
    modes: BTreeMap<ClusterKey, Vec<Intent>>,
    /// The clusters whose mode is set to one with access entries.
    get_entries: BTreeSet<ClusterKey>,
    /// What is said of a cluster and not repeated.
    said: BTreeSet<(&'static str, ClusterKey)>,
    /// The principals that lose cluster-admin rights, by region and cluster.
    former_administrators: BTreeMap<ClusterKey, BTreeSet<String>>,
}

/// What an access entry is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntryKey {
    pub(super) region: String,
    pub(super) cluster: String,
    pub(super) principal: String,
}

impl EntryKey {
    /// What the entry's cluster is known by.
    pub(super) fn cluster_key(&self) -> ClusterKey {
        (self.region.clone(), self.cluster.clone())
    }
}

/// What the plan of an entry's resource says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EntryPlan {
    pub(super) intent: Intent,
    /// The type that it is to have; `None` if that is known only after apply.
    pub(super) entry_type: Option<EntryType>,
    /// The names of its policies, if its resource lays claim to all of them.
    pub(super) policies: Option<BTreeSet<String>>,
}

impl EntryPlan {
    /// That it goes.
    pub(super) const REMOVED: Self = Self { intent: Intent::Remove, entry_type: None, policies: None };

    /// Whether an exclusive set leaves no room for it.
    fn is_excluded_by(&self, set: &Exclusion, key: &EntryKey) -> bool {
        let stays = self.intent != Intent::Remove;
        stays && self.entry_type.as_ref().is_some_and(|entry_type| set.excludes(&key.principal, entry_type))
    }
}

/// What the plan of one resource means for the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
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

/// How two resources collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clash {
    /// Both want to have it.
    Twice,
    /// One removes it, the other makes it.
    Moved,
    /// One removes it, the other keeps it.
    RemovedAndKept,
}

impl Walk {
    pub(super) fn new(walks: Walks) -> Self {
        Self { walks, plans: Mutex::default(), principals: Mutex::default() }
    }

    /// Notes what is planned for an entry.
    pub(super) fn plan_entry(&self, key: &EntryKey, planned: EntryPlan) -> Result<(), Diagnostic> {
        let mut plans = self.plans();
        if self.walks == Walks::Several {
            plans.entries.insert(key.clone(), vec![planned]);
            return Ok(());
        }
        if plans.exclusions.get(&key.cluster_key()).is_some_and(|set| planned.is_excluded_by(set, key)) {
            return Err(excluded(key).at_attribute("principal_arn"));
        }
        if let Some(owned) = &planned.policies {
            let associations = plans.associations.get(key).into_iter().flatten();
            let mut associations = associations.flat_map(|(policy, intents)| intents.iter().map(move |i| (policy, *i)));
            if let Some(wrong) = associations.find_map(|(policy, intent)| two_owners(key, owned, policy, intent)) {
                return Err(wrong);
            }
            plans.owned_policies.insert(key.clone(), owned.clone());
        }
        let noted = plans.entries.entry(key.clone()).or_default();
        let clash = noted.iter().find_map(|other| clash(other.intent, planned.intent));
        noted.push(planned);
        let what = format!("the access entry of {} on cluster {} in {}", key.principal, key.cluster, key.region);
        let hint = "An entry that another configuration manages, or that was made by hand, is taken over with an import block.";
        clash.map_or(Ok(()), |clash| Err(clash.explain(&what, hint)))
    }

    /// Notes what is planned for the association of a policy, known by its name, with an entry.
    pub(super) fn plan_association(&self, key: &EntryKey, policy: &str, intent: Intent) -> Result<(), Diagnostic> {
        if self.walks == Walks::Several {
            return Ok(());
        }
        let mut plans = self.plans();
        if let Some(wrong) = plans.owned_policies.get(key).and_then(|owned| two_owners(key, owned, policy, intent)) {
            return Err(wrong);
        }
        let what = association(key, policy);
        let hint =
            "EKS keeps at most one association of a policy with an entry; several namespaces go into one access_scope.";
        let intents = plans.associations.entry(key.clone()).or_default().entry(policy.to_owned()).or_default();
        note(intents, intent).map_err(|clash| clash.explain(&what, hint))
    }

    /// Whether the entry is made in this walk, so that whatever belonged to an earlier one of the same name is gone. One
    /// that may be taken over is not: it is there for whoever has seen what belongs to it.
    pub(super) fn makes_entry(&self, key: &EntryKey) -> bool {
        let plans = self.plans();
        let planned = plans.entries.get(key).map(Vec::as_slice).unwrap_or_default();
        planned.iter().any(|planned| matches!(planned.intent, Intent::Create | Intent::Recreate))
    }

    /// Notes an exclusive set of principals, once it is known who is in it.
    pub(super) fn plan_set(
        &self,
        key: &ClusterKey,
        intent: Intent,
        exclusion: Option<Exclusion>,
    ) -> Result<(), Diagnostic> {
        let mut plans = self.plans();
        if self.walks == Walks::Several {
            plans.excluded.retain(|entry| entry.cluster_key() != *key);
            return Ok(());
        }
        let (region, cluster) = key;
        let what = format!("the complete set of principals of cluster {cluster} in {region}");
        let hint = "Name everybody in the other's principal_arns.";
        note(plans.sets.entry(key.clone()).or_default(), intent).map_err(|clash| clash.explain(&what, hint))?;
        let Some(exclusion) = exclusion else { return Ok(()) };
        let mut of_cluster = plans.entries.iter().filter(|(entry, _)| entry.cluster_key() == *key);
        let is_excluded = |planned: &EntryPlan, entry| planned.is_excluded_by(&exclusion, entry);
        let wrong = of_cluster.find(|(entry, planned)| planned.iter().any(|planned| is_excluded(planned, entry)));
        if let Some((entry, _)) = wrong {
            return Err(excluded(entry).at_attribute("principal_arns"));
        }
        plans.exclusions.insert(key.clone(), exclusion);
        Ok(())
    }

    /// Notes the entries that are there and that an exclusive set removes, now or by its next plan.
    pub(super) fn exclude(&self, keys: impl IntoIterator<Item = EntryKey>) {
        self.plans().excluded.extend(keys);
    }

    /// Whether an exclusive set of this walk removes the entry, now or by its next plan.
    pub(super) fn is_excluded(&self, key: &EntryKey) -> bool {
        self.plans().excluded.contains(key)
    }

    /// Notes the authentication mode that a cluster is to have; `None` if that is known only after apply.
    pub(super) fn plan_mode(
        &self,
        key: &ClusterKey,
        intent: Intent,
        mode: Option<AuthenticationMode>,
    ) -> Result<(), Diagnostic> {
        let mut plans = self.plans();
        if mode != Some(AuthenticationMode::ConfigMap) {
            plans.get_entries.insert(key.clone());
        }
        if self.walks == Walks::Several {
            return Ok(());
        }
        let (region, cluster) = key;
        let what = format!("the authentication mode of cluster {cluster} in {region}");
        let intents = plans.modes.entry(key.clone()).or_default();
        note(intents, intent).map_err(|clash| clash.explain(&what, "A cluster has one mode."))
    }

    /// Whether a resource of this walk that was planned before sets a mode with access entries.
    pub(super) fn plans_mode_with_entries(&self, key: &ClusterKey) -> bool {
        self.plans().get_entries.contains(key)
    }

    /// Whether this is to be said of the cluster: it is, once in a walk.
    pub(super) fn is_news(&self, what: &'static str, key: &ClusterKey) -> bool {
        self.plans().said.insert((what, key.clone()))
    }

    /// Notes that a principal loses its cluster-admin rights, and gives all of its cluster that do so far.
    pub(super) fn takes_administrator(&self, key: &EntryKey) -> BTreeSet<String> {
        let mut plans = self.plans();
        let former = plans.former_administrators.entry(key.cluster_key()).or_default();
        if self.walks == Walks::Several {
            former.clear();
        }
        former.insert(key.principal.clone());
        former.clone()
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
        let listed = || self.principals.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = listed().get(&key) {
            return Ok(Some(known.clone()));
        }
        // EKS has said so once; only the absence itself is not kept.
        if eks.is_known_without_entries(cluster) {
            return Ok(None);
        }
        let Some(found) = eks.access_entry_principals(cluster, None, budget).await? else { return Ok(None) };
        Ok(Some(listed().entry(key).or_insert_with(|| Arc::new(found.into_iter().collect())).clone()))
    }

    fn plans(&self) -> MutexGuard<'_, Plans> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds an intent to those that were noted for the same object.
fn note(intents: &mut Vec<Intent>, new: Intent) -> Result<(), Clash> {
    let clash = intents.iter().find_map(|old| clash(*old, new));
    intents.push(new);
    clash.map_or(Ok(()), Err)
}

fn clash(one: Intent, other: Intent) -> Option<Clash> {
    use Intent::{Adopt, Create, Keep, Recreate, Remove};
    match (one, other) {
        // A replacement is planned in two halves: first as a change of what is there, then as a new object.
        (Keep, Recreate) | (Recreate, Keep) | (Remove, Remove) => None,
        (Create | Adopt | Recreate, Remove) | (Remove, Create | Adopt | Recreate) => Some(Clash::Moved),
        (Keep, Remove) | (Remove, Keep) => Some(Clash::RemovedAndKept),
        (Create | Adopt | Recreate | Keep, Create | Adopt | Recreate | Keep) => Some(Clash::Twice),
    }
}

impl Clash {
    fn explain(self, what: &str, hint: &str) -> Diagnostic {
        match self {
            Self::Twice => Diagnostic::error(
                "Managed twice",
                format!(
                    "Two resources of this configuration are both about {what}. Each would undo what the other does. Remove \
                     one of them. {hint}"
                ),
            ),
            Self::Moved => Diagnostic::error(
                "Removed and created at once",
                format!(
                    "This plan removes {what} under one address and creates it under another. The order is not certain, and \
                     the principal would be locked out in between. If the resource was renamed, say so, and nothing is \
                     touched:\n\n  moved {{\n    from = <type>.<old name>\n    to   = <type>.<new name>\n  }}"
                ),
            ),
            Self::RemovedAndKept => Diagnostic::error(
                "Removed and kept at once",
                format!(
                    "Two resources speak of {what}. This plan removes it with one of them, which would take it from the \
                     other as well. Make Terraform forget the one without touching EKS, with a removed block or terraform \
                     state rm."
                ),
            ),
        }
    }
}

fn excluded(EntryKey { region, cluster, principal }: &EntryKey) -> Diagnostic {
    let detail = format!(
        "An eks_access_entry has, or makes, the access entry of {principal} on cluster {cluster} in {region}; the \
         eks_access_entries_exclusive of that cluster does not name the principal, and would remove the entry. Add it to \
         principal_arns, or to ignore."
    );
    Diagnostic::error("Managed and excluded at once", detail)
}

fn association(key: &EntryKey, policy: &str) -> String {
    let EntryKey { region, cluster, principal } = key;
    format!("the association of {policy} with the access entry of {principal} on cluster {cluster} in {region}")
}

/// What is wrong with planning an association of an entry whose own resource lays claim to all of its policies.
fn two_owners(key: &EntryKey, owned: &BTreeSet<String>, policy: &str, intent: Intent) -> Option<Diagnostic> {
    if intent == Intent::Remove {
        return owned.contains(policy).then(|| Clash::RemovedAndKept.explain(&association(key, policy), ""));
    }
    let EntryKey { region, cluster, principal } = key;
    Some(Diagnostic::error(
        "Policies managed twice",
        format!(
            "The access entry of {principal} on cluster {cluster} in {region} has access_policies, which is the complete set \
             of its policies; an eks_access_policy_association is about {policy} on the same entry. Each would undo what the \
             other does. Name every policy in access_policies, or none of them."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> EntryKey {
        EntryKey {
            region: "us-east-1".into(),
            cluster: "dev".into(),
            principal: "arn:aws:iam::111122223333:role/x".into(),
        }
    }

    fn planned(intent: Intent, policies: Option<BTreeSet<String>>) -> EntryPlan {
        EntryPlan { intent, entry_type: Some(EntryType::Standard), policies }
    }

    /// The summary of what is said when these plans come up, in this order.
    fn entries(intents: &[Intent]) -> Option<String> {
        let walk = Walk::new(Walks::One);
        let said = intents.iter().find_map(|intent| walk.plan_entry(&key(), planned(*intent, None)).err());
        said.map(|diagnostic| diagnostic.summary)
    }

    #[test]
    fn what_collides_is_refused_in_either_order() {
        use Intent::{Adopt, Create, Keep, Remove};
        for (one, other, summary) in [
            (Create, Create, "Managed twice"),
            (Create, Adopt, "Managed twice"),
            (Adopt, Remove, "Removed and created at once"),
            (Create, Keep, "Managed twice"),
            (Keep, Keep, "Managed twice"),
            (Create, Remove, "Removed and created at once"),
            (Keep, Remove, "Removed and kept at once"),
        ] {
            assert_eq!(entries(&[one, other]).as_deref(), Some(summary), "{one:?}, {other:?}");
            assert_eq!(entries(&[other, one]).as_deref(), Some(summary), "{other:?}, {one:?}");
        }
    }

    /// The summary of what is said when this entry and a set without it come up, in either order.
    fn entry_and_set(entry: &EntryPlan, set: &Exclusion) -> [Option<String>; 2] {
        [true, false].map(|set_first| {
            let walk = Walk::new(Walks::One);
            let entry = || walk.plan_entry(&key(), entry.clone());
            let set = || walk.plan_set(&key().cluster_key(), Intent::Keep, Some(set.clone()));
            let (first, second) = if set_first { (set(), entry()) } else { (entry(), set()) };
            assert_eq!(first, Ok(()));
            second.err().map(|diagnostic| diagnostic.summary)
        })
    }

    #[test]
    fn an_entry_that_is_made_or_kept_is_not_excluded() {
        let summary = Some("Managed and excluded at once".to_owned());
        for intent in [Intent::Create, Intent::Adopt, Intent::Recreate, Intent::Keep] {
            let said = entry_and_set(&planned(intent, None), &Exclusion::default());
            assert_eq!(said, [summary.clone(), summary.clone()], "{intent:?}");
        }
    }

    #[test]
    fn an_entry_that_goes_or_is_left_alone_may_be_without_a_name() {
        let kept = planned(Intent::Keep, None);
        let node = EntryPlan { entry_type: Some(EntryType::Ec2Linux), ..kept.clone() };
        let unknown = EntryPlan { entry_type: None, ..kept.clone() };
        let ignoring = Exclusion { ignored: ["*".to_owned()].into(), ..Exclusion::default() };
        let nothing = Exclusion::default();
        for (entry, set) in
            [(EntryPlan::REMOVED, &nothing), (node.clone(), &nothing), (unknown, &nothing), (kept, &ignoring)]
        {
            assert_eq!(entry_and_set(&entry, set), [None, None], "{entry:?}, {set:?}");
        }
        let with_nodes = Exclusion { nodes_too: true, ..Exclusion::default() };
        assert!(entry_and_set(&node, &with_nodes).iter().all(Option::is_some));
    }

    #[test]
    fn a_replaced_set_or_mode_does_not_collide_with_itself() {
        let (walk, key) = (Walk::new(Walks::One), key().cluster_key());
        for intent in [Intent::Keep, Intent::Recreate] {
            assert_eq!(walk.plan_set(&key, intent, None), Ok(()));
            assert_eq!(walk.plan_mode(&key, intent, None), Ok(()));
        }
        let twice = Err("Managed twice".to_owned());
        assert_eq!(walk.plan_set(&key, Intent::Create, None).map_err(|said| said.summary), twice);
        assert_eq!(walk.plan_mode(&key, Intent::Create, None).map_err(|said| said.summary), twice);
    }

    #[test]
    fn where_walks_follow_each_other_the_latest_plan_counts() {
        let (walk, key) = (Walk::new(Walks::Several), key());
        for (intent, makes) in [
            (Intent::Create, true),
            (Intent::Create, true),
            (Intent::Keep, false),
            (Intent::Remove, false),
            (Intent::Create, true),
        ] {
            assert_eq!(walk.plan_entry(&key, planned(intent, policies())), Ok(()), "{intent:?}");
            assert_eq!(walk.plan_association(&key, "AmazonEKSViewPolicy", intent), Ok(()), "{intent:?}");
            assert_eq!(walk.plan_set(&key.cluster_key(), intent, Some(Exclusion::default())), Ok(()), "{intent:?}");
            assert_eq!(walk.plan_mode(&key.cluster_key(), intent, None), Ok(()), "{intent:?}");
            assert_eq!(walk.makes_entry(&key), makes, "{intent:?}");
            walk.exclude([key.clone()]);
        }
        assert!(walk.is_excluded(&key));
        assert_eq!(walk.plan_set(&key.cluster_key(), Intent::Keep, None), Ok(()));
        assert!(!walk.is_excluded(&key), "what an earlier walk has said still counts");
    }

    #[test]
    fn a_replacement_does_not_collide_with_itself() {
        assert_eq!(entries(&[Intent::Keep, Intent::Recreate]), None);
    }

    fn policies() -> Option<BTreeSet<String>> {
        Some(["AmazonEKSViewPolicy".to_owned()].into())
    }

    /// The summary of what is said when an entry that owns a policy and an association come up, in either order.
    fn entry_and_association(policy: &str, intent: Intent) -> [Option<String>; 2] {
        [true, false].map(|association_first| {
            let walk = Walk::new(Walks::One);
            let entry = || walk.plan_entry(&key(), planned(Intent::Keep, policies()));
            let association = || walk.plan_association(&key(), policy, intent);
            let (first, second) = if association_first { (association(), entry()) } else { (entry(), association()) };
            assert_eq!(first, Ok(()));
            second.err().map(|diagnostic| diagnostic.summary)
        })
    }

    #[test]
    fn an_entry_that_owns_its_policies_and_an_association_collide() {
        let summary = Some("Policies managed twice".to_owned());
        assert_eq!(entry_and_association("AmazonEKSViewPolicy", Intent::Create), [summary.clone(), summary.clone()]);
        assert_eq!(entry_and_association("AmazonEKSEditPolicy", Intent::Keep), [summary.clone(), summary]);
    }

    #[test]
    fn an_association_is_not_removed_under_an_entry_that_takes_its_policy_over() {
        let summary = Some("Removed and kept at once".to_owned());
        assert_eq!(entry_and_association("AmazonEKSViewPolicy", Intent::Remove), [summary.clone(), summary]);
        assert_eq!(entry_and_association("AmazonEKSEditPolicy", Intent::Remove), [None, None]);
    }
}
