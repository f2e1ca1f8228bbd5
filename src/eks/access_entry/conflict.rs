//! The entry exists already: what `on_conflict` says is done about it.

use crate::aws::{self, AwsError, Eks, EntryType};
use crate::framework::{Cx, Diagnostic, Diagnostics};
use crate::value::Value;

use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::import_id;
use super::super::lockout::{self, Loss};
use super::super::walk::DEPOSED;
use super::model::{AccessEntryModel, id};
use super::retag::retag;
use super::{find_access_entry, new_entry, policies};

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
    let summary = format!("{} will be adopted", capitalised(planned));
    cx.warn(
        Diagnostic::warning(summary, adoption(cx, eks, planned, &entry, attempt).await).at_attribute("principal_arn"),
    );
    let takes_admin = policies::warn_of_others(cx, eks, planned, attempt).await?;
    match planned.key().filter(|_| takes_admin) {
        Some(key) => lockout::check(cx, eks, &key, Loss::ClusterAdmin).await,
        None => Ok(()),
    }
}

/// In a plan, of an entry that this state holds: it is tainted, and made again, or a removed block has another address give it up, and
/// then it is taken over. To the provider both look the same.
pub(super) async fn announce_unless_tainted(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let entry = find_access_entry(cx, eks, planned, attempt).await?;
    let Some(entry) = entry.filter(|entry| adopts(planned) && check_type(planned, entry).is_ok()) else {
        return Ok(());
    };
    let summary = format!("{} will be adopted, unless it is tainted", capitalised(planned));
    cx.warn(
        Diagnostic::warning(summary, adoption(cx, eks, planned, &entry, attempt).await).at_attribute("principal_arn"),
    );
    Ok(())
}

/// What is taken over, and what becomes of it.
async fn adoption(
    cx: &Cx<'_, Client>,
    eks: &Eks,
    planned: &AccessEntryModel,
    entry: &aws::AccessEntry,
    attempt: &Attempt<'_>,
) -> String {
    let listed = |names: &[&String]| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let with = |what: &str, names: Vec<&String>| match names.as_slice() {
        [] => String::new(),
        names => format!(", with the {what} {}", listed(names)),
    };
    let tags = cx.client.tags.seen(&entry.tags, &planned.tags);
    let taken = format!(
        "{} exists already, made {}, of type {}, as user {:?}{}{}. Apply takes it over and changes it to what is written here: groups \
         and tags that are not written here go.",
        capitalised(planned),
        entry.created_at,
        entry.entry_type,
        entry.user_name,
        with("groups", entry.kubernetes_groups.iter().collect()),
        with("tags", tags.keys().collect())
    );
    if !planned.access_policies.is_null() {
        return taken;
    }
    // Whoever may not list them is told of the rest.
    let policies = policies::find(cx, eks, planned, attempt).await.ok().flatten().unwrap_or_default();
    match policies.keys().collect::<Vec<_>>().as_slice() {
        [] => taken,
        stay => format!("{taken} Its policies stay, for access_policies is not written here: {}.", listed(stay)),
    }
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
        let mut now = cx.client.tags.seen(&entry.tags, &planned.tags);
        retag(eks, &entry.access_entry_arn, &mut now, wanted, &budget).await.map_err(failed)?;
        entry.tags.clone_from(wanted);
    }
    Ok(entry)
}

/// In an apply that had the new half of a replacement come first: the new half has taken the entry over, so nothing is left to
/// remove. For another principal of the same name, that is not what was wanted.
pub(super) fn check_made(prior: &AccessEntryModel, unique_id: Option<&String>) -> Result<(), Diagnostics> {
    if unique_id == prior.principal_unique_id.known() {
        return Ok(());
    }
    let detail = format!(
        "{} was to be made again for a principal that was made again, and was taken over as it is instead. EKS knows the principal of \
         an entry by its unique id, and lets the new one in only through a new entry. {DEPOSED} After that, a plan with -replace \
         and the address makes it again.",
        capitalised(prior)
    );
    Err(Diagnostic::error("Cannot create before destroy", detail).at_attribute("principal_unique_id").into())
}

/// The type of an entry is fixed when it is made.
fn check_type(planned: &AccessEntryModel, entry: &aws::AccessEntry) -> Result<(), Diagnostics> {
    let wanted = planned.entry_type();
    if entry.entry_type == wanted {
        return Ok(());
    }
    let detail = format!(
        "{} exists already and is of type {}; here it is to be {wanted}. EKS never changes the type of an entry, so it cannot \
         be adopted as it is written. Write type = \"{}\", or delete the entry first if nobody needs it.\n\n{DEPOSED}",
        capitalised(planned),
        entry.entry_type,
        entry.entry_type
    );
    Err(Diagnostic::error("Cannot adopt EKS access entry", detail).at_attribute("type").into())
}

async fn refusal(cx: &Cx<'_, Client>, eks: &Eks, planned: &AccessEntryModel, entry: &aws::AccessEntry) -> Diagnostic {
    if planned.r#type.known().is_some() && planned.entry_type() != entry.entry_type {
        let detail = format!(
            "{} exists already, made {} and of type {}; here it is to be {}. EKS never changes the type of an entry: imported, it \
             would be replaced, and adopted it cannot be. Write type = \"{}\" and plan again to take it over as it is, or delete the \
             entry first if nobody needs it.",
            capitalised(planned),
            entry.created_at,
            entry.entry_type,
            planned.entry_type(),
            entry.entry_type,
        );
        return Diagnostic::error(EXISTS, detail).at_attribute("type");
    }
    let id = match cx.client.is_own_region(eks.region(), &budget(cx)).await {
        true => id(planned.cluster(), planned.principal(), eks.region()),
        false => import_id::join_with_region(&[planned.cluster(), planned.principal()], ':', eks.region()),
    };
    let detail = format!(
        "{} exists already: made {}, of type {}, as user {:?}. EKS makes some by itself: for the creator of the cluster, for \
         managed node groups, for Fargate. To manage it here from now on, import it, with the address of this resource:\n\n  \
         import {{\n    to = eks_access_entry.<name>\n    id = {id:?}\n  }}\n\nOr set on_conflict = \"adopt\" to have it taken \
         over and changed to what is written here. If the resource was only renamed, neither is needed: a moved block says from which \
         name.\n\n{DEPOSED}",
        capitalised(planned),
        entry.created_at,
        entry.entry_type,
        entry.user_name,
    );
    Diagnostic::error(EXISTS, detail).at_attribute("principal_arn")
}

/// The entry at the beginning of a sentence.
fn capitalised(planned: &AccessEntryModel) -> String {
    let name = planned.to_string();
    name.strip_prefix('t').map_or_else(|| name.clone(), |rest| format!("T{rest}"))
}
