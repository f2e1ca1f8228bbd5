use std::collections::{BTreeMap, BTreeSet};

use crate::aws::{AwsError, EntryType, Kind, Principal};
use crate::framework::{Change, Cx, Diagnostic, Diagnostics, Resource};
use crate::value::{AttributePath, Value};

use super::super::argument;
use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::super::lockout::{self, Loss};
use super::super::walk::{EntryKey, EntryPlan, Intent};
use super::model::{AccessEntryModel, id};
use super::{AccessEntry, conflict, planned_entry, policies};

const SUMMARY: &str = "Cannot plan EKS access entry";
const NO_CLUSTER: &str = "No such cluster yet";
const NO_ENTRIES: &str = "No access entries in this authentication mode";

pub(super) async fn plan(cx: &Cx<'_, Client>, change: Change<'_, AccessEntryModel>) -> Result<(), Diagnostics> {
    match change {
        Change::Create { config, planned, replaces } => create(cx, config, planned, replaces).await,
        Change::Update { config, prior, planned, .. } => update(cx, config, prior, planned).await,
        Change::Delete { prior } => remove(cx, prior).await,
    }
}

async fn remove(cx: &Cx<'_, Client>, prior: &AccessEntryModel) -> Result<(), Diagnostics> {
    let Some(key) = prior.key() else { return Ok(()) };
    if let Some(unique_id) = cx.client.walk.made_entry(&key) {
        return conflict::check_made(prior, unique_id.as_ref());
    }
    cx.client.walk.plan_entry(&key, EntryPlan::REMOVED)?;
    guard(cx, prior, &key, Loss::Entry).await
}

/// Says or refuses what would lock somebody out. Nodes administer nothing.
async fn guard(cx: &Cx<'_, Client>, prior: &AccessEntryModel, key: &EntryKey, loss: Loss) -> Result<(), Diagnostics> {
    if prior.entry_type() != EntryType::Standard || !cx.client.is_known() {
        return Ok(());
    }
    let attempt = Attempt { summary: SUMMARY, object: prior };
    lockout::check(cx, &prior.eks(cx, &attempt).await?, key, loss).await
}

async fn create(
    cx: &Cx<'_, Client>,
    config: &AccessEntryModel,
    planned: &mut AccessEntryModel,
    replaces: bool,
) -> Result<(), Diagnostics> {
    let attempt = Attempt { summary: SUMMARY, object: planned };
    planned.region =
        argument::planned_region(cx.client, &attempt, &config.region, &planned.region, &budget(cx)).await?;
    decide(cx.client, config, planned);
    check_partition(planned)?;
    policies::warn_of_unknown(cx, None, planned, &Attempt { summary: SUMMARY, object: planned }).await?;
    warn_of_type(cx, planned);

    let Some(key) = planned.key() else { return Ok(()) };
    let again = replaces && !cx.client.walk.comes_from_another(&key);
    // A tainted entry is planned as if it were new; what it would collide with is itself.
    let ours = again || (!replaces && cx.state_holds::<AccessEntry>(&AccessEntry.identity(planned)));
    let intent = match again {
        true => Intent::Recreate,
        false if !ours && conflict::adopts(planned) => Intent::Adopt,
        false => Intent::Create,
    };
    cx.client.walk.plan_entry(&key, entry_plan(config, planned, intent, ours))?;
    if !cx.client.is_known() {
        return Ok(());
    }
    let attempt = Attempt { summary: SUMMARY, object: planned };
    if !ours {
        return check_new(cx, planned, &key, &attempt).await;
    }
    check_account(cx, planned, &attempt).await?;
    if cx.client.walk.removed_entry(&key) {
        return Ok(());
    }
    let may_be_taken_over = !again && conflict::adopts(planned);
    if may_be_taken_over {
        let eks = planned.eks(cx, &attempt).await?;
        conflict::announce_unless_tainted(cx, &eks, planned, &attempt).await?;
    }
    check_made_again(cx, planned, &key, &attempt, may_be_taken_over).await
}

