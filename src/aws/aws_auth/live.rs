//! The entries that exist, beside those that rows become.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Entry;
use super::caller::without_role_path;
use crate::aws::access_entry::{AccessEntry, EntryType};
use crate::aws::access_policy::{AccessScope, AssociatedPolicy, PolicyRef};
use crate::aws::principal::Principal;

/// What exists on the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live {
    /// The cluster's account, if it is known.
    pub account: Option<String>,
    /// Every access entry of the cluster; none while its mode is CONFIG_MAP.
    pub entries: Vec<LiveEntry>,
}

/// An access entry that exists, with its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEntry {
    /// The entry.
    pub entry: AccessEntry,
    /// The policies that are associated with it.
    pub policies: Vec<AssociatedPolicy>,
}

/// The entries that exist, by principal without regard to a role's path and to case.
#[derive(Debug, Default)]
pub(super) struct Index<'a>(HashMap<String, Vec<(Principal, &'a LiveEntry)>>);

impl<'a> Index<'a> {
    pub(super) fn new(live: &'a Live) -> Self {
        let mut index = Self::default();
        for entry in &live.entries {
            // Service-linked roles do not parse: no row can be theirs, for their path.
            if let Ok(principal) = entry.entry.principal_arn.parse::<Principal>() {
                index.0.entry(key(&principal)).or_default().push((principal, entry));
            }
        }
        index
    }

    /// The entries of the user, or of every role of that name: more than one only if IAM has seen several come and go.
    pub(super) fn find(&self, principal: &Principal) -> &[(Principal, &'a LiveEntry)] {
        self.0.get(&key(principal)).map_or(&[], Vec::as_slice)
    }
}

fn key(principal: &Principal) -> String {
    without_role_path(principal).to_string().to_lowercase()
}

/// How the entry that exists differs from the one that a row becomes, in words; nothing if it does not.
pub(super) fn differences(live: &LiveEntry, entry: &Entry, principal: &Principal) -> Vec<String> {
    let LiveEntry { entry: existing, policies } = live;
    let mut differences = Vec::new();
    if existing.entry_type != entry.entry_type {
        differences.push(format!("its type is {}, not {}", existing.entry_type, entry.entry_type));
    }
    if entry.entry_type == EntryType::Standard {
        if existing.kubernetes_groups != entry.kubernetes_groups {
            let (has, wants) = (list(&existing.kubernetes_groups), list(&entry.kubernetes_groups));
            differences.push(format!("its groups are {has}, not {wants}"));
        }
        // What EKS calls the root of an account is nowhere written, so whatever it says is its own name.
        let user_name = entry.user_name.clone().or_else(|| principal.default_user_name());
        if let Some(user_name) = user_name.filter(|name| *name != existing.user_name) {
            differences.push(format!("its user name is {}, not {user_name}", existing.user_name));
        }
        let existing = scopes(policies);
        if existing != entry.access_policies {
            let (has, wants) = (policy_list(&existing), policy_list(&entry.access_policies));
            differences.push(format!("its access policies are {has}, not {wants}"));
        }
    }
    differences
}

fn scopes(policies: &[AssociatedPolicy]) -> BTreeMap<String, AccessScope> {
    let name = |policy: &AssociatedPolicy| match policy.policy_arn.parse::<PolicyRef>() {
        Ok(policy) => policy.name().to_owned(),
        Err(_) => policy.policy_arn.clone(),
    };
    policies.iter().map(|policy| (name(policy), policy.scope.clone())).collect()
}

pub(super) fn list(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

pub(super) fn policy_list(policies: &BTreeMap<String, AccessScope>) -> String {
    let one = |(name, scope): (&String, &AccessScope)| match scope {
        AccessScope::Cluster => format!("{name} in the whole cluster"),
        AccessScope::Namespaces(names) => format!("{name} in {}", list(names)),
    };
    if policies.is_empty() { "none".to_owned() } else { policies.iter().map(one).collect::<Vec<_>>().join(", ") }
}
