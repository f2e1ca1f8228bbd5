//! Entries that another provider has made.

use std::collections::{BTreeMap, BTreeSet};

use crate::framework::schema::{block, optional};
use crate::framework::{Diagnostics, Move, RawState, Timeouts};
use crate::model;
use crate::value::Value;

use super::super::access_scope::AccessScope;
use super::super::moves::{read, region_of, timeouts};
use super::model::{AccessEntryModel, AccessPolicyModel, id};

pub(super) const MOVES: &[Move<AccessEntryModel>] = &[
    Move { provider: "hashicorp/aws", type_name: "aws_eks_access_entry", versions: 0..=0, run: from_aws },
    Move { provider: "hashicorp/awscc", type_name: "awscc_eks_access_entry", versions: 0..=1, run: from_awscc },
];

model! {
    /// The state of an `aws_eks_access_entry`, since hashicorp/aws 5.33. `region` came with 6.0.
    struct AwsAccessEntry {
        /// See `AccessEntryModel`; so for all that follow.
        access_entry_arn: Value<String> = optional(),
        /// As there.
        cluster_name: Value<String> = optional(),
        /// As there.
        created_at: Value<String> = optional(),
        /// As there.
        id: Value<String> = optional(),
        /// As there.
        kubernetes_groups: Value<BTreeSet<String>> = optional(),
        /// As there.
        modified_at: Value<String> = optional(),
        /// As there.
        principal_arn: Value<String> = optional(),
        /// As there.
        region: Value<String> = optional(),
        /// As there.
        tags: Value<BTreeMap<String, String>> = optional(),
        /// As there.
        tags_all: Value<BTreeMap<String, String>> = optional(),
        /// As there.
        timeouts: Value<Timeouts> = block(),
        /// As there.
        r#type: Value<String> = optional(),
        /// As there.
        user_name: Value<String> = optional(),
    }
}

fn from_aws(state: &RawState) -> Result<AccessEntryModel, Diagnostics> {
    let aws = read::<AwsAccessEntry>(state)?;
    let region = if aws.region.is_null() { region_of(&aws.access_entry_arn) } else { aws.region };
    Ok(AccessEntryModel {
        cluster_name: aws.cluster_name,
        principal_arn: aws.principal_arn,
        r#type: aws.r#type,
        kubernetes_groups: some(aws.kubernetes_groups),
        user_name: aws.user_name,
        on_conflict: Value::Known("fail".to_owned()),
        tags: some(aws.tags),
        region,
        access_entry_arn: aws.access_entry_arn,
        created_at: aws.created_at,
        modified_at: aws.modified_at,
        tags_all: some(aws.tags_all),
        timeouts: timeouts(aws.timeouts),
        ..AccessEntryModel::default()
    }
    .with_id())
}

model! {
    /// The state of an `awscc_eks_access_entry`, whose attributes are those of `AWS::EKS::AccessEntry`.
    struct AwsccAccessEntry {
        /// See `AccessEntryModel`; so for all that follow.
        access_entry_arn: Value<String> = optional(),
        /// As there, but a set.
        access_policies: Value<Vec<AwsccAccessPolicy>> = optional(),
        /// As there.
        cluster_name: Value<String> = optional(),
        /// `principal_arn` and `cluster_name`, with a bar in between.
        id: Value<String> = optional(),
        /// As there.
        kubernetes_groups: Value<BTreeSet<String>> = optional(),
        /// As there.
        principal_arn: Value<String> = optional(),
        /// As there, but a set.
        tags: Value<Vec<AwsccTag>> = optional(),
        /// As there.
        r#type: Value<String> = optional(),
        /// `user_name` here.
        username: Value<String> = optional(),
    }
}

model! {
    /// A policy there.
    struct AwsccAccessPolicy {
        /// As here.
        access_scope: Value<AccessScope> = optional(),
        /// The key here.
        policy_arn: Value<String> = optional(),
    }
}

model! {
    /// A tag there.
    struct AwsccTag {
        /// Its key.
        key: Value<String> = optional(),
        /// Its value.
        value: Value<String> = optional(),
    }
}

fn from_awscc(state: &RawState) -> Result<AccessEntryModel, Diagnostics> {
    let awscc = read::<AwsccAccessEntry>(state)?;
    let policy = |policy: AwsccAccessPolicy| {
        let access_scope =
            policy.access_scope.map(|scope| AccessScope { namespaces: some_names(scope.namespaces), ..scope });
        Some((policy.policy_arn.into_known()?, AccessPolicyModel { access_scope }))
    };
    let policies: BTreeMap<_, _> =
        filled!(awscc.access_policies.into_known().unwrap_or_default().into_iter().filter_map(policy));
    let tag = |tag: AwsccTag| Some((tag.key.into_known()?, tag.value.into_known()?));
    let tags: BTreeMap<_, _> = filled!(awscc.tags.into_known().unwrap_or_default().into_iter().filter_map(tag));
    Ok(AccessEntryModel {
        cluster_name: awscc.cluster_name,
        principal_arn: awscc.principal_arn,
        r#type: awscc.r#type,
        kubernetes_groups: some(awscc.kubernetes_groups),
        user_name: awscc.username,
        // There, an entry has exactly the policies that are written down.
        access_policies: if policies.is_empty() { Value::Null } else { Value::Known(policies) },
        on_conflict: Value::Known("fail".to_owned()),
        tags: Value::Known(tags.clone()),
        region: region_of(&awscc.access_entry_arn),
        access_entry_arn: awscc.access_entry_arn,
        tags_all: Value::Known(tags),
        ..AccessEntryModel::default()
    }
    .with_id())
}

/// A collection; here, none of them is an empty one.
fn some<T: Default>(collection: Value<T>) -> Value<T> {
    Value::Known(collection.into_known().unwrap_or_default())
}

/// Names; here, an empty list of them is none.
fn some_names(names: Value<BTreeSet<String>>) -> Value<BTreeSet<String>> {
    names.into_known().filter(|names| !names.is_empty()).into()
}

impl AccessEntryModel {
    fn with_id(mut self) -> Self {
        if let Some(key) = self.key() {
            self.id = Value::Known(id(&key.cluster, &key.principal, &key.region));
        }
        self
    }
}
