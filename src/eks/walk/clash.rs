//! How two resources collide that speak of one object.

use std::collections::BTreeSet;

use crate::framework::Diagnostic;

use super::super::exclusion::Exclusion;
use super::record::{ClusterKey, ClusterRecord, EntryKey, EntryPlan, Intent, ModePlan, Record, SetPlan};

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

/// Refuses the plan of an entry that collides with what is noted.
pub(super) fn check_entry(record: &Record, key: &EntryKey, planned: &EntryPlan) -> Result<(), Diagnostic> {
    let exclusion = record.clusters.get(&key.cluster_key()).and_then(ClusterRecord::exclusion);
    if let Some(set) = exclusion.filter(|set| planned.is_excluded_by(set, key)) {
        return Err(excluded(key, set).at_attribute("principal_arn"));
    }
    let Some(noted) = record.entries.get(key) else { return Ok(()) };
    if let Some(owned) = &planned.policies {
        let associations = noted.associations.iter();
        let mut associations = associations.flat_map(|(policy, plans)| plans.iter().map(move |plan| (policy, plan)));
        if let Some(wrong) = associations.find_map(|(policy, plan)| two_owners(key, owned, policy, plan.intent)) {
            return Err(wrong);
        }
    }
    let what = || format!("the access entry of {} on cluster {} in {}", key.principal, key.cluster, key.region);
    let hint =
        "An entry that another configuration manages, or that was made by hand, is taken over with an import block.";
    check(noted.plans.iter().map(|plan| plan.intent), planned.intent, what, hint)
}

/// Refuses the plan of an association that collides with what is noted.
pub(super) fn check_association(
    record: &Record,
    key: &EntryKey,
    policy: &str,
    intent: Intent,
) -> Result<(), Diagnostic> {
    let Some(noted) = record.entries.get(key) else { return Ok(()) };
    if let Some(wrong) = noted.owned_policies().and_then(|owned| two_owners(key, owned, policy, intent)) {
        return Err(wrong);
    }
    let hint =
        "EKS keeps at most one association of a policy with an entry; several namespaces go into one access_scope.";
    let plans = noted.associations.get(policy).into_iter().flatten();
    check(plans.map(|plan| plan.intent), intent, || association(key, policy), hint)
}

/// Refuses the plan of an exclusive set that collides with what is noted.
pub(super) fn check_set(record: &Record, key: &ClusterKey, planned: &SetPlan) -> Result<(), Diagnostic> {
    let sets = record.clusters.get(key).into_iter().flat_map(|noted| &noted.sets);
    let what = || format!("the complete set of principals of cluster {} in {}", key.1, key.0);
    let hint = "Name everybody in the other's principal_arns.";
    check(sets.map(|plan| plan.intent), planned.intent, what, hint)?;
    let Some(exclusion) = &planned.exclusion else { return Ok(()) };
    let mut of_cluster = record.entries.iter().filter(|(entry, _)| entry.cluster_key() == *key);
    let wrong = of_cluster.find(|(entry, noted)| noted.plans.iter().any(|plan| plan.is_excluded_by(exclusion, entry)));
    wrong.map_or(Ok(()), |(entry, _)| Err(excluded(entry, exclusion).at_attribute("principal_arns")))
}

/// Refuses the plan of an authentication mode that collides with what is noted.
pub(super) fn check_mode(record: &Record, key: &ClusterKey, planned: &ModePlan) -> Result<(), Diagnostic> {
    let modes = record.clusters.get(key).into_iter().flat_map(|noted| &noted.modes);
    let what = || format!("the authentication mode of cluster {} in {}", key.1, key.0);
    check(modes.map(|plan| plan.intent), planned.intent, what, "A cluster has one mode.")
}