/// Holds an entry that is not there, as far as this state knows, against what is.
async fn check_new(
    cx: &Cx<'_, Client>,
    planned: &AccessEntryModel,
    key: &EntryKey,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    check_account(cx, planned, attempt).await?;
    check_live(cx, planned, key, attempt).await
}

async fn update(
    cx: &Cx<'_, Client>,
    config: &AccessEntryModel,
    prior: &AccessEntryModel,
    planned: &mut AccessEntryModel,
) -> Result<(), Diagnostics> {
    let attempt = Attempt { summary: SUMMARY, object: prior };
    if cx.client.is_known() {
        planned.region =
            argument::planned_region(cx.client, &attempt, &config.region, &planned.region, &budget(cx)).await?;
    }
    decide(cx.client, config, planned);
    check_partition(planned)?;
    policies::warn_of_unknown(cx, Some(prior), planned, &attempt).await?;

    if config.user_name.is_null() && planned.entry_type() == EntryType::Standard {
        // Where nobody knows beforehand what EKS would choose, the name stays as it is.
        if let Some(default) = planned.default_user_name() {
            planned.user_name = Value::Known(default);
        }
    }
    let Some(key) = prior.key() else { return Ok(()) };
    if let Some(to) = planned.key() {
        cx.client.walk.plan_replacement(&to, to != key);
    }
    match planned.key() {
        Some(to) if to == key => {
            cx.client.walk.plan_entry(&key, entry_plan(config, planned, Intent::Keep, false))?;
            match is_made_again(prior, planned) {
                true if cx.client.is_known() => check_made_again(cx, planned, &key, &attempt, false).await,
                true => Ok(()),
                false => keep(cx, prior, planned, &key, &attempt).await,
            }
        }
        // The first half of a replacement by another entry. Of what is said to the second, Terraform shows only errors: that another
        // resource has the entry is one.
        Some(to) => {
            remove(cx, prior).await?;
            match cx.client.is_known() && !cx.client.walk.plans_entry(&to) {
                true => check_new(cx, planned, &to, &Attempt { summary: SUMMARY, object: planned }).await,
                false => Ok(()),
            }
        }
        // What is not known yet, such as the ARN of a role that is made again, is most likely what it was.
        None => Ok(cx.client.walk.plan_entry(&key, EntryPlan::REMOVED)?),
    }
}

/// Says or refuses what would lock somebody out, and says which policies go.
async fn keep(
    cx: &Cx<'_, Client>,
    prior: &AccessEntryModel,
    planned: &AccessEntryModel,
    key: &EntryKey,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    policies::warn_of_left_alone(cx, prior, planned);
    let loses = policies::give_cluster_admin(prior) && !policies::give_cluster_admin(planned);
    if loses && planned.access_policies.known().is_some() {
        guard(cx, prior, key, Loss::ClusterAdmin).await?;
    }
    if prior.access_policies.is_null() && cx.client.is_known() {
        let eks = prior.eks(cx, attempt).await?;
        if policies::warn_of_others(cx, &eks, planned, attempt).await? {
            guard(cx, prior, key, Loss::ClusterAdmin).await?;
        }
    }
    Ok(())
}

/// Whether it is one of those changes, as the schema has them, that need a new entry for the same principal. Terraform shows what is
/// said to them, and not what is said to the new entry.
fn is_made_again(prior: &AccessEntryModel, planned: &AccessEntryModel) -> bool {
    let (id, new_id) = (&prior.principal_unique_id, &planned.principal_unique_id);
    prior.r#type != planned.r#type || (id != new_id && !id.is_null() && !new_id.is_null())
}

