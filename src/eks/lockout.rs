//! Guards against locking oneself out: a plan that would take the entry of whoever runs it, or the last entry with
//! cluster-admin rights.

use std::collections::BTreeSet;

use crate::aws::access_policy::policy_arn;
use crate::aws::arn::partition_of_region;
use crate::aws::{AccessScope, AwsError, Eks, Principal};
use crate::framework::{Cx, Diagnostic, Diagnostics};

use super::client::{Client, budget};
use super::error::what_to_do;
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
    /// Its entry, unless an exclusive set that is not wholly known yet turns out to name it.
    EntryUnlessNamed,
    /// Its entry for a moment: it is made again, with the same rights.
    Moment,
    /// Cluster-admin rights.
    ClusterAdmin,
    /// Cluster-admin rights for a moment: what gives them is made again.
    MomentOfClusterAdmin,
}

/// Looks at a loss that is planned. That nobody can tell whether it matters is no answer either: it is said, or refused.
///
/// Terraform shows only the first of several warnings with one summary, so a summary tells whom it is about.
pub(super) async fn check(cx: &Cx<'_, Client>, eks: &Eks, key: &EntryKey, loss: Loss) -> Result<(), Diagnostics> {
    let guard = cx.client.lockout_guard();
    if guard == LockoutGuard::Off {
        return Ok(());
    }
    let mut found = Vec::new();
    match is_caller(cx, key).await {
        Ok(true) => found.push(loss.of_caller(key)),
        Ok(false) => {}
        Err(error) => found.extend(unknown(cx, CALLER_UNKNOWN, key, loss, &error)),
    }
    let remain = if loss.passes() { Ok(true) } else { others_remain(cx, eks, key).await };
    match remain {
        Ok(true) => {}
        Ok(false) => found.push(loss.of_last_administrator(key)),
        Err(error) => found.extend(unknown(cx, ADMINISTRATORS_UNKNOWN, key, loss, &error)),
    }
    for diagnostic in found {
        if guard == LockoutGuard::Refuse {
            return Err(Diagnostic::error(diagnostic.summary, diagnostic.detail).into());
        }
        cx.warn(diagnostic);
    }
    Ok(())
}

/// In an apply, before something goes: refuses what would lock out whoever runs it, where it is to be refused. The plan may have been
/// another identity's, and an apply does not plan again what it removes.
pub(super) async fn check_caller(cx: &Cx<'_, Client>, key: &EntryKey, loss: Loss) -> Result<(), Diagnostics> {
    if cx.client.lockout_guard() != LockoutGuard::Refuse {
        return Ok(());
    }
    let found = match is_caller(cx, key).await {
        Ok(true) => Some(loss.of_caller(key)),
        Ok(false) => None,
        Err(error) => unknown(cx, CALLER_UNKNOWN, key, loss, &error),
    };
    found.map_or(Ok(()), |found| Err(Diagnostic::error(found.summary, found.detail).into()))
}

impl Loss {
    /// Whether what is lost comes back in the same apply.
    fn passes(self) -> bool {
        matches!(self, Self::Moment | Self::MomentOfClusterAdmin)
    }

    /// What is lost, in the middle of a sentence.
    fn what(self) -> &'static str {
        match self {
            Self::Entry => "removes the access entry",
            Self::EntryUnlessNamed => "removes, unless what is known only after apply names it, the access entry",
            Self::Moment => "removes, and makes again, the access entry",
            Self::ClusterAdmin => "takes the cluster-admin rights",
            Self::MomentOfClusterAdmin => "takes, and gives again, the cluster-admin rights",
        }
    }

    fn of_caller(self, key: &EntryKey) -> Diagnostic {
        let detail = format!(
            "It {} of {}, the identity that runs this, from cluster {} in {}. Unless another entry lets that identity in, what \
             comes after it in the same apply may already fail, and nobody but another administrator of the cluster, or of EKS, \
             can undo it.{GUARD}",
            self.what(),
            key.principal,
            key.cluster,
            key.region
        );
        Diagnostic::warning(format!("This plan locks out whoever runs it: {}", whose(key)), detail)
    }

    fn of_last_administrator(self, key: &EntryKey) -> Diagnostic {
        let (summary, to_keep_it) = match self {
            Self::EntryUnlessNamed => (
                format!("This plan may remove the last cluster administrator: {}", whose(key)),
                " To keep the entry, name its principal in principal_arns by a value that is known now.",
            ),
            _ => (format!("This plan removes the last cluster administrator: {}", whose(key)), ""),
        };
        let detail = format!(
            "It {} of {}. After that, no access entry of cluster {} in {} has {CLUSTER_ADMIN} for the whole cluster. Unless this \
             plan makes another one, administering the cluster takes somebody who may create access entries.{to_keep_it}{GUARD}",
            self.what(),
            key.principal,
            key.cluster,
            key.region
        );
        Diagnostic::warning(summary, detail)
    }
}

fn whose(EntryKey { region, cluster, principal }: &EntryKey) -> String {
    format!("{principal} on cluster {cluster} in {region}")
}

const GUARD: &str = "\n\n\
The provider argument lockout_guard says what happens then: \"warn\", \"refuse\" or \"off\".";

const CALLER_UNKNOWN: &str = "Cannot tell whether this plan locks out whoever runs it";
const ADMINISTRATORS_UNKNOWN: &str = "Cannot tell whether this plan removes the last cluster administrator";

/// That something could not be found out. Where the plan goes on all the same, once for each cluster.
fn unknown(
    cx: &Cx<'_, Client>,
    what: &'static str,
    key: &EntryKey,
    loss: Loss,
    error: &AwsError,
) -> Option<Diagnostic> {
    let goes_on = cx.client.lockout_guard() != LockoutGuard::Refuse;
    if goes_on && !cx.client.walk.is_news(what, &key.cluster_key()) {
        return None;
    }
    let EntryKey { region, cluster, principal } = key;
    let mut detail = format!(
        "It {} of {principal} from cluster {cluster} in {region}; whether that locks anybody out could not be found out.\n\n\
         {error}",
        loss.what()
    );
    let advice = what_to_do(error);
    let once = if goes_on { "This is said once, whatever else the plan takes from the cluster." } else { "" };
    for paragraph in [advice.as_str(), UNLESS_REFUSED, once].into_iter().filter(|text| !text.is_empty()) {
        detail.push_str("\n\n");
        detail.push_str(paragraph);
    }
    Some(Diagnostic::warning(format!("{what}: cluster {cluster} in {region}"), detail))
}

const UNLESS_REFUSED: &str = "\
The provider argument lockout_guard says what happens then: with \"refuse\" the plan is refused, with \"warn\" it goes on and says \
this, and with \"off\" nothing is looked at and nothing said.";

async fn is_caller(cx: &Cx<'_, Client>, key: &EntryKey) -> Result<bool, AwsError> {
    let Ok(principal) = key.principal.parse::<Principal>() else { return Ok(false) };
    Ok(cx.client.caller(Some(&key.region), &budget(cx)).await?.is(&principal))
}

/// Whether this leaves one of those who have cluster-admin rights now. Whom earlier plans of this walk took them from does not
/// count any more.
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
