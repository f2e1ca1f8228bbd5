//! Requests that got no answer, or none that says what became of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_eks::config::interceptors::FinalizerInterceptorContextRef;
use aws_sdk_eks::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_eks::error::BoxError;

use super::Eks;
use crate::aws::{AccessEntry, Budget, EntryType, NewAccessEntry, Principal};

/// Whether one of a request's tries may have been carried out without an answer that says so.
///
/// The SDK tries again by itself. The try after one that was carried out meets what that one has made, and the error of
/// the last try alone does not tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Unanswered(Arc<AtomicBool>);

impl Unanswered {
    pub(super) fn has_happened(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for Unanswered {
    fn name(&self) -> &'static str {
        "unanswered"
    }

    fn read_after_attempt(
        &self,
        try_: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let failed = matches!(try_.output_or_error(), None | Some(Err(_)));
        let status = try_.response().map(|response| response.status());
        let is_clear = status.is_some_and(|status| status.is_client_error());
        if failed && !is_clear {
            self.0.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Eks {
    /// The entry that a creation without an answer has made: one that is just as asked for.
    ///
    /// Whatever EKS makes of a token that comes again is not documented, so the token is not relied on. Somebody else may
    /// have made the same entry in the same moment; then both mean the same. One that EKS says is there is waited for.
    pub(super) async fn find_made(&self, new: &NewAccessEntry, budget: &Budget) -> Option<AccessEntry> {
        let found = self.fresh().find_access_entry(&new.cluster_name, &new.principal_arn, budget).await;
        found.ok().flatten().filter(|entry| is_as_asked(entry, new))
    }
}

fn is_as_asked(entry: &AccessEntry, new: &NewAccessEntry) -> bool {
    if entry.entry_type != new.entry_type || entry.tags != new.tags {
        return false;
    }
    // EKS alone names nodes.
    if new.entry_type != EntryType::Standard {
        return true;
    }
    let default_name =
        || new.principal_arn.parse::<Principal>().ok().and_then(|principal| principal.default_user_name());
    let same_groups = new
        .kubernetes_groups
        .as_ref()
        .map_or(entry.kubernetes_groups.is_empty(), |groups| *groups == entry.kubernetes_groups);
    let same_name = new.user_name.clone().or_else(default_name).is_none_or(|name| name == entry.user_name);
    same_groups && same_name
}