/// Says or refuses what an entry loses that is removed and made again.
async fn check_made_again(
    cx: &Cx<'_, Client>,
    planned: &AccessEntryModel,
    key: &EntryKey,
    attempt: &Attempt<'_>,
    may_be_taken_over: bool,
) -> Result<(), Diagnostics> {
    let eks = planned.eks(cx, attempt).await?;
    let takes_admin = match planned.access_policies.is_null() {
        true => policies::warn_of_all(cx, &eks, planned, attempt, may_be_taken_over).await?,
        false => policies::warn_of_others(cx, &eks, planned, attempt).await?,
    };
    lockout::check(cx, &eks, key, if takes_admin { Loss::Entry } else { Loss::Moment }).await
}

/// `is_new`: even if there is one now.
fn entry_plan(config: &AccessEntryModel, planned: &AccessEntryModel, intent: Intent, is_new: bool) -> EntryPlan {
    let entry_type = planned.r#type.known().map(|_| planned.entry_type());
    let outcome = planned_entry::of(config, planned, is_new);
    EntryPlan { intent, entry_type, policies: policies::owned(planned), outcome }
}

/// What is known of an entry before EKS has said anything.
fn decide(client: &Client, config: &AccessEntryModel, planned: &mut AccessEntryModel) {
    let is_standard = planned.r#type.known().is_some() && planned.entry_type() == EntryType::Standard;
    if config.kubernetes_groups.is_null() && is_standard {
        planned.kubernetes_groups = Value::Known(BTreeSet::new());
    }
    // None written down is none at all, which the state shows as an empty map, as it shows `tags = {}`.
    if config.tags.is_null() {
        planned.tags = Value::Known(BTreeMap::new());
    }
    planned.tags_all = client.tags.all(&config.tags);
    if let Some(key) = planned.key() {
        planned.id = Value::Known(id(&key.cluster, &key.principal, &key.region));
    }
}

/// Principals and access policies belong to a partition: those of another one are never found.
fn check_partition(planned: &AccessEntryModel) -> Result<(), Diagnostics> {
    let Value::Known(region) = &planned.region else { return Ok(()) };
    argument::check_partition_of_principal(planned.principal(), region)
        .map_err(|wrong| wrong.at_attribute("principal_arn"))?;
    let Value::Known(policies) = &planned.access_policies else { return Ok(()) };
    let wrong = policies.keys().filter_map(|policy| {
        let at = AttributePath::attribute("access_policies").then_key(policy);
        argument::check_partition(policy, region).err().map(|wrong| wrong.at(at))
    });
    wrong.collect::<Diagnostics>().into_result()
}

/// EKS may know types that this provider does not; a wrong one is more likely.
fn warn_of_type(cx: &Cx<'_, Client>, planned: &AccessEntryModel) {
    if let EntryType::Other(text) = planned.entry_type() {
        let known = EntryType::KNOWN.map(|known| known.to_string()).join(", ");
        let detail = format!("{text:?} is none of the types that this provider knows: {known}. EKS may refuse it.");
        cx.warn(Diagnostic::warning("Unknown type of access entry", detail).at_attribute("type"));
    }
}

/// A node's role belongs to the cluster's account, which is the caller's: EKS reaches no other.
async fn check_account(
    cx: &Cx<'_, Client>,
    planned: &AccessEntryModel,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let entry_type = planned.entry_type();
    let Ok(principal) = planned.principal().parse::<Principal>() else { return Ok(()) };
    if !entry_type.needs_role_of_same_account() {
        return Ok(());
    }
    let region = planned.region.known().map(String::as_str);
    let caller = match cx.client.caller(region, &budget(cx)).await {
        Ok(caller) => caller,
        // Whoever may not ask who they are finds out from EKS, at apply.
        Err(error) if matches!(error.kind(), Kind::AccessDenied { .. }) => return Ok(()),
        Err(error) => return Err(attempt.failed(&error).into()),
    };
    if principal.account == caller.account {
        return Ok(());
    }
    let detail = format!(
        "An entry of type {entry_type} is for nodes, whose role belongs to the account of the cluster. This role belongs to \
         account {}, the cluster to account {}. Give a role of the cluster's account.",
        principal.account, caller.account
    );
    Err(Diagnostic::error("Not for nodes", detail).at_attribute("principal_arn").into())
}

