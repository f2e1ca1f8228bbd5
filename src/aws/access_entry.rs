//! Access entries: what lets an IAM principal into a cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// The access entry of one principal on one cluster, as EKS describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEntry {
    /// The cluster that the entry is on.
    pub cluster_name: String,
    /// The IAM principal that the entry lets in; there is one entry per principal.
    pub principal_arn: String,
    /// The entry's own ARN. It ends in an id that changes when the entry is deleted and created again.
    pub access_entry_arn: String,
    /// What the principal is for; fixed when the entry is created.
    pub entry_type: EntryType,
    /// The Kubernetes groups that the principal belongs to.
    pub kubernetes_groups: BTreeSet<String>,
    /// The Kubernetes user that the principal becomes.
    pub user_name: String,
    /// The entry's tags.
    pub tags: BTreeMap<String, String>,
    /// When the entry was created, in RFC 3339 and whole seconds of UTC.
    pub created_at: String,
    /// When the entry was last changed, in RFC 3339 and whole seconds of UTC.
    pub modified_at: String,
}

/// An access entry to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccessEntry {
    /// The cluster to create the entry on.
    pub cluster_name: String,
    /// The IAM principal to let in.
    pub principal_arn: String,
    /// What the principal is for.
    pub entry_type: EntryType,
    /// The Kubernetes groups; must be `None` for types other than STANDARD, which EKS gives groups of its own.
    pub kubernetes_groups: Option<BTreeSet<String>>,
    /// The Kubernetes user name, or `None` for the one that EKS gives; must be `None` for types other than STANDARD.
    pub user_name: Option<String>,
    /// The entry's tags.
    pub tags: BTreeMap<String, String>,
    /// What tells a repeated request from a second one; `None` for one that is made up.
    pub token: Option<String>,
}

/// What the principal of an entry is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryType {
    /// People and programs that use the cluster.
    Standard,
    /// Fargate pods.
    FargateLinux,
    /// Linux nodes on EC2.
    Ec2Linux,
    /// Windows nodes on EC2.
    Ec2Windows,
    /// Nodes of EKS Auto Mode.
    Ec2,
    /// EKS Hybrid Nodes.
    HybridLinux,
    /// Nodes of SageMaker HyperPod.
    HyperpodLinux,
    /// A type newer than this program.
    Other(String),
}

impl EntryType {
    /// The types that this program knows, STANDARD first.
    pub const KNOWN: [Self; 7] = [
        Self::Standard,
        Self::Ec2Linux,
        Self::Ec2Windows,
        Self::Ec2,
        Self::FargateLinux,
        Self::HybridLinux,
        Self::HyperpodLinux,
    ];

    /// The type as EKS spells it. Case matters to EKS.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Standard => "STANDARD",
            Self::FargateLinux => "FARGATE_LINUX",
            Self::Ec2Linux => "EC2_LINUX",
            Self::Ec2Windows => "EC2_WINDOWS",
            Self::Ec2 => "EC2",
            Self::HybridLinux => "HYBRID_LINUX",
            Self::HyperpodLinux => "HYPERPOD_LINUX",
            Self::Other(text) => text,
        }
    }

    /// Whether EKS chooses the user name and the groups of such entries, and refuses anybody else's.
    ///
    /// It does for every type but STANDARD (EKS user guide, "Create access entries"). UpdateAccessEntry is refused for
    /// those types altogether.
    pub fn owns_groups_and_user_name(&self) -> bool {
        *self != Self::Standard
    }

    /// Whether access policies can be associated with such entries.
    ///
    /// The user guide says STANDARD only, but EKS Auto Mode's own guide associates AmazonEKSAutoNodePolicy with entries
    /// of type EC2. Of HYPERPOD_LINUX nobody says, so it gets the benefit of the doubt, as does an unknown type.
    pub fn takes_policies(&self) -> bool {
        !matches!(self, Self::Ec2Linux | Self::Ec2Windows | Self::FargateLinux | Self::HybridLinux)
    }

    /// Whether the principal must be a role of the cluster's own account. EKS says so for every type of node.
    pub fn needs_role_of_same_account(&self) -> bool {
        !matches!(self, Self::Standard | Self::Other(_))
    }
}

impl FromStr for EntryType {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let known = Self::KNOWN.into_iter().find(|known| known.as_str() == text);
        Ok(known.unwrap_or_else(|| Self::Other(text.to_owned())))
    }
}

impl From<&str> for EntryType {
    fn from(text: &str) -> Self {
        let Ok(entry_type) = text.parse();
        entry_type
    }
}

impl fmt::Display for EntryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_type_is_spelt_as_it_is_read() {
        for known in EntryType::KNOWN {
            assert_eq!(EntryType::from(known.as_str()), known);
        }
        assert_eq!(EntryType::from("Standard"), EntryType::Other("Standard".to_owned()));
    }

    #[test]
    fn a_new_type_is_neither_refused_policies_nor_a_principal_elsewhere() {
        let new = EntryType::from("MARS_ROVER");
        assert!(new.takes_policies() && !new.needs_role_of_same_account());
        assert!(new.owns_groups_and_user_name(), "UpdateAccessEntry is known to work for STANDARD alone");
    }
}
