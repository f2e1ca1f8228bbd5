//! What a row becomes.

use std::collections::{BTreeMap, BTreeSet};

use super::Entry;
use super::mapping::Mapping;
use super::{node, placeholder};
use crate::aws::access_entry::EntryType;
use crate::aws::access_policy::AccessScope;
use crate::aws::kubernetes_name::{self, NameError};
use crate::aws::principal::{Principal, PrincipalKind};

/// What a row becomes.
#[derive(Debug)]
pub(super) enum Outcome {
    /// An entry; the sentences say what is different about it.
    Entry(Entry, Vec<String>),
    /// An entry of this type, which EKS makes itself.
    OwnedByEks(EntryType),
    /// Nothing: why, and what to do.
    Blocked(String),
}

/// What the row of a principal becomes, on a cluster in the account, if that is known.
pub(super) fn outcome(principal: &Principal, mapping: &Mapping, cluster_account: Option<&str>) -> Outcome {
    let user_name = mapping.username.as_deref().map(|name| placeholder::fill(name, principal));
    let user_name = user_name.filter(|name| !name.is_empty());
    let groups = mapping.groups.iter().map(|group| placeholder::fill(group, principal));
    let groups: BTreeSet<String> = filled!(groups.filter(|group| !group.is_empty()));
    let grants = Grants { principal, user_name, groups };
    match grants.user_name.as_deref().and_then(|name| node::entry_type(name, &grants.groups)) {
        Some(entry_type) => grants.node(entry_type, cluster_account),
        None if grants.groups.contains(MASTERS) => grants.admin(),
        None => grants.standard(),
    }
}

/// The group that may do anything. No entry may carry it; this policy grants what it grants.
const MASTERS: &str = "system:masters";
const CLUSTER_ADMIN: &str = "AmazonEKSClusterAdminPolicy";

/// What a row grants, with everything filled in that is the same for all whom it lets in.
struct Grants<'a> {
    principal: &'a Principal,
    user_name: Option<String>,
    groups: BTreeSet<String>,
}

impl Grants<'_> {
    fn node(&self, entry_type: Result<EntryType, String>, cluster_account: Option<&str>) -> Outcome {
        let entry_type = match entry_type {
            Ok(entry_type) => entry_type,
            Err(reason) => {
                let advice =
                    "Give nodes what they need through the group system:nodes, and take the rest out of the row";
                return Outcome::Blocked(format!("Its user name is that of nodes, but {reason}. {advice}."));
            }
        };
        if !self.principal.is_role() {
            return Outcome::Blocked(
                "Its user name is that of nodes, and only a role can be the principal of nodes.".to_owned(),
            );
        }
        if let Some(account) = cluster_account.filter(|account| *account != self.principal.account) {
            return Outcome::Blocked(format!(
                "The nodes' role is in account {}, and EKS takes an entry of type {entry_type} for roles of the \
                 cluster's own account only, which is {account}. Give these nodes a role of that account.",
                self.principal.account
            ));
        }
        if entry_type == EntryType::FargateLinux {
            return Outcome::OwnedByEks(entry_type);
        }
        let notes = match entry_type {
            EntryType::Ec2Linux | EntryType::Ec2Windows => vec![MANAGED_NODES.to_owned()],
            _ => Vec::new(),
        };
        Outcome::Entry(self.entry(entry_type, BTreeSet::new(), None), notes)
    }

    /// Whoever may do anything gets nothing from a user name or from the groups of Kubernetes and AWS, so that those
    /// may go where EKS does not take them. Other groups stay, for policy engines look at them.
    fn admin(&self) -> Outcome {
        // It keeps everybody out but instances, wherever it stands, and no entry does that.
        let mut texts = self.groups.iter().chain(&self.user_name);
        if let Some(text) = texts.find(|text| text.contains(placeholder::INSTANCE)) {
            return Outcome::Blocked(instances_only(text));
        }
        let (kept, reserved): (BTreeSet<_>, BTreeSet<_>) =
            self.groups.iter().cloned().partition(|group| kubernetes_name::check_group(group).is_ok());
        if let Some(reason) = placeholder_in(&kept) {
            return Outcome::Blocked(reason);
        }
        let mut notes = Vec::new();
        let dropped: Vec<&str> = reserved.iter().map(String::as_str).filter(|group| *group != MASTERS).collect();
        if !dropped.is_empty() {
            let list = dropped.join(", ");
            notes.push(format!("EKS reserves {list}; {CLUSTER_ADMIN} allows everything without it."));
        }
        let user_name = self.user_name.clone().filter(|name| {
            let taken = check_user_name(name).is_ok();
            if !taken {
                notes.push(format!("The user name becomes EKS's own, since EKS does not take {name}."));
            }
            taken
        });
        let mut entry = self.entry(EntryType::Standard, kept, user_name);
        entry.access_policies = BTreeMap::from([(CLUSTER_ADMIN.to_owned(), AccessScope::Cluster)]);
        Outcome::Entry(entry, notes)
    }

    fn standard(&self) -> Outcome {
        let reserved: Vec<&str> = self
            .groups
            .iter()
            .map(String::as_str)
            .filter(|group| kubernetes_name::check_group(group).is_err())
            .collect();
        if !reserved.is_empty() {
            return Outcome::Blocked(format!(
                "EKS reserves the group {}. Bind the roles that it has to a group with another name, put that one into \
                 the row in its place, or associate an access policy with an entry of your own.",
                reserved.join(", ")
            ));
        }
        if let Some(reason) = placeholder_in(&self.groups) {
            return Outcome::Blocked(reason);
        }
        if let Some(Err(problem)) = self.user_name.as_deref().map(check_user_name) {
            return Outcome::Blocked(problem.advice(self.principal));
        }
        let mut notes = Vec::new();
        if self.user_name.is_none() {
            notes.push("It has no user name, and EKS gives the entry one.".to_owned());
        }
        let entry = self.entry(EntryType::Standard, self.groups.clone(), self.user_name.clone());
        Outcome::Entry(entry, notes)
    }

    fn entry(&self, entry_type: EntryType, kubernetes_groups: BTreeSet<String>, user_name: Option<String>) -> Entry {
        let principal_arn = self.principal.to_string();
        Entry { principal_arn, entry_type, kubernetes_groups, user_name, access_policies: BTreeMap::new() }
    }
}

