//! The entries that exist, beside those that rows become.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::caller::{Caller, without_role_path};
use super::{ConfigMap, Entry};
use crate::aws::access_entry::{AccessEntry, EntryType};
use crate::aws::access_policy::{AccessScope, AssociatedPolicy, PolicyRef};
use crate::aws::principal::Principal;
use crate::aws::{AwsError, Budget, Cluster, Eks};

/// What exists on the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live {
    /// The cluster's account, if it is known.
    pub account: Option<String>,
    /// The access entries of the cluster, at least those that rows are about; none while its mode is CONFIG_MAP.
    pub entries: Vec<LiveEntry>,
}

impl Live {
    /// Looks at the cluster's entries. One listing tells which of them rows are about, whatever the paths of their
    /// roles; the others are not looked at.
    ///
    /// A cluster in mode CONFIG_MAP has no entries and is not asked.
    ///
    /// # Errors
    ///
    /// A call failed.
    pub async fn of(rows: &ConfigMap, eks: &Eks, cluster: &Cluster, budget: &Budget) -> Result<Self, AwsError> {
        let mut live = Self { account: Some(cluster.account.clone()), entries: Vec::new() };
        if !cluster.authentication_mode.has_access_entries() {
            return Ok(live);
        }
        let principals = eks.access_entry_principals(&cluster.name, None, budget).await?.unwrap_or_default();
        let named = rows.keys();
        let concerned = |arn: &String| arn.parse::<Principal>().is_ok_and(|principal| named.contains(&key(&principal)));
        let find = |principal: String| async move { LiveEntry::find(eks, &cluster.name, &principal, budget).await };
        let found = stream::iter(principals.into_iter().filter(concerned)).map(find).buffered(AT_ONCE);
        // An entry that has gone since it was listed is none.
        live.entries = found.try_filter_map(async |found| Ok(found)).try_collect().await?;
        Ok(live)
    }
}

/// How many entries are looked at at the same time: EKS answers many, but throttles an account that asks for all at once.
const AT_ONCE: usize = 8;

impl ConfigMap {
    /// The principals that rows name, as the index has them.
    fn keys(&self) -> HashSet<String> {
        let named = self.0.iter().filter_map(|mapping| match Caller::named_by(&mapping.arn) {
            Caller::Principal(principal) => Some(key(&principal)),
            Caller::FederatedUser | Caller::Nobody(_) => None,
        });
        named.collect()
    }
}

/// An access entry that exists, with its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEntry {
    /// The entry.
    pub entry: AccessEntry,
    /// The policies that are associated with it.
    pub policies: Vec<AssociatedPolicy>,
}

impl LiveEntry {
    /// The entry of a principal. What a row becomes has policies only in entries of type STANDARD: of others they are not
    /// asked for.
    async fn find(eks: &Eks, cluster: &str, principal: &str, budget: &Budget) -> Result<Option<Self>, AwsError> {
        let Some(entry) = eks.find_access_entry(cluster, principal, budget).await? else { return Ok(None) };
        let policies = match entry.entry_type {
            EntryType::Standard => eks.associated_policies(cluster, principal, budget).await?,
            _ => Some(Vec::new()),
        };
        Ok(policies.map(|policies| Self { entry, policies }))
    }
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
    let name = |policy: &AssociatedPolicy| match PolicyRef::parse(&policy.policy_arn) {
        Ok(policy) => policy.name().to_owned(),
        Err(_) => policy.policy_arn.clone(),
    };
    filled!(policies.iter().map(|policy| (name(policy), policy.scope.clone())))
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
