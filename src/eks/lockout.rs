//! Guards against locking oneself out: a plan that would take the entry of whoever runs it, or the last entry with
//! cluster-admin rights.

use std::collections::BTreeSet;

use crate::aws::access_policy::policy_arn;
use crate::aws::arn::partition_of_region;
use crate::aws::{AccessScope, AwsError, Eks, Kind, Principal};
use crate::framework::{Cx, Diagnostic, Diagnostics};

use super::client::{Client, budget};
use super::walk::EntryKey;

/// The policy that gives every right in a cluster, where its scope is the cluster.
pub(super) const CLUSTER_ADMIN: &str = "AmazonEKSClusterAdminPolicy";

/// What the plan does when it would lock somebody out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LockoutGuard {
    /// Says so.
    #[default]
    Warn,
    /// Fails.
    Refuse,
    /// Nothing.
    Off,
}

/// What a principal loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Its entry, with everything that hangs on it.
    Entry,
    /// Its entry for a moment: it is made again, with the same rights.
    Moment,
    /// Cluster-admin rights.
    ClusterAdmin,
}

/// Looks at a loss that is planned.
pub(super) async fn check(cx: &Cx<'_, Client>, eks: &Eks, key: &EntryKey, loss: Loss) -> Result<(), Diagnostics> {
    if cx.client.lockout_guard() == LockoutGuard::Off {
        return Ok(());
    }
    let mut found = Vec::new();
    if is_caller(cx, key).await {
        let what = match loss {
            Loss::Entry => "removes the access entry",
            Loss::Moment => "removes, and makes again, the access entry",
            Loss::ClusterAdmin => "takes the cluster-admin rights",
        };
        found.push(Diagnostic::warning(
            "This plan locks out whoever runs it",
            format!(
                "It {what} of {}, the identity that runs this, from cluster {} in {}. Unless another entry lets that identity \
                 in, what comes after it in the same apply may already fail, and nobody but another administrator of the \
                 cluster, or of EKS, can undo it.",
                key.principal, key.cluster, key.region
            ),
        ));
    }
    if loss != Loss::Moment && is_last_administrator(cx, eks, key).await {
        found.push(Diagnostic::warning(
            "This plan removes the last cluster administrator",
            format!(
                "After it, no access entry of cluster {} in {} has {CLUSTER_ADMIN} for the whole cluster; {} is the last one. \
                 Unless this plan makes another one, administering the cluster takes somebody who may create access entries.",
                key.cluster, key.region, key.principal
            ),
        ));
    }
    for mut diagnostic in found {
        diagnostic.detail.push_str(
            "\n\nThe provider argument lockout_guard says what happens then: \"warn\", \"refuse\" or \"off\".",
        );
        if cx.client.lockout_guard() == LockoutGuard::Refuse {
            return Err(Diagnostic::error(diagnostic.summary, diagnostic.detail).into());
        }
        cx.warn(diagnostic);
    }
    Ok(())
}

/// Whoever may not ask who they are is not told; that is no reason to fail.
async fn is_caller(cx: &Cx<'_, Client>, key: &EntryKey) -> bool {
    let Ok(principal) = key.principal.parse::<Principal>() else { return false };
    match cx.client.caller(Some(&key.region), &budget(cx)).await {
        Ok(caller) => caller.is(&principal),
        Err(error) => {
            unknown(&error);
            false
        }
    }
}

/// Whether this takes the last one of those who have cluster-admin rights now. Whom earlier plans of this walk took them
/// from does not count any more.
async fn is_last_administrator(cx: &Cx<'_, Client>, eks: &Eks, key: &EntryKey) -> bool {
    match others_remain(cx, eks, key).await {
        Ok(remain) => !remain,
        Err(error) => {
            unknown(&error);
            false
        }
    }
}

async fn others_remain(cx: &Cx<'_, Client>, eks: &Eks, key: &EntryKey) -> Result<bool, AwsError> {
    let budget = budget(cx);
    let policy = policy_arn(partition_of_region(eks.region()), CLUSTER_ADMIN);
    let holders = eks.access_entry_principals(&key.cluster, Some(&policy), &budget).await?.unwrap_or_default();
    // Whoever has the policy in some namespaces administers those, not the cluster.
    let administers = async |holder: &str| -> Result<bool, AwsError> {
        let policies = eks.associated_policies(&key.cluster, holder, &budget).await?.unwrap_or_default();
        Ok(policies.iter().any(|held| held.policy_arn == policy && held.scope == AccessScope::Cluster))
    };
    if !holders.contains(&key.principal) || !administers(&key.principal).await? {
        // Nothing that counts is lost here.
        return Ok(true);
    }
    let taken: BTreeSet<String> = cx.client.walk.takes_administrator(key);
    for holder in holders.iter().filter(|holder| !taken.contains(*holder)) {
        if administers(holder).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unknown(error: &AwsError) {
    if !matches!(error.kind(), Kind::AccessDenied { .. }) {
        tracing::warn!(%error, "whether this plan locks anybody out could not be found out");
    }
}
