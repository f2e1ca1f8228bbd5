use std::collections::BTreeSet;
use std::time::Duration;

use crate::framework::schema::{computed, optional};
use crate::framework::{Call, Cx, DataSource, DefaultTimeouts, Diagnostics};
use crate::model;
use crate::value::Value;

use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::pattern;
use super::{eks, region};

/// `data "eks_access_policies"`: the policies that EKS offers.
pub struct AccessPolicies;

model! {
    /// What is asked for, and the policies.
    pub struct AccessPoliciesModel {
        /// Only policies of these names, given in full or as patterns in which `*` stands for any characters.
        pub names: Value<BTreeSet<String>> = optional(),
        /// The region to ask in. The provider's region if left out.
        pub region: Value<String> = region(),
        /// The policies, sorted by name.
        pub access_policies: Value<Vec<PolicyModel>> = computed(),
    }
}

model! {
    /// An access policy.
    pub struct PolicyModel {
        /// The ARN of the policy.
        pub arn: Value<String> = computed(),
        /// The name of the policy, such as `AmazonEKSViewPolicy`.
        pub name: Value<String> = computed(),
    }
}

impl DataSource for AccessPolicies {
    const NAME: &'static str = "eks_access_policies";
    const DESCRIPTION: &'static str = "The access policies that EKS offers in a region.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(10 * 60));
    const CALLS: &'static [Call] = &[Call::new("eks:ListAccessPolicies", "always")];
    type Client = Client;
    type Model = AccessPoliciesModel;

    async fn read(&self, cx: &Cx<'_, Client>, asked: AccessPoliciesModel) -> Result<AccessPoliciesModel, Diagnostics> {
        let attempt = Attempt { summary: "Cannot read EKS access policies", object: &"the access policies of EKS" };
        let budget = budget(cx);
        let eks = eks(cx, &asked.region, &attempt).await?;
        let mut offered = eks.access_policies(&budget).await.map_err(|error| attempt.failed(&error))?;
        if let Value::Known(names) = &asked.names {
            offered.retain(|policy| names.iter().any(|name| pattern::fits(name, &policy.name)));
        }
        let shown = offered
            .into_iter()
            .map(|policy| PolicyModel { arn: Value::Known(policy.arn), name: Value::Known(policy.name) });
        Ok(AccessPoliciesModel {
            region: Value::Known(eks.region().to_owned()),
            access_policies: Value::Known(shown.collect()),
            ..asked
        })
    }
}
