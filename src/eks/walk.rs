//! What has been planned so far in this process.
//!
//! Terraform plans every object of a walk through one process, but one at a time, and tells no plan of the others. An
//! access entry is one object in EKS however many resources speak of it: two that would make the same one, or one that
//! would remove what another keeps, are refused here, whichever of them comes second.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::aws::{AwsError, Budget, Eks};
use crate::framework::Diagnostic;

/// What has been planned so far.
#[derive(Default)]
pub(super) struct Walk {
    plans: Mutex<Plans>,
    principals: Mutex<HashMap<ClusterKey, Principals>>,
}

/// Region and name.
type ClusterKey = (String, String);

type Principals = Arc<BTreeSet<String>>;

#[derive(Default)]
struct Plans {
    entries: BTreeMap<EntryKey, Vec<Intent>>,
    associations: BTreeMap<EntryKey, BTreeMap<String, Vec<Intent>>>,
    /// The entries whose resource lays claim to all of their policies, with the names of these.
    owned_policies: BTreeMap<EntryKey, BTreeSet<String>>,
    /// The entries that an exclusive set of principals removes.
    excluded: BTreeSet<EntryKey>,
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

/// What the plan of one resource means for the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    /// To make it.
    Create,
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
    /// Notes what is planned for an entry, and the names of its policies if its resource lays claim to all of them.
    pub(super) fn plan_entry(
        &self,
        key: &EntryKey,
        intent: Intent,
        owned_policies: Option<BTreeSet<String>>,
    ) -> Result<(), Diagnostic> {
        let mut plans = self.plans();
        if intent != Intent::Remove && plans.excluded.contains(key) {
            return Err(excluded(key));
        }
        if let Some(owned) = owned_policies {
            let associations = plans.associations.get(key).into_iter().flatten();
            let mut associations = associations.flat_map(|(policy, intents)| intents.iter().map(move |i| (policy, *i)));
            if let Some(wrong) = associations.find_map(|(policy, intent)| two_owners(key, &owned, policy, intent)) {
                return Err(wrong);
            }
            plans.owned_policies.insert(key.clone(), owned);
        }
        let what = format!("the access entry of {} on cluster {} in {}", key.principal, key.cluster, key.region);
        let hint = "An entry that another configuration manages, or that was made by hand, is taken over with an import block.";
        note(plans.entries.entry(key.clone()).or_default(), intent).map_err(|clash| clash.explain(&what, hint))
    }

    /// Notes what is planned for the association of a policy, known by its name, with an entry.
    pub(super) fn plan_association(&self, key: &EntryKey, policy: &str, intent: Intent) -> Result<(), Diagnostic> {
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

    /// Whether the entry is made in this walk, so that whatever belonged to an earlier one of the same name is gone.
    pub(super) fn makes_entry(&self, key: &EntryKey) -> bool {
        let plans = self.plans();
        let intents = plans.entries.get(key).map(Vec::as_slice).unwrap_or_default();
        intents.iter().any(|intent| matches!(intent, Intent::Create | Intent::Recreate))
    }

    /// Notes that an exclusive set of principals removes an entry.
    pub(super) fn exclude(&self, key: &EntryKey) -> Result<(), Diagnostic> {
        let mut plans = self.plans();
        let intents = plans.entries.get(key).map(Vec::as_slice).unwrap_or_default();
        if intents.iter().any(|intent| *intent != Intent::Remove) {
            return Err(excluded(key));
        }
        plans.excluded.insert(key.clone());
        Ok(())
    }

    /// Whether a plan of this walk has said that an exclusive set of principals removes the entry.
    pub(super) fn is_excluded(&self, key: &EntryKey) -> bool {
        self.plans().excluded.contains(key)
    }

    /// Notes that a principal loses its cluster-admin rights, and gives all of its cluster that do so far.
    pub(super) fn takes_administrator(&self, key: &EntryKey) -> BTreeSet<String> {
        let mut plans = self.plans();
        let former = plans.former_administrators.entry((key.region.clone(), key.cluster.clone())).or_default();
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
    use Intent::{Create, Keep, Recreate, Remove};
    match (one, other) {
        // A replacement is planned in two halves: first as a change of what is there, then as a new object.
        (Keep, Recreate) | (Recreate, Keep) | (Remove, Remove) => None,
        (Create | Recreate, Remove) | (Remove, Create | Recreate) => Some(Clash::Moved),
        (Keep, Remove) | (Remove, Keep) => Some(Clash::RemovedAndKept),
        (Create | Recreate | Keep, Create | Recreate | Keep) => Some(Clash::Twice),
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
        "An eks_access_entry has the access entry of {principal} on cluster {cluster} in {region}; the \
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

    /// The summary of what is said when these plans come up, in this order.
    fn entries(intents: &[Intent]) -> Option<String> {
        let walk = Walk::default();
        let said = intents.iter().find_map(|intent| walk.plan_entry(&key(), *intent, None).err());
        said.map(|diagnostic| diagnostic.summary)
    }

    #[test]
    fn what_collides_is_refused_in_either_order() {
        use Intent::{Create, Keep, Remove};
        for (one, other, summary) in [
            (Create, Create, "Managed twice"),
            (Create, Keep, "Managed twice"),
            (Keep, Keep, "Managed twice"),
            (Create, Remove, "Removed and created at once"),
            (Keep, Remove, "Removed and kept at once"),
        ] {
            assert_eq!(entries(&[one, other]).as_deref(), Some(summary), "{one:?}, {other:?}");
            assert_eq!(entries(&[other, one]).as_deref(), Some(summary), "{other:?}, {one:?}");
        }
    }

    #[test]
    fn an_entry_that_is_kept_is_not_excluded_in_either_order() {
        let summary = Err("Managed and excluded at once".to_owned());
        let walk = Walk::default();
        assert_eq!(walk.exclude(&key()), Ok(()));
        assert_eq!(walk.plan_entry(&key(), Intent::Create, None).map_err(|d| d.summary), summary);
        let walk = Walk::default();
        assert_eq!(walk.plan_entry(&key(), Intent::Keep, None), Ok(()));
        assert_eq!(walk.exclude(&key()).map_err(|d| d.summary), summary);
    }

    #[test]
    fn an_entry_that_goes_may_be_excluded() {
        let walk = Walk::default();
        assert_eq!(walk.plan_entry(&key(), Intent::Remove, None), Ok(()));
        assert_eq!(walk.exclude(&key()), Ok(()));
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
            let walk = Walk::default();
            let entry = || walk.plan_entry(&key(), Intent::Keep, policies());
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
