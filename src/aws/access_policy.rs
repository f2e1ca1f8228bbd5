//! Access policies: what an entry's principal may do, in EKS's own words.

use std::collections::BTreeSet;
use std::fmt;

use super::arn::Arn;

/// An access policy that EKS offers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessPolicy {
    /// The policy's name, such as `AmazonEKSViewPolicy`.
    pub name: String,
    /// The policy's ARN.
    pub arn: String,
}

/// A policy associated with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociatedPolicy {
    /// The policy's ARN; an entry has each policy at most once.
    pub policy_arn: String,
    /// Where the policy holds.
    pub scope: AccessScope,
    /// When the policy was associated, in RFC 3339 and whole seconds of UTC.
    pub associated_at: String,
    /// When the association was last changed, in RFC 3339 and whole seconds of UTC.
    pub modified_at: String,
}

/// Where in a cluster an associated policy holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccessScope {
    /// In the whole cluster.
    Cluster,
    /// In these namespaces, at least one. A name may hold wildcards (`dev-*`), and need not exist yet.
    Namespaces(BTreeSet<String>),
}

impl AccessScope {
    /// The kind of scope as EKS spells it: `cluster` or `namespace`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Namespaces(_) => "namespace",
        }
    }
}

/// The ARN of an access policy in a partition.
///
/// The policies belong to AWS: no region, and the account is `aws` in every partition.
pub fn policy_arn(partition: &str, name: &str) -> String {
    format!("arn:{partition}:eks::aws:{RESOURCE}{name}")
}

/// An access policy as a practitioner names it: by ARN, or by bare name in whatever partition the cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyRef<'a> {
    /// `AmazonEKSViewPolicy`
    Name(&'a str),
    /// `arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy`
    Arn {
        /// The partition that the ARN names.
        partition: &'a str,
        /// The policy's name.
        name: &'a str,
    },
}

impl<'a> PolicyRef<'a> {
    /// The policy that a text names.
    ///
    /// # Errors
    ///
    /// It names none; why not, the error says.
    pub fn parse(text: &'a str) -> Result<Self, PolicyError> {
        if !text.starts_with("arn:") {
            return name(text).map(Self::Name).ok_or(PolicyError::NotAPolicyName);
        }
        let arn = Arn::parse(text).map_err(|_| PolicyError::NotAnAccessPolicy)?;
        if arn.service == "iam" {
            return Err(PolicyError::IamPolicy);
        }
        let is_policy = arn.service == "eks" && arn.region.is_empty() && arn.account == "aws";
        match arn.resource.strip_prefix(RESOURCE).and_then(name) {
            Some(name) if is_policy => Ok(Self::Arn { partition: arn.partition, name }),
            _ => Err(PolicyError::NotAnAccessPolicy),
        }
    }

    /// The policy's ARN, for a cluster in `partition`. An ARN stays as it was given.
    pub fn arn(&self, partition: &str) -> String {
        match self {
            Self::Name(name) => policy_arn(partition, name),
            Self::Arn { partition, name } => policy_arn(partition, name),
        }
    }

    /// The policy's name.
    pub fn name(&self) -> &'a str {
        match self {
            Self::Name(name) | Self::Arn { name, .. } => name,
        }
    }

    /// Whether both mean the same policy: a bare name means the policy of that name in any partition.
    ///
    /// This is no `==`, for it is not transitive: one bare name means the same as two different ARNs.
    pub fn means_the_same_as(&self, other: &Self) -> bool {
        let same_partition = match (self, other) {
            (Self::Arn { partition, .. }, Self::Arn { partition: other, .. }) => partition == other,
            _ => true,
        };
        same_partition && self.name() == other.name()
    }
}

impl fmt::Display for PolicyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Arn { partition, name } => f.write_str(&policy_arn(partition, name)),
        }
    }
}

/// Why a text does not name an access policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Neither an ARN nor a name.
    #[error("it is neither an ARN nor the name of an access policy, such as AmazonEKSViewPolicy")]
    NotAPolicyName,
    /// The ARN of an IAM policy.
    #[error(
        "it is an IAM policy, which says what may be done with AWS; access to a cluster is given by EKS access \
         policies, whose ARNs look like arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    )]
    IamPolicy,
    /// The ARN of something else.
    #[error(
        "it is not the ARN of an access policy, such as arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    )]
    NotAnAccessPolicy,
}