/// Holds a new entry against the live cluster. One listing of the cluster answers for every entry that is new.
async fn check_live(
    cx: &Cx<'_, Client>,
    planned: &AccessEntryModel,
    key: &EntryKey,
    attempt: &Attempt<'_>,
) -> Result<(), Diagnostics> {
    let eks = planned.eks(cx, attempt).await?;
    let budget = budget(cx);
    // What is true of the cluster is said once, not for each of its entries.
    let unchecked_cluster = |summary, why: &str| {
        if cx.client.walk.is_news(summary, &key.cluster_key()) {
            let detail = format!(
                "{why} Unless something else in this plan changes that first, apply will fail for each of its access entries that \
                 is new."
            );
            cx.warn(Diagnostic::warning(summary, detail).at_attribute("cluster_name"));
        }
    };
    let failed = |error| Diagnostics::from(attempt.failed(&error));
    let exists = match cx.client.walk.principals(&eks, &key.cluster, &budget).await {
        Ok(Some(principals)) => principals.contains(&key.principal),
        Ok(None) => {
            match eks.find_cluster(&key.cluster, &budget).await.map_err(failed)? {
                None => {
                    let why = format!("There is no cluster {} in {} now.", key.cluster, key.region);
                    unchecked_cluster(NO_CLUSTER, &why);
                }
                // What changes the mode was planned first, as it is where cluster_name is taken from it.
                Some(_) if cx.client.walk.plans_mode_with_entries(&key.cluster_key()) => {}
                Some(cluster) => {
                    let why = format!(
                        "The authentication mode of cluster {} is {} now, in which a cluster has no access entries. An \
                         eks_authentication_mode resource changes it; take cluster_name from that.",
                        key.cluster, cluster.authentication_mode
                    );
                    unchecked_cluster(NO_ENTRIES, &why);
                }
            }
            false
        }
        Err(error) if matches!(error.kind(), Kind::AccessDenied { .. }) => {
            cx.warn(not_checked(planned, &error));
            false
        }
        Err(error) => return Err(failed(error)),
    };
    if exists { conflict::announce(cx, &eks, planned, attempt).await } else { Ok(()) }
}

/// Whoever may not list entries is told what becomes of one that is there.
fn not_checked(planned: &AccessEntryModel, error: &AwsError) -> Diagnostic {
    let then = match conflict::adopts(planned) {
        true => "apply takes it over and changes it to what is written here",
        false => "apply leaves it as it is, fails, and prints the import block that takes it over",
    };
    let detail = format!(
        "Whether {planned} exists already could not be found out. If it does, {then}. {error}\n\nTo see in the plan what apply \
         would meet, allow eks:ListAccessEntries to the identity that runs this."
    );
    Diagnostic::warning("Access entry not checked", detail).at_attribute("cluster_name")
}

#[cfg(test)]
mod tests {
    use crate::framework::schema::Replace;
    use crate::framework::{Attribute, Model};
    use crate::value::Dynamic;

    use super::*;

    /// What another principal, cluster or region has is another entry, and no such change.
    #[test]
    fn whatever_the_schema_replaces_for_the_same_principal_makes_the_entry_again() {
        let fields = AccessEntryModel::fields();
        let replaced = fields.iter().filter(|field| !matches!(field.replace, Replace::Never)).map(|field| field.name);
        for name in replaced.filter(|name| !["cluster_name", "principal_arn", "region"].contains(name)) {
            let with = |text: &str| {
                let mut entry = AccessEntryModel::default().encode();
                let Dynamic::Object(attributes) = &mut entry else { panic!("{entry:?}") };
                attributes.insert(name, Dynamic::String(text.to_owned()));
                AccessEntryModel::decode(entry).unwrap()
            };
            assert!(is_made_again(&with("a"), &with("b")), "{name}");
            assert!(!is_made_again(&with("a"), &with("a")), "{name}");
        }
    }
}
