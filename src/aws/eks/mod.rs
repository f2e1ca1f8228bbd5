//! The calls: one method per fact or change.
//!
//! Reads are shared: whoever asks for the same thing at the same time shares one call, and what was found is kept until
//! this process changes it. [`Eks::fresh`] reads anew. What is not there is `None`, `false` or an empty list, whether
//! the entry is missing or the whole cluster, or the cluster's authentication mode rules out entries.
//!
//! Changes wait out what passes by itself, within their budget: an update of the cluster that is under way, a principal
//! that IAM has not told EKS about yet, a new entry that not all of EKS has heard of. Reads and changes alike wait when AWS
//! throttles.

mod authentication_mode;
mod believed;
mod clusters;
mod entries;
mod from_sdk;
mod pacer;
mod pages;
mod policies;
mod send;
mod tags;
mod traffic;
mod unanswered;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::AwsError;
use super::heard::Listening;
use super::once::Once;
use super::{AccessEntry, AccessPolicy, AssociatedPolicy, Cluster};
use believed::Believed;
use traffic::{ThrottledCallsAreOurs, Traffic};

pub use authentication_mode::Progress;
pub use pages::Page;

/// EKS in one region.
#[derive(Clone)]
pub struct Eks {
    regional: Arc<Regional>,
    fresh: bool,
}

/// What all handles for one region share.
pub(super) struct Regional {
    client: aws_sdk_eks::Client,
    region: String,
    clusters: Once<String, Cluster>,
    entries: Once<EntryKey, AccessEntry>,
    associated: Once<EntryKey, Vec<AssociatedPolicy>>,
    principals: Once<PrincipalsKey, Vec<String>>,
    policies: Once<(), Vec<AccessPolicy>>,
    believed: Believed,
    traffic: Traffic,
    /// Whether anything was changed from here.
    has_changed: AtomicBool,
}

/// An entry is known by its cluster and its principal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct EntryKey {
    cluster: String,
    principal: String,
}

/// The principals of a cluster, or those among them that have a policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PrincipalsKey {
    cluster: String,
    policy_arn: Option<String>,
}

impl Eks {
    pub(super) fn new(regional: Arc<Regional>) -> Self {
        Self { regional, fresh: false }
    }

    /// The region that this handle works in.
    pub fn region(&self) -> &str {
        &self.regional.region
    }

    /// The same region, read anew: each read of the handle returned here makes a call that starts after it was asked.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self { fresh: true, ..self.clone() }
    }

    /// The same region, read anew if anything was changed from here, as in an apply: what is asked for in between may have been changed
    /// by others since, and Terraform knows that it comes after them.
    #[must_use]
    pub fn fresh_in_apply(&self) -> Self {
        Self { fresh: self.fresh || self.regional.has_changed.load(Ordering::Relaxed), ..self.clone() }
    }

    fn client(&self) -> aws_sdk_eks::Client {
        self.regional.client.clone()
    }

    /// Drops what is known of a cluster when dropped: when something that changes it has ended, however it did.
    fn forgets_cluster(&self, cluster: &str) -> OnDrop<impl FnMut()> {
        let cluster = cluster.to_owned();
        OnDrop(move || self.regional.clusters.forget(&cluster))
    }
}

impl fmt::Debug for Eks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Eks").field("region", &self.regional.region).field("fresh", &self.fresh).finish_non_exhaustive()
    }
}

impl Regional {
    /// Whoever is `patient` waits when AWS throttles, however often, instead of the client's own retries.
    pub(super) fn new(config: aws_sdk_eks::config::Builder, region: String, patient: bool) -> Self {
        let config = config.interceptor(Listening);
        let config = if patient { config.retry_classifier(ThrottledCallsAreOurs) } else { config };
        Self {
            client: aws_sdk_eks::Client::from_conf(config.build()),
            region,
            clusters: Once::default(),
            entries: Once::default(),
            associated: Once::default(),
            principals: Once::default(),
            policies: Once::default(),
            believed: Believed::default(),
            traffic: Traffic::new(patient),
            has_changed: AtomicBool::new(false),
        }
    }

    /// Drops what is known of an entry and of the lists that it is in.
    fn forget_entry(&self, key: &EntryKey) {
        self.entries.forget(key);
        self.forget_associated(key);
    }

    /// Drops what is known of an entry's policies and of the lists that the entry is in.
    fn forget_associated(&self, key: &EntryKey) {
        self.associated.forget(key);
        self.principals.forget_where(|list, _| list.cluster == key.cluster);
    }
}

impl EntryKey {
    fn new(cluster: &str, principal: &str) -> Self {
        Self { cluster: cluster.to_owned(), principal: principal.to_owned() }
    }
}

/// The answer, or `None` if what it is about is not there.
fn unless_absent<T>(answer: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() || error.is_wrong_authentication_mode() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Runs `forget` when dropped: a change may have been made even if nobody waits for its answer any more.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests;