const MANAGED_NODES: &str =
    "For the role of a managed node group EKS makes this entry itself when the cluster leaves the mode CONFIG_MAP.";

/// Why a group cannot be kept for its placeholders.
fn placeholder_in(groups: &BTreeSet<String>) -> Option<String> {
    let (group, placeholder) = groups.iter().find_map(|group| Some((group, placeholder::first_but(group, &[])?)))?;
    Some(format!(
        "Its group {group} has the placeholder {placeholder}, and EKS fills none in groups. Put the groups that it \
         stands for into the row by name, or make an entry for a role of each of them."
    ))
}

fn instances_only(text: &str) -> String {
    let instance = placeholder::INSTANCE;
    format!(
        "{text} has the placeholder {instance}, with which the row lets EC2 instances in and nobody else. No entry \
         does that but those of nodes, whose user name is system:node:{instance}. Put another name into the row."
    )
}

/// Why EKS does not take a user name.
enum BadUserName<'a> {
    Placeholder(&'a str),
    Name(&'a str, NameError),
}

fn check_user_name(name: &str) -> Result<(), BadUserName<'_>> {
    if let Some(placeholder) = placeholder::first_but(name, &placeholder::SESSION) {
        return Err(BadUserName::Placeholder(placeholder));
    }
    kubernetes_name::check_user_name(name).map_err(|error| BadUserName::Name(name, error))
}

impl BadUserName<'_> {
    fn advice(&self, principal: &Principal) -> String {
        match self {
            Self::Placeholder(placeholder) => format!(
                "Its user name has the placeholder {placeholder}, which EKS does not fill in entries. Put another name \
                 into the row, for instance with {{{{SessionName}}}} behind a colon."
            ),
            Self::Name(name, NameError::ReservedPrefix { prefix, .. }) => format!(
                "Its user name {name} begins with {prefix}, which EKS reserves. Put another name into the row, and \
                 bind to that one what the old one was bound to."
            ),
            Self::Name(name, NameError::SessionNameWithoutColon { placeholder }) => format!(
                "Its user name {name} has no colon before {placeholder}, which EKS asks for. Put {} into the row, and \
                 bind to that name what the old one was bound to.",
                with_colon(name, principal)
            ),
        }
    }
}

/// A user name like `name`, with a colon before everything that the session's owner chooses.
fn with_colon(name: &str, principal: &Principal) -> String {
    let who = match &principal.kind {
        PrincipalKind::Role { name, .. } | PrincipalKind::User { name, .. } => name,
        PrincipalKind::Root => "root",
    };
    let suggested = format!("{who}:{name}");
    match kubernetes_name::check_user_name(&suggested) {
        Ok(()) => suggested,
        Err(_) => format!("role:{suggested}"),
    }
}
