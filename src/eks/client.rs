use std::collections::BTreeMap;

use crate::aws::cluster_token::ClusterToken;
use crate::aws::kubernetes::Problem;
use crate::aws::{Aws, AwsError, Budget, Caller, Cluster, Eks, KubernetesError};
use crate::framework::{Cx, Diagnostic, Diagnostics, Walks};
use crate::value::AttributePath;

use super::config::Config;
use super::error::Attempt;
use super::lockout::LockoutGuard;
use super::tags::TagRules;
use super::walk::Walk;

/// What every operation works with.
pub struct Client {
    aws: Aws,
    /// The arguments of the `provider` block that are known only after apply.
    unknown: Vec<AttributePath>,
    /// Which tags objects have, and which are left alone.
    pub(super) tags: TagRules,
    lockout_guard: LockoutGuard,
    /// What has been planned so far.
    pub(super) walk: Walk,
}

impl Client {
    /// Does nothing that takes time: AWS is reached when something needs it.
    pub(super) fn new(config: Config, walks: Walks) -> Result<Self, Diagnostics> {
        Ok(Self {
            unknown: config.unknown(),
            tags: config.tag_rules(),
            lockout_guard: config.lockout_guard(),
            aws: Aws::new(config.into_settings()),
            walk: Walk::new(walks),
        })
    }

    /// Whether AWS can be reached: in a plan, the `provider` block may not be known yet.
    pub(super) fn is_known(&self) -> bool {
        self.unknown.is_empty()
    }

    /// EKS in a region, or in the provider's own.
    pub(super) async fn eks(
        &self,
        attempt: &Attempt<'_>,
        region: Option<&str>,
        budget: &Budget,
    ) -> Result<Eks, Diagnostics> {
        if !self.is_known() {
            let detail = format!(
                "This needs to reach AWS, but of the provider block, what is given for {} is known only after apply. Apply \
                 what it comes from first, for example with -target.",
                self.unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            );
            return Err(Diagnostic::error("Provider configuration not known yet", detail).into());
        }
        self.aws.eks(region, budget).await.map_err(|error| attempt.failed(&error).into())
    }

    /// Whether an import finds what is in this region without naming it: it looks in the provider's own.
    pub(super) async fn is_own_region(&self, region: &str, budget: &Budget) -> bool {
        self.aws.eks(None, budget).await.is_ok_and(|own| own.region() == region)
    }

    /// What a plan does when it would lock somebody out.
    pub(super) fn lockout_guard(&self) -> LockoutGuard {
        self.lockout_guard
    }

    /// A token for the Kubernetes API of a cluster.
    pub(super) async fn cluster_token(
        &self,
        region: Option<&str>,
        cluster: &str,
        budget: &Budget,
    ) -> Result<ClusterToken, AwsError> {
        self.aws.cluster_token(region, cluster, budget).await
    }

    /// The data of the cluster's `aws-auth` ConfigMap, if it has one.
    pub(super) async fn aws_auth(
        &self,
        cluster: &Cluster,
        budget: &Budget,
    ) -> Result<Option<BTreeMap<String, String>>, KubernetesError> {
        let token = self.cluster_token(Some(&cluster.region), &cluster.name, budget).await;
        let token = token.map_err(|error| KubernetesError::about(cluster, Problem::Aws(error)))?;
        self.aws.aws_auth_config_map(cluster, &token, budget).await
    }

    /// Who runs this.
    pub(super) async fn caller(&self, region: Option<&str>, budget: &Budget) -> Result<Caller, AwsError> {
        self.aws.caller(region, budget).await
    }
}

/// The time that an operation has.
pub(super) fn budget(cx: &Cx<'_, Client>) -> Budget {
    Budget { deadline: cx.deadline, stop: cx.stop.clone() }
}
