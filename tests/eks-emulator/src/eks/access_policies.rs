//! Access policies and their associations with entries.

use serde::Deserialize;
use serde_json::{Value, json};

use super::access_entries::{find_mut, find_visible, principal_to_change};
use crate::access_policies::{ACCESS_POLICIES, AccessPolicy};
use crate::error::ApiError;
use crate::operation::Call;
use crate::page::Page;
use crate::rules::{self, ScopeInput};
use crate::settings::ListAssociatedOnNodeTypes;
use crate::state::EntryType;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssociateInput {
    #[serde(default)]
    policy_arn: String,
    access_scope: Option<ScopeInput>,
}

/// AssociateAccessPolicy. A policy that the entry has already gets the new scope in place.
pub(crate) fn associate(call: Call<'_>) -> Result<Value, ApiError> {
    let input: AssociateInput = call.input()?;
    let Call { state, region, labels, .. } = call;

    principal_to_change(state, &labels.principal)?;
    rules::policy_arn(&input.policy_arn)?;
    let scope = rules::access_scope(input.access_scope.unwrap_or_default())?;

    let settings = state.settings.clone();
    let cluster = state.cluster_with_entries_mut(region, &labels.cluster)?;
    find_visible(cluster, &labels.principal)?;
    let name = cluster.name.clone();
    let entry = find_mut(cluster, &labels.principal)?;
    if !takes_policies(entry.entry_type, settings.policies_on_ec2_types) {
        return Err(rules::standard_only());
    }
    let policy = AccessPolicy::find(&input.policy_arn, region).ok_or_else(|| {
        ApiError::not_found(
            "The specified policyArn could not be found. You can view your available access policies with \
             'list-access-policies'",
        )
    })?;
    if policy.service_linked_only {
        return Err(ApiError::invalid_parameter(
            "The specified policyArn can only be associated with service-linked roles",
        ));
    }
    if entry.policies.len() >= settings.max_policies_per_entry && !entry.policies.contains_key(&input.policy_arn) {
        // The code is what counts: nobody has shown the text.
        return Err(ApiError::limit_exceeded("The access entry has the maximum number of access policies."));
    }
    if !settings.associated_at_is_kept {
        entry.policies.remove(&input.policy_arn);
    }
    let associated = entry.associate(&input.policy_arn, scope).describe(&input.policy_arn);
    Ok(json!({"clusterName": name, "principalArn": labels.principal, "associatedAccessPolicy": associated}))
}

/// DisassociateAccessPolicy.
pub(crate) fn disassociate(call: Call<'_>) -> Result<Value, ApiError> {
    let labels = call.labels;
    principal_to_change(call.state, &labels.principal)?;
    rules::policy_arn(&labels.policy)?;
    let missing_is_error = call.state.settings.missing_association_is_error;
    let cluster = call.state.cluster_with_entries_mut(call.region, &labels.cluster)?;
    let entry = find_mut(cluster, &labels.principal)?;
    if entry.policies.remove(&labels.policy).is_none() && missing_is_error {
        // Code and text are a guess.
        return Err(ApiError::not_found("The specified policyArn is not associated with the access entry."));
    }
    Ok(json!({}))
}

/// ListAssociatedAccessPolicies.
pub(crate) fn list_associated(call: Call<'_>) -> Result<Value, ApiError> {
    let labels = call.labels;
    let page = Page::asked_for(call.query)?;
    rules::principal(&labels.principal)?;
    let settings = &call.state.settings;
    let cluster = call.state.cluster_with_entries(call.region, &labels.cluster)?;
    let entry = find_visible(cluster, &labels.principal)?;
    let empty_for_nodes = settings.list_associated_on_node_types == ListAssociatedOnNodeTypes::Empty;
    if !empty_for_nodes && !takes_policies(entry.entry_type, settings.policies_on_ec2_types) {
        return Err(rules::standard_only());
    }
    let (policies, next_token) = page.cut(entry.policies.iter(), |(arn, _)| (*arn).clone());
    let policies: Vec<Value> = policies.into_iter().map(|(arn, association)| association.describe(arn)).collect();
    Ok(json!({
        "clusterName": cluster.name,
        "principalArn": entry.principal_arn,
        "associatedAccessPolicies": policies,
        "nextToken": next_token,
    }))
}

/// ListAccessPolicies.
pub(crate) fn list(call: Call<'_>) -> Result<Value, ApiError> {
    let page = Page::asked_for(call.query)?;
    let listed = ACCESS_POLICIES.iter().filter(|policy| policy.listed);
    let (policies, next_token) = page.cut(listed, |policy| policy.name.to_owned());
    let policies: Vec<Value> =
        policies.into_iter().map(|policy| json!({"name": policy.name, "arn": policy.arn(call.region)})).collect();
    Ok(json!({"accessPolicies": policies, "nextToken": next_token}))
}

fn takes_policies(entry_type: EntryType, on_ec2_types: bool) -> bool {
    entry_type == EntryType::Standard || (entry_type.is_ec2_like() && on_ec2_types)
}
