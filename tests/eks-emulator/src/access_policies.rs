//! The access policies that EKS offers.

use crate::arn;

/// One access policy.
pub struct AccessPolicy {
    /// The policy's name.
    pub name: &'static str,
    /// Documented by AWS as one that only a service-linked role can have.
    pub service_linked_only: bool,
    /// Whether ListAccessPolicies names it. Some policies are documented, and can be associated, but are not listed.
    pub listed: bool,
}

impl AccessPolicy {
    /// The policy of that ARN in the partition of `region`; a policy of another partition does not exist there.
    pub(crate) fn find(policy_arn: &str, region: &str) -> Option<&'static AccessPolicy> {
        ACCESS_POLICIES.iter().find(|policy| policy.arn(region) == policy_arn)
    }

    /// The region of an access policy's ARN is empty and its account is `aws`.
    pub(crate) fn arn(&self, region: &str) -> String {
        policy_arn(self.name, region)
    }
}

/// The ARN of the policy of that name in the partition of `region`.
pub(crate) fn policy_arn(name: &str, region: &str) -> String {
    format!("arn:{}:eks::aws:cluster-access-policy/{name}", arn::partition(region))
}

/// What ListAccessPolicies showed in April 2026, sorted by name, and what AWS documents beside it. The list grows.
pub const ACCESS_POLICIES: &[AccessPolicy] = &[
    listed("AIDevOpsAgentAccessPolicy"),
    unlisted("AWSBackupFullAccessPolicyForBackup"),
    unlisted("AWSBackupFullAccessPolicyForRestore"),
    listed("AmazonAIOpsAssistantPolicy"),
    listed("AmazonARCRegionSwitchScalingPolicy"),
    listed("AmazonEKSACKPolicy"),
    listed("AmazonEKSAdminPolicy"),
    listed("AmazonEKSAdminViewPolicy"),
    listed("AmazonEKSArgoCDClusterPolicy"),
    listed("AmazonEKSArgoCDPolicy"),
    listed("AmazonEKSAutoNodePolicy"),
    service_linked_only(listed("AmazonEKSBlockStorageClusterPolicy")),
    service_linked_only(listed("AmazonEKSBlockStoragePolicy")),
    listed("AmazonEKSClusterAdminPolicy"),
    service_linked_only(unlisted("AmazonEKSClusterInsightsPolicy")),
    service_linked_only(listed("AmazonEKSComputeClusterPolicy")),
    service_linked_only(listed("AmazonEKSComputePolicy")),
    listed("AmazonEKSEditPolicy"),
    listed("AmazonEKSEventPolicy"),
    service_linked_only(listed("AmazonEKSHybridPolicy")),
    listed("AmazonEKSKROPolicy"),
    listed("AmazonEKSLoadBalancingClusterPolicy"),
    listed("AmazonEKSLoadBalancingPolicy"),
    listed("AmazonEKSNetworkingClusterPolicy"),
    listed("AmazonEKSNetworkingPolicy"),
    listed("AmazonEKSPodIdentityPolicy"),
    listed("AmazonEKSSecretAdminPolicy"),
    listed("AmazonEKSSecretReaderPolicy"),
    listed("AmazonEKSViewPolicy"),
    listed("AmazonEMRJobPolicy"),
    listed("AmazonSagemakerHyperpodClusterPolicy"),
    listed("AmazonSagemakerHyperpodControllerPolicy"),
    unlisted("AmazonSagemakerHyperpodInferencePolicy"),
    listed("AmazonSagemakerHyperpodSpacePolicy"),
    listed("AmazonSagemakerHyperpodSpaceTemplatePolicy"),
    listed("AmazonSagemakerHyperpodSystemNamespacePolicy"),
    unlisted("AmazonSagemakerHyperpodTrainingPolicy"),
    listed("AmazonSagemakerHyperpodUserClusterPolicy"),
];

const fn listed(name: &'static str) -> AccessPolicy {
    AccessPolicy { name, service_linked_only: false, listed: true }
}

const fn unlisted(name: &'static str) -> AccessPolicy {
    AccessPolicy { name, service_linked_only: false, listed: false }
}

const fn service_linked_only(policy: AccessPolicy) -> AccessPolicy {
    AccessPolicy { service_linked_only: true, ..policy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_33_listed_policies() {
        assert!(ACCESS_POLICIES.is_sorted_by_key(|policy| policy.name));
        assert_eq!(ACCESS_POLICIES.iter().filter(|policy| policy.listed).count(), 33);
    }
}
