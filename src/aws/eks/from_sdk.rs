//! From the SDK's types, in which everything may be missing, to ours.

use aws_sdk_eks::primitives::{DateTime, DateTimeFormat};
use aws_sdk_eks::types as sdk;

use crate::aws::arn::Arn;
use crate::aws::cluster::UpdateError;
use crate::aws::{
    AccessEntry, AccessPolicy, AccessScope, AssociatedPolicy, AuthenticationMode, AwsError, Cluster, EntryType, Update,
    UpdateStatus,
};

pub(super) fn cluster(cluster: sdk::Cluster) -> Result<Cluster, AwsError> {
    const OPERATION: &str = "DescribeCluster";
    let arn = required(OPERATION, "the cluster's ARN", cluster.arn)?;
    let Arn { partition, region, account, .. } = Arn::parse(&arn).map_err(AwsError::bad_arn(OPERATION))?;
    // A cluster from before access entries has no such setting, and lives by its ConfigMap.
    let mode = cluster.access_config.and_then(|access| access.authentication_mode);
    let authentication_mode = match mode {
        None => AuthenticationMode::ConfigMap,
        Some(mode) => mode
            .as_str()
            .parse()
            .map_err(|_| AwsError::bad_answer(OPERATION, "an authentication mode that is known"))?,
    };
    Ok(Cluster {
        name: required(OPERATION, "the cluster's name", cluster.name)?,
        account: account.to_owned(),
        region: region.to_owned(),
        partition: partition.to_owned(),
        arn,
        status: required(OPERATION, "the cluster's status", cluster.status)?.as_str().to_owned(),
        authentication_mode,
        endpoint: cluster.endpoint,
        certificate_authority: cluster.certificate_authority.and_then(|authority| authority.data),
    })
}

pub(super) fn update(operation: &'static str, update: Option<sdk::Update>) -> Result<Update, AwsError> {
    let update = required(operation, "the update", update)?;
    let errors = update.errors.unwrap_or_default().into_iter().map(|error| UpdateError {
        code: error.error_code.map(|code| code.as_str().to_owned()).unwrap_or_default(),
        message: error.error_message.unwrap_or_default(),
    });
    Ok(Update {
        id: required(operation, "the update's id", update.id)?,
        update_type: update.r#type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        status: match required(operation, "the update's status", update.status)? {
            sdk::UpdateStatus::InProgress => UpdateStatus::InProgress,
            sdk::UpdateStatus::Successful => UpdateStatus::Successful,
            sdk::UpdateStatus::Failed => UpdateStatus::Failed,
            sdk::UpdateStatus::Cancelled => UpdateStatus::Cancelled,
            other => UpdateStatus::Other(other.as_str().to_owned()),
        },
        errors: errors.collect(),
    })
}

pub(super) fn access_entry(operation: &'static str, entry: Option<sdk::AccessEntry>) -> Result<AccessEntry, AwsError> {
    let entry = required(operation, "the access entry", entry)?;
    Ok(AccessEntry {
        cluster_name: required(operation, "the entry's cluster", entry.cluster_name)?,
        principal_arn: required(operation, "the entry's principal", entry.principal_arn)?,
        access_entry_arn: required(operation, "the entry's ARN", entry.access_entry_arn)?,
        entry_type: EntryType::from(required(operation, "the entry's type", entry.r#type)?.as_str()),
        kubernetes_groups: filled!(entry.kubernetes_groups.unwrap_or_default()),
        user_name: entry.username.unwrap_or_default(),
        tags: filled!(entry.tags.unwrap_or_default()),
        created_at: time(operation, entry.created_at)?,
        modified_at: time(operation, entry.modified_at)?,
    })
}

pub(super) fn access_policies(policies: Vec<sdk::AccessPolicy>) -> Vec<AccessPolicy> {
    let mut policies: Vec<_> =
        policies.into_iter().filter_map(|policy| Some(AccessPolicy { name: policy.name?, arn: policy.arn? })).collect();
    policies.sort_unstable();
    policies
}

pub(super) fn associated_policies(
    policies: Vec<sdk::AssociatedAccessPolicy>,
) -> Result<Vec<AssociatedPolicy>, AwsError> {
    const OPERATION: &str = "ListAssociatedAccessPolicies";
    let mut policies: Vec<_> =
        policies.into_iter().map(|policy| associated_policy(OPERATION, Some(policy))).collect::<Result<_, _>>()?;
    policies.sort_unstable_by(|a, b| a.policy_arn.cmp(&b.policy_arn));
    Ok(policies)
}

pub(super) fn associated_policy(
    operation: &'static str,
    policy: Option<sdk::AssociatedAccessPolicy>,
) -> Result<AssociatedPolicy, AwsError> {
    let policy = required(operation, "the associated policy", policy)?;
    Ok(AssociatedPolicy {
        policy_arn: required(operation, "the policy's ARN", policy.policy_arn)?,
        scope: scope(required(operation, "the policy's scope", policy.access_scope)?),
        associated_at: time(operation, policy.associated_at)?,
        modified_at: time(operation, policy.modified_at)?,
    })
}

/// The other way round: a scope for a request.
pub(super) fn to_scope(scope: &AccessScope) -> sdk::AccessScope {
    let builder = sdk::AccessScope::builder().r#type(scope.kind().into());
    match scope {
        AccessScope::Cluster => builder.build(),
        AccessScope::Namespaces(names) => builder.set_namespaces(Some(names.iter().cloned().collect())).build(),
    }
}

fn scope(scope: sdk::AccessScope) -> AccessScope {
    match scope.r#type {
        Some(sdk::AccessScopeType::Namespace) => AccessScope::Namespaces(filled!(scope.namespaces.unwrap_or_default())),
        _ => AccessScope::Cluster,
    }
}

/// A time in RFC 3339, cut to whole seconds: what other tools keep of it, so that states carry over without a change.
fn time(operation: &'static str, time: Option<DateTime>) -> Result<String, AwsError> {
    let time = required(operation, "a time", time)?;
    DateTime::from_secs(time.secs())
        .fmt(DateTimeFormat::DateTime)
        .map_err(|_| AwsError::bad_answer(operation, "a time between the years 0 and 9999"))
}

fn required<T>(operation: &'static str, what: &'static str, value: Option<T>) -> Result<T, AwsError> {
    value.ok_or_else(|| AwsError::bad_answer(operation, what))
}