/// The policies that EKS is known to offer to anybody, sorted by name: what ListAccessPolicies showed in April 2026, and what
/// AWS's documentation named beside it up to July 2026. EKS adds some over time, so of a name that is not here only EKS can tell.
pub const KNOWN: [&str; 32] = [
    "AIDevOpsAgentAccessPolicy",
    "AWSBackupFullAccessPolicyForBackup",
    "AWSBackupFullAccessPolicyForRestore",
    "AmazonAIOpsAssistantPolicy",
    "AmazonARCRegionSwitchScalingPolicy",
    "AmazonEKSACKPolicy",
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSArgoCDClusterPolicy",
    "AmazonEKSArgoCDPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSEventPolicy",
    "AmazonEKSKROPolicy",
    "AmazonEKSLoadBalancingClusterPolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingClusterPolicy",
    "AmazonEKSNetworkingPolicy",
    "AmazonEKSPodIdentityPolicy",
    "AmazonEKSSecretAdminPolicy",
    "AmazonEKSSecretReaderPolicy",
    "AmazonEKSViewPolicy",
    "AmazonEMRJobPolicy",
    "AmazonSagemakerHyperpodClusterPolicy",
    "AmazonSagemakerHyperpodControllerPolicy",
    "AmazonSagemakerHyperpodInferencePolicy",
    "AmazonSagemakerHyperpodSpacePolicy",
    "AmazonSagemakerHyperpodSpaceTemplatePolicy",
    "AmazonSagemakerHyperpodSystemNamespacePolicy",
    "AmazonSagemakerHyperpodTrainingPolicy",
    "AmazonSagemakerHyperpodUserClusterPolicy",
];

/// The policies that EKS associates with service-linked roles alone (access policy reference, November 2025), sorted by name.
/// ListAccessPolicies shows most of them to everybody.
pub const OF_SERVICES: [&str; 6] = [
    "AmazonEKSBlockStorageClusterPolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSClusterInsightsPolicy",
    "AmazonEKSComputeClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSHybridPolicy",
];

/// The name among these that is most likely meant by one that is none of them; `None` if no name is close.
///
/// What most names have in common counts for nothing: `view` is close to `AmazonEKSViewPolicy`, and `AmazonEKSEditPolicy` is not.
pub fn closest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let core = core(name);
    let close = names.into_iter().filter_map(|other| {
        let other_core = self::core(other);
        let distance = strsim::levenshtein(&core, &other_core);
        (distance <= 3 && distance * 2 <= other_core.len()).then_some((distance, other))
    });
    close.min().map(|(_, other)| other)
}

/// What tells a name from others, in small letters.
fn core(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("amazoneks").unwrap_or(&name);
    name.strip_suffix("policy").unwrap_or(name).to_owned()
}

/// How the resource of a policy's ARN begins.
const RESOURCE: &str = "cluster-access-policy/";

fn name(text: &str) -> Option<&str> {
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_name.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_policy_has_its_own_reason() {
        use PolicyError::*;
        for (text, reason) in [
            ("", NotAPolicyName),
            ("View Policy", NotAPolicyName),
            ("cluster-access-policy/AmazonEKSViewPolicy", NotAPolicyName),
            ("arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", IamPolicy),
            ("arn:aws:eks", NotAnAccessPolicy),
            ("arn:aws:eks:::cluster-access-policy/AmazonEKSViewPolicy", NotAnAccessPolicy),
            ("arn:aws:eks:eu-west-1:aws:cluster-access-policy/AmazonEKSViewPolicy", NotAnAccessPolicy),
            ("arn:aws:eks::aws:cluster-access-policy/", NotAnAccessPolicy),
            ("arn:aws:eks::aws:cluster/dev", NotAnAccessPolicy),
        ] {
            assert_eq!(PolicyRef::parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn a_bare_name_takes_the_partition_of_its_cluster_and_an_arn_keeps_its_own() {
        let name = PolicyRef::parse("AmazonEKSViewPolicy").unwrap();
        assert_eq!(name.arn("aws-cn"), "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy");
        let arn = PolicyRef::parse("arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy").unwrap();
        assert_eq!(arn.arn("aws-cn"), "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy");
        assert_eq!((name.name(), arn.name()), ("AmazonEKSViewPolicy", "AmazonEKSViewPolicy"));
    }

    #[test]
    fn the_closest_name_is_the_one_that_is_meant() {
        for (name, meant) in [
            ("AmazonEKSVeiwPolicy", Some("AmazonEKSViewPolicy")),
            ("amazoneksviewpolicy", Some("AmazonEKSViewPolicy")),
            ("AmazonEKSViewerPolicy", Some("AmazonEKSViewPolicy")),
            ("view", Some("AmazonEKSViewPolicy")),
            ("cluster-admin", Some("AmazonEKSClusterAdminPolicy")),
            ("AmazonEKSAdminsPolicy", Some("AmazonEKSAdminPolicy")),
            ("AmazonEKSReadOnlyPolicy", None),
            ("AmazonEKSPolicy", None),
            ("AdministratorAccess", None),
            ("x", None),
        ] {
            assert_eq!(closest(name, KNOWN), meant, "{name}");
        }
        assert_eq!(closest("AmazonEKSViewPolicy", []), None);
    }

    #[test]
    fn a_bare_name_means_its_arn_in_any_partition() {
        let policy = |text| PolicyRef::parse(text).unwrap();
        let name = policy("AmazonEKSViewPolicy");
        let aws = policy("arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy");
        let china = policy("arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy");
        assert!(name.means_the_same_as(&aws) && china.means_the_same_as(&name));
        assert!(!aws.means_the_same_as(&china));
        assert!(!name.means_the_same_as(&policy("AmazonEKSEditPolicy")));
    }
}
