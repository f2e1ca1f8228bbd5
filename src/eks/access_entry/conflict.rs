//! The entry exists already: what `on_conflict` says is done about it.

use crate::aws::{self, AwsError, Eks, EntryType};
use crate::framework::{Cx, Diagnostic, Diagnostics, Resource};
use crate::value::Value;

use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::{import_id, tags};
use super::model::{AccessEntryModel, id};
use super::{AccessEntry, find_access_entry, new_entry, policies};

const EXISTS: &str = "EKS access entry exists already";

/// In a plan: refuses the entry that exists, or says that it will be taken over.
pub(super) async fn announce(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let Some(entry) = find_access_entry(cx, eks, planned, attempt).await? else { return Ok(()) };
    if !adopts(planned) {
        return Err(refusal(cx, eks, planned, &entry).await.into());
    }
    check_type(planned, &entry)?;
    let detail = format!(
        "{} exists already, made {} and of type {}. Apply takes it over and changes it to what is written here.",
        capitalised(planned),
        entry.created_at,
        entry.entry_type
    );
    cx.warn(Diagnostic::warning("EKS access entry will be adopted", detail).at_attribute("principal_arn"));
    policies::warn_of_others(cx, eks, planned, attempt).await
}

/// In an apply: refuses the entry that exists, or takes it over.
pub(super) async fn resolve(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &AccessEntryModel,
    attempt: &Attempt<'_>,
    error: &AwsError,
) -> Result<aws::AccessEntry, Diagnostics> {
    let Some(entry) = find_access_entry(cx, eks, planned, attempt).await? else {
        return Err(attempt.failed(error).into());
    };
    if cx.state_holds::<AccessEntry>(&AccessEntry.identity(planned)) {
        return Err(before_destroy(planned).into());
    }
    if !adopts(planned) {
        return Err(refusal(cx, eks, planned, &entry).await.into());
    }
    check_type(planned, &entry)?;
    adopt(cx, eks, planned, entry, attempt).await
}

pub(super) fn adopts(planned: &AccessEntryModel) -> bool {
    planned.on_conflict.known().is_some_and(|text| text == "adopt")
}

/// Changes what differs from what is written down.
async fn adopt(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &AccessEntryModel,
    mut entry: aws::AccessEntry,
    attempt: &Attempt<'_>,
) -> Result<aws::AccessEntry, Diagnostics> {
    let failed = |error| Diagnostics::from(attempt.failed(&error));
    let wanted = new_entry(planned);
    let budget = budget(cx);
    if entry.entry_type == EntryType::Standard {
        let groups = wanted.kubernetes_groups.unwrap_or_default();
        let user_name = wanted.user_name.or_else(|| planned.default_user_name());
        if groups != entry.kubernetes_groups || user_name.as_ref().is_some_and(|name| *name != entry.user_name) {
            entry = eks
                .update_access_entry(planned.cluster(), planned.principal(), &groups, user_name.as_deref(), &budget)
                .await
                .map_err(failed)?;
        }
    }
    if let Value::Known(wanted) = &planned.tags_all {
        let (set, gone) = tags::changes(&cx.client.tags.seen(&entry.tags, &planned.tags), wanted);
        if !set.is_empty() {
            eks.tag(&entry.access_entry_arn, &set, &budget).await.map_err(failed)?;
        }
        if !gone.is_empty() {
            eks.untag(&entry.access_entry_arn, &gone, &budget).await.map_err(failed)?;
        }
        entry.tags.clone_from(wanted);
    }
    Ok(entry)
}

/// The type of an entry is fixed when it is made.
fn check_type(planned: &AccessEntryModel, entry: &aws::AccessEntry) -> Result<(), Diagnostics> {
    let wanted = planned.entry_type();
    if entry.entry_type == wanted {
        return Ok(());
    }
    let detail = format!(
        "{} exists already and is of type {}; here it is to be {wanted}. EKS never changes the type of an entry, so it cannot \
         be adopted as it is written. Write type = \"{}\", or delete the entry first if nobody needs it.",
        capitalised(planned),
        entry.entry_type,
        entry.entry_type
    );
    Err(Diagnostic::error("Cannot adopt EKS access entry", detail).at_attribute("type").into())
}

async fn refusal(cx: &Cx<'_, Client>, eks: &Eks, planned: &AccessEntryModel, entry: &aws::AccessEntry) -> Diagnostic {
    let id = match cx.client.is_own_region(eks.region(), &budget(cx)).await {
        true => id(planned.cluster(), planned.principal(), eks.region()),
        false => import_id::join_with_region(&[planned.cluster(), planned.principal()], ':', eks.region()),
    };
    let detail = format!(
        "{} exists already: made {}, of type {}, as user {:?}. EKS makes some by itself: for the creator of the cluster, for \
         managed node groups, for Fargate. To manage it here from now on, import it, with the address of this resource:\n\n  \
         import {{\n    to = eks_access_entry.<name>\n    id = {id:?}\n  }}\n\nOr set on_conflict = \"adopt\" to have it taken \
         over and changed to what is written here.",
        capitalised(planned),
        entry.created_at,
        entry.entry_type,
        entry.user_name,
    );
    Diagnostic::error(EXISTS, detail).at_attribute("principal_arn")
}

/// The entry that stands in the way is the one that this one replaces. To adopt it would be to have it removed next.
fn before_destroy(planned: &AccessEntryModel) -> Diagnostic {
    let detail = format!(
        "{} is to be replaced, and the new one was to be made before the old one is removed. A cluster has at most one entry \
         for a principal, so that can never work. Remove create_before_destroy from the lifecycle block of this resource, and of \
         those that depend on it.",
        capitalised(planned)
    );
    Diagnostic::error("Cannot create before destroy", detail)
}

/// The entry at the beginning of a sentence.
fn capitalised(planned: &AccessEntryModel) -> String {
    let name = planned.to_string();
    name.strip_prefix('t').map_or_else(|| name.clone(), |rest| format!("T{rest}"))
}