/// Refuses an intent that collides with one of those that were noted for the same object.
fn check(
    mut noted: impl Iterator<Item = Intent>,
    new: Intent,
    what: impl FnOnce() -> String,
    hint: &str,
) -> Result<(), Diagnostic> {
    let clash = noted.find_map(|old| clash(old, new));
    clash.map_or(Ok(()), |clash| Err(clash.explain(&what(), hint)))
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

impl EntryPlan {
    /// Whether an exclusive set leaves no room for it.
    fn is_excluded_by(&self, set: &Exclusion, key: &EntryKey) -> bool {
        let stays = self.intent != Intent::Remove;
        stays && self.entry_type.as_ref().is_some_and(|entry_type| set.excludes(&key.principal, entry_type))
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
                     touched:\n\n  moved {{\n    from = <type>.<old name>\n    to   = <type>.<new name>\n  }}\n\n{DEPOSED}"
                ),
            ),
            Self::RemovedAndKept => Diagnostic::error(
                "Removed and kept at once",
                format!(
                    "Two resources speak of {what}. This plan removes it with one of them, which would take it from the \
                     other as well. Make Terraform forget the one without touching EKS, with a removed block or terraform \
                     state rm.\n\n{DEPOSED}"
                ),
            ),
        }
    }
}

/// What becomes of an object that was to be made anew before it was removed, and how to get on.
pub(in super::super) const DEPOSED: &str = "\
If an apply was to replace this and create_before_destroy had the new one come first: EKS has one of them only, so that cannot work, \
and what is there is now a deposed object in the state. Take create_before_destroy out, also of whatever depends on this resource. \
Then `terraform state rm`, with the address, forgets the object without touching EKS, and an import block brings it back.";

fn excluded(EntryKey { region, cluster, principal }: &EntryKey, set: &Exclusion) -> Diagnostic {
    let (what_it_does, what_to_do) = match &set.open {
        None => ("does not name the principal, and would remove the entry", "Add it to principal_arns, or to ignore."),
        Some(_) => (
            "no longer names the principal, and removes the entry unless what is known only after apply names it",
            "Add it to principal_arns, or to ignore, by a value that is known now: principal_arn of the eks_access_entry is.",
        ),
    };
    let detail = format!(
        "An eks_access_entry has, or makes, the access entry of {principal} on cluster {cluster} in {region}; the \
         eks_access_entries_exclusive of that cluster {what_it_does}. {what_to_do}"
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
    use super::super::Walk;
    use super::super::tests::{key, planned, planned_association, policies};
    use super::*;
    use crate::aws::EntryType;
    use crate::framework::Walks;

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
        let named_before = Exclusion { open: Some([key().principal].into()), ..Exclusion::default() };
        for intent in [Intent::Create, Intent::Adopt, Intent::Recreate, Intent::Keep] {
            for set in [&Exclusion::default(), &named_before] {
                let said = entry_and_set(&planned(intent, None), set);
                assert_eq!(said, [summary.clone(), summary.clone()], "{intent:?}, {set:?}");
            }
        }
    }

    #[test]
    fn an_entry_that_goes_or_is_left_alone_may_be_without_a_name() {
        let kept = planned(Intent::Keep, None);
        let node = EntryPlan { entry_type: Some(EntryType::Ec2Linux), ..kept.clone() };
        let unknown = EntryPlan { entry_type: None, ..kept.clone() };
        let ignoring = Exclusion { ignored: ["*".to_owned()].into(), ..Exclusion::default() };
        let may_name_it_yet = Exclusion { open: Some(BTreeSet::new()), ..Exclusion::default() };
        let nothing = Exclusion::default();
        for (entry, set) in [
            (EntryPlan::REMOVED, &nothing),
            (node.clone(), &nothing),
            (unknown, &nothing),
            (kept.clone(), &ignoring),
            (kept, &may_name_it_yet),
        ] {
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
    fn a_replacement_does_not_collide_with_itself() {
        assert_eq!(entries(&[Intent::Keep, Intent::Recreate]), None);
    }

    /// The summary of what is said when an entry that owns a policy and an association come up, in either order.
    fn entry_and_association(policy: &str, intent: Intent) -> [Option<String>; 2] {
        [true, false].map(|association_first| {
            let walk = Walk::new(Walks::One);
            let entry = || walk.plan_entry(&key(), planned(Intent::Keep, policies()));
            let association = || walk.plan_association(&key(), policy, planned_association(intent));
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
