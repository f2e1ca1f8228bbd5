//! Access entries.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::arn::{Principal, partition};
use crate::clock::Moment;
use crate::error::ApiError;
use crate::operation::Call;
use crate::page::Page;
use crate::rules;
use crate::settings::OmittedUpdateFields;
use crate::state::{AccessEntry, Cluster, EntryType, State};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput {
    #[serde(default)]
    principal_arn: String,
    kubernetes_groups: Option<Vec<String>>,
    tags: Option<BTreeMap<String, String>>,
    username: Option<String>,
    #[serde(rename = "type")]
    entry_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateInput {
    kubernetes_groups: Option<Vec<String>>,
    username: Option<String>,
}

/// CreateAccessEntry. What is wrong with the request alone is refused before anybody looks for the cluster.
pub(crate) fn create(call: Call<'_>) -> Result<Value, ApiError> {
    let input: CreateInput = call.input()?;
    let Call { state, region, labels, .. } = call;

    let principal = rules::principal(&input.principal_arn)?;
    rules::not_service_linked(&principal)?;
    let entry_type = rules::entry_type(input.entry_type.as_deref())?;
    let settings = state.settings.clone();
    rules::principal_fits_type(&principal, entry_type, &state.account, settings.hyperpod_needs_role)?;
    rules::username(input.username.as_deref(), settings.empty_username_is_default)?;
    let username = input.username.unwrap_or_default();
    rules::kubernetes_groups(input.kubernetes_groups.as_deref().unwrap_or_default())?;
    if let Some(tags) = &input.tags {
        rules::tags(tags).map_err(ApiError::invalid_parameter)?;
    }

    let now = Moment::now();
    let cluster = state.cluster_with_entries(region, &labels.cluster)?;
    rules::type_takes(entry_type, input.kubernetes_groups.as_deref(), &username)?;
    if cluster.entries.contains_key(&input.principal_arn) {
        return Err(ApiError::in_use("The specified access entry resource is already in use on this cluster."));
    }
    if principal.partition != partition(region) || !state.principals.exists(&input.principal_arn, now) {
        return Err(ApiError::invalid_parameter("The specified principalArn is invalid: invalid principal."));
    }
    if cluster.entries.len() >= settings.max_entries_per_cluster {
        // The code is what counts: nobody has shown the text.
        return Err(ApiError::limit_exceeded("The cluster has the maximum number of access entries."));
    }

    let cluster = state.cluster_with_entries_mut(region, &labels.cluster)?;
    let mut entry = cluster.new_entry(&input.principal_arn, &principal, entry_type, &settings);
    if !username.is_empty() {
        entry.username = username;
    }
    if let Some(groups) = input.kubernetes_groups.filter(|groups| !groups.is_empty()) {
        entry.kubernetes_groups = groups;
    }
    entry.tags = input.tags.unwrap_or_default();
    entry.visible_at = entry.created_at.plus_ms(settings.entry_visible_after_ms);
    let described = entry.describe(&cluster.name);
    cluster.entries.insert(input.principal_arn, entry);
    Ok(json!({"accessEntry": described}))
}

/// DescribeAccessEntry.
pub(crate) fn describe(call: Call<'_>) -> Result<Value, ApiError> {
    rules::principal(&call.labels.principal)?;
    let cluster = call.state.cluster_with_entries(call.region, &call.labels.cluster)?;
    let entry = find_visible(cluster, &call.labels.principal)?;
    Ok(json!({"accessEntry": entry.describe(&cluster.name)}))
}

/// UpdateAccessEntry. A user name or groups of a reserved kind are refused even before a type that allows neither.
pub(crate) fn update(call: Call<'_>) -> Result<Value, ApiError> {
    let input: UpdateInput = call.input()?;
    let Call { state, region, labels, .. } = call;

    let principal = principal_to_change(state, &labels.principal)?;
    rules::username(input.username.as_deref(), state.settings.empty_username_is_default)?;
    rules::kubernetes_groups(input.kubernetes_groups.as_deref().unwrap_or_default())?;

    let keep = state.settings.omitted_update_fields == OmittedUpdateFields::Keep;
    let updates_on_ec2_types = state.settings.updates_on_ec2_types;
    let cluster = state.cluster_with_entries_mut(region, &labels.cluster)?;
    let name = cluster.name.clone();
    let entry = find_mut(cluster, &labels.principal)?;
    match entry.entry_type {
        EntryType::Standard => {}
        entry_type if entry_type.is_ec2_like() && updates_on_ec2_types => {
            let username = input.username.as_deref().unwrap_or_default();
            rules::type_takes(entry_type, input.kubernetes_groups.as_deref(), username)?;
        }
        _ => return Err(rules::standard_only()),
    }
    if input.username.is_some() || !keep {
        entry.username = input
            .username
            .filter(|username| !username.is_empty())
            .unwrap_or_else(|| entry.entry_type.default_username(&entry.principal_arn, &principal));
    }
    if input.kubernetes_groups.is_some() || !keep {
        let groups = input.kubernetes_groups.filter(|groups| !groups.is_empty());
        entry.kubernetes_groups = groups.unwrap_or_else(|| entry.entry_type.default_groups());
    }
    entry.modified_at = Moment::now();
    Ok(json!({"accessEntry": entry.describe(&name)}))
}

/// DeleteAccessEntry. The entry's policies go with it.
pub(crate) fn delete(call: Call<'_>) -> Result<Value, ApiError> {
    principal_to_change(call.state, &call.labels.principal)?;
    let cluster = call.state.cluster_with_entries_mut(call.region, &call.labels.cluster)?;
    cluster.entries.remove(&call.labels.principal).ok_or_else(no_entry)?;
    Ok(json!({}))
}

/// ListAccessEntries: nothing but principals.
pub(crate) fn list(call: Call<'_>) -> Result<Value, ApiError> {
    let page = Page::asked_for(call.query)?;
    let policy = call.query.first("associatedPolicyArn").filter(|arn| !arn.is_empty());
    policy.map_or(Ok(()), rules::policy_arn)?;
    let cluster = call.state.cluster_with_entries(call.region, &call.labels.cluster)?;
    let now = Moment::now();
    // The id at the end of an entry's ARN is random, and so is an order by it.
    let order = |entry: &AccessEntry| match call.state.settings.sorted_entries {
        true => entry.principal_arn.clone(),
        false => entry.id().to_owned(),
    };
    let mut entries: Vec<&AccessEntry> = cluster
        .entries
        .values()
        .filter(|entry| entry.is_visible(now) && policy.is_none_or(|arn| entry.policies.contains_key(arn)))
        .collect();
    entries.sort_by_cached_key(|entry| order(entry));
    let (entries, next_token) = page.cut(entries.into_iter(), |entry| order(entry));
    let principals: Vec<&str> = entries.into_iter().map(|entry| entry.principal_arn.as_str()).collect();
    Ok(json!({"accessEntries": principals, "nextToken": next_token}))
}

/// The principal of an entry that a call would change.
pub(super) fn principal_to_change(state: &State, principal_arn: &str) -> Result<Principal, ApiError> {
    let principal = rules::principal(principal_arn)?;
    if state.settings.service_linked_entries_locked {
        rules::not_service_linked(&principal)?;
    }
    Ok(principal)
}

/// The entry as reads and associates see it.
pub(super) fn find_visible<'a>(cluster: &'a Cluster, principal_arn: &str) -> Result<&'a AccessEntry, ApiError> {
    let now = Moment::now();
    cluster.entries.get(principal_arn).filter(|entry| entry.is_visible(now)).ok_or_else(no_entry)
}

/// The entry, visible yet or not.
pub(super) fn find_mut<'a>(cluster: &'a mut Cluster, principal_arn: &str) -> Result<&'a mut AccessEntry, ApiError> {
    cluster.entries.get_mut(principal_arn).ok_or_else(no_entry)
}

fn no_entry() -> ApiError {
    ApiError::not_found(
        "The specified principalArn could not be found. You can view your available access entries with \
         'list-access-entries'.",
    )
}
