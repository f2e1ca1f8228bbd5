//! The rows of nodes, known by their user names and groups.
//!
//! The rows that AWS has people write are in the EKS user guide: "Launching self-managed Amazon Linux nodes",
//! "Deploy Windows nodes", "Amazon EKS Pod execution IAM role" and "Prepare cluster access for hybrid nodes".

use std::collections::BTreeSet;

use crate::aws::access_entry::EntryType;

/// The type of the entry that takes the place of a node's row; `None` if the user name is not a node's.
///
/// EKS gives such entries their user names and groups, so a row must have neither more nor less.
///
/// # Errors
///
/// The user name is a node's and the groups are not.
pub(super) fn entry_type(user_name: &str, groups: &BTreeSet<String>) -> Option<Result<EntryType, String>> {
    let kinds: Vec<&Kind> = KINDS.iter().filter(|kind| kind.user_name == user_name).collect();
    let [first, ..] = kinds[..] else { return None };
    let given: BTreeSet<&str> = filled!(groups.iter().map(String::as_str).filter(|group| *group != BOOTSTRAPPERS));
    let same = kinds.iter().find(|kind| given == filled!(kind.groups.iter().copied()));
    Some(same.map(|kind| kind.entry_type.clone()).ok_or_else(|| {
        let known: BTreeSet<&str> = filled!(kinds.iter().flat_map(|kind| kind.groups).copied());
        let extra: Vec<&str> = given.difference(&known).copied().collect();
        let usual = first.groups.join(", ");
        match extra.is_empty() {
            true => format!("its groups are not those of nodes, which have {BOOTSTRAPPERS} and {usual}"),
            false => format!("EKS chooses the groups of nodes' entries, so that they cannot have {}", extra.join(", ")),
        }
    }))
}

/// The group of nodes that ask for a certificate. EKS's nodes do not: that it is missing takes nothing away from them.
const BOOTSTRAPPERS: &str = "system:bootstrappers";

/// A kind of node.
struct Kind {
    user_name: &'static str,
    /// Its groups besides that of bootstrappers.
    groups: &'static [&'static str],
    entry_type: EntryType,
}

/// The kinds of node, with the plainest first for each user name.
static KINDS: [Kind; 4] = [
    Kind { user_name: EC2_NODE, groups: &["system:nodes"], entry_type: EntryType::Ec2Linux },
    Kind {
        user_name: EC2_NODE,
        groups: &["system:nodes", "eks:kube-proxy-windows"],
        entry_type: EntryType::Ec2Windows,
    },
    Kind { user_name: SESSION_NODE, groups: &["system:nodes"], entry_type: EntryType::HybridLinux },
    Kind {
        user_name: SESSION_NODE,
        groups: &["system:nodes", "system:node-proxier"],
        entry_type: EntryType::FargateLinux,
    },
];

const EC2_NODE: &str = "system:node:{{EC2PrivateDNSName}}";

const SESSION_NODE: &str = "system:node:{{SessionName}}";

#[cfg(test)]
mod tests {
    use super::*;

    fn of(user_name: &str, groups: &[&str]) -> Option<Result<EntryType, String>> {
        entry_type(user_name, &groups.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn groups_that_are_not_a_nodes_are_named() {
        for (groups, named) in [
            (&["system:nodes", "system:bootstrappers", "team"][..], "team"),
            (&["system:nodes", "system:masters"], "system:masters"),
            (&["system:bootstrappers"], "system:nodes"),
            (&[], "system:nodes"),
            (&["eks:kube-proxy-windows"], "system:nodes"),
        ] {
            let reason = of(EC2_NODE, groups).unwrap().unwrap_err();
            assert!(reason.contains(named), "{reason}");
        }
    }

    #[test]
    fn other_user_names_are_no_nodes() {
        for name in ["", "node", "system:node:x", "system:node:{{SessionNameRaw}}", "x-system:node:{{SessionName}}"] {
            assert_eq!(of(name, &["system:nodes"]), None, "{name}");
        }
    }

    #[test]
    fn each_kind_of_node_is_known_by_its_groups() {
        let (boot, nodes) = ("system:bootstrappers", "system:nodes");
        for (name, groups, expected) in [
            (EC2_NODE, &[boot, nodes][..], EntryType::Ec2Linux),
            (EC2_NODE, &[nodes], EntryType::Ec2Linux),
            (EC2_NODE, &[boot, nodes, "eks:kube-proxy-windows"], EntryType::Ec2Windows),
            (SESSION_NODE, &[boot, nodes], EntryType::HybridLinux),
            (SESSION_NODE, &[boot, nodes, "system:node-proxier"], EntryType::FargateLinux),
        ] {
            assert_eq!(of(name, groups), Some(Ok(expected)), "{name} {groups:?}");
        }
    }
}
