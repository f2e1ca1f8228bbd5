//! An access entry and its policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arn::{Principal, PrincipalKind, partition};
use crate::clock::Moment;
use crate::settings::Settings;

/// One principal's entry in one cluster.
#[derive(Clone, Debug)]
pub(crate) struct AccessEntry {
    pub(crate) principal_arn: String,
    pub(crate) arn: String,
    pub(crate) entry_type: EntryType,
    pub(crate) username: String,
    pub(crate) kubernetes_groups: Vec<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) created_at: Moment,
    pub(crate) modified_at: Moment,
    /// Reads and associates do not find the entry before.
    pub(crate) visible_at: Moment,
    /// By policy ARN: an entry has a policy once, with one scope.
    pub(crate) policies: BTreeMap<String, Association>,
}

/// What an entry is for. All but STANDARD belong to nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryType {
    Standard,
    Ec2Linux,
    Ec2Windows,
    FargateLinux,
    HybridLinux,
    /// The nodes of EKS Auto Mode.
    Ec2,
    HyperpodLinux,
}

/// A policy on an entry.
#[derive(Clone, Debug)]
pub(crate) struct Association {
    pub(crate) scope: AccessScope,
    pub(crate) associated_at: Moment,
    pub(crate) modified_at: Moment,
}

/// Where a policy applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessScope {
    #[serde(rename = "type")]
    pub(crate) kind: ScopeType,
    /// Empty for the cluster scope.
    #[serde(default)]
    pub(crate) namespaces: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScopeType {
    Cluster,
    Namespace,
}

/// The cluster that an entry is made in.
#[derive(Clone, Copy)]
pub(crate) struct Home<'a> {
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) cluster: &'a str,
}

impl AccessEntry {
    /// An entry with the user name and groups that EKS gives it.
    pub(crate) fn new(
        home: Home<'_>,
        principal_arn: &str,
        principal: &Principal,
        entry_type: EntryType,
        settings: &Settings,
    ) -> AccessEntry {
        let now = Moment::now();
        AccessEntry {
            principal_arn: principal_arn.to_owned(),
            arn: entry_arn(home, principal, settings.whole_name_in_entry_arns),
            entry_type,
            username: entry_type.default_username(principal_arn, principal),
            kubernetes_groups: entry_type.default_groups(),
            tags: BTreeMap::new(),
            created_at: now,
            modified_at: now,
            visible_at: now,
            policies: BTreeMap::new(),
        }
    }

    /// As the API shows it.
    pub(crate) fn describe(&self, cluster: &str) -> Value {
        json!({
            "clusterName": cluster,
            "principalArn": self.principal_arn,
            "kubernetesGroups": self.kubernetes_groups,
            "accessEntryArn": self.arn,
            "createdAt": self.created_at.epoch_seconds(),
            "modifiedAt": self.modified_at.epoch_seconds(),
            "tags": self.tags,
            "username": self.username,
            "type": self.entry_type.name(),
        })
    }

    /// Associates the policy, or gives it another scope in place.
    pub(crate) fn associate(&mut self, policy_arn: &str, scope: AccessScope) -> &Association {
        let now = Moment::now();
        let association = self.policies.entry(policy_arn.to_owned()).or_insert_with(|| Association {
            scope: scope.clone(),
            associated_at: now,
            modified_at: now,
        });
        association.scope = scope;
        association.modified_at = now;
        association
    }

    /// The last part of the ARN.
    pub(crate) fn id(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn is_visible(&self, now: Moment) -> bool {
        self.visible_at <= now
    }
}

impl EntryType {
    /// Every type, in the order in which EKS names them.
    pub(crate) const ALL: [EntryType; 7] = [
        EntryType::Ec2Linux,
        EntryType::Ec2Windows,
        EntryType::FargateLinux,
        EntryType::HybridLinux,
        EntryType::Ec2,
        EntryType::HyperpodLinux,
        EntryType::Standard,
    ];

    pub(crate) fn parse(name: &str) -> Option<EntryType> {
        EntryType::ALL.into_iter().find(|entry_type| entry_type.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            EntryType::Standard => "STANDARD",
            EntryType::Ec2Linux => "EC2_LINUX",
            EntryType::Ec2Windows => "EC2_WINDOWS",
            EntryType::FargateLinux => "FARGATE_LINUX",
            EntryType::HybridLinux => "HYBRID_LINUX",
            EntryType::Ec2 => "EC2",
            EntryType::HyperpodLinux => "HYPERPOD_LINUX",
        }
    }

    /// The types that EKS names where it insists on a role of the cluster's own account.
    pub(crate) fn is_named_as_nodes(self) -> bool {
        !matches!(self, EntryType::Standard | EntryType::HyperpodLinux)
    }

    /// The types that EKS is not known to treat as the older types of nodes.
    ///
    /// Auto Mode documents an association on its own type, EC2; SageMaker documents policies for HYPERPOD_LINUX.
    pub(crate) fn is_ec2_like(self) -> bool {
        matches!(self, EntryType::Ec2 | EntryType::HyperpodLinux)
    }

    pub(crate) fn default_username(self, principal_arn: &str, principal: &Principal) -> String {
        match (self, principal.kind) {
            (EntryType::Standard, PrincipalKind::Role) => format!(
                "arn:{}:sts::{}:assumed-role/{}/{{{{SessionName}}}}",
                principal.partition, principal.account, principal.name
            ),
            (EntryType::Standard, _) => principal_arn.to_owned(),
            (EntryType::Ec2Linux | EntryType::Ec2Windows, _) => "system:node:{{EC2PrivateDNSName}}".to_owned(),
            _ => "system:node:{{SessionName}}".to_owned(),
        }
    }

    /// Seen for EC2_LINUX and EC2; a guess for the other types of nodes.
    pub(crate) fn default_groups(self) -> Vec<String> {
        match self {
            EntryType::Standard => Vec::new(),
            _ => vec!["system:nodes".to_owned()],
        }
    }
}

impl Association {
    /// As the API shows it.
    pub(crate) fn describe(&self, policy_arn: &str) -> Value {
        json!({
            "policyArn": policy_arn,
            "accessScope": self.scope,
            "associatedAt": self.associated_at.epoch_seconds(),
            "modifiedAt": self.modified_at.epoch_seconds(),
        })
    }
}

impl AccessScope {
    pub(crate) fn cluster() -> AccessScope {
        AccessScope { kind: ScopeType::Cluster, namespaces: Vec::new() }
    }
}

/// Ends in an id that has the shape of a UUID but, as the one that has been seen, not the version of any.
fn entry_arn(home: Home<'_>, principal: &Principal, whole_name: bool) -> String {
    let mut id = Uuid::new_v4().into_bytes();
    id[6] = 0xb0 | (id[6] & 0x0f);
    format!(
        "arn:{}:eks:{}:{}:access-entry/{}/{}/{}/{}/{}",
        partition(home.region),
        home.region,
        home.account,
        home.cluster,
        principal.kind_name(),
        principal.account,
        principal.name_in_entry_arn(whole_name),
        Uuid::from_bytes(id),
    )
}
