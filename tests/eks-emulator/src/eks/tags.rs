//! Tags of clusters and access entries.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::arn;
use crate::error::ApiError;
use crate::operation::Call;
use crate::rules;
use crate::state::State;

#[derive(Deserialize)]
struct TagInput {
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// TagResource. Works on the entries of nodes as well.
pub(crate) fn tag(call: Call<'_>) -> Result<Value, ApiError> {
    let input: TagInput = call.input()?;
    rules::tags(&input.tags).map_err(ApiError::bad_request)?;
    let tags = find(call.state, call.region, &call.labels.resource)?;
    let mut merged = tags.clone();
    merged.extend(input.tags);
    rules::tag_count(merged.len()).map_err(ApiError::bad_request)?;
    *tags = merged;
    Ok(json!({}))
}

/// UntagResource. A key that the resource does not have is no error.
pub(crate) fn untag(call: Call<'_>) -> Result<Value, ApiError> {
    let keys: Vec<&str> = call.query.all("tagKeys").collect();
    if !(1..=50).contains(&keys.len()) {
        return Err(ApiError::bad_request("tagKeys must have 1 to 50 members"));
    }
    let tags = find(call.state, call.region, &call.labels.resource)?;
    tags.retain(|key, _| !keys.contains(&key.as_str()));
    Ok(json!({}))
}

/// ListTagsForResource.
pub(crate) fn list(call: Call<'_>) -> Result<Value, ApiError> {
    let tags = find(call.state, call.region, &call.labels.resource)?;
    Ok(json!({"tags": tags}))
}

/// The cluster that the ARN of a cluster or of an access entry names.
pub(crate) fn cluster_of(resource_arn: &str) -> Option<&str> {
    let mut parts = arn::resource(resource_arn)?.split('/');
    match parts.next() {
        Some("cluster" | "access-entry") => parts.next(),
        _ => None,
    }
}

/// The tags of the resource that has this very ARN.
fn find<'a>(
    state: &'a mut State,
    region: &str,
    resource_arn: &str,
) -> Result<&'a mut BTreeMap<String, String>, ApiError> {
    // Made up.
    let malformed = || ApiError::bad_request("The resourceArn parameter format is not valid");
    let name = cluster_of(resource_arn).ok_or_else(malformed)?;
    let cluster = state.find_cluster_mut(region, name).ok_or_else(ApiError::tagged_resource_not_found)?;
    if cluster.arn == resource_arn {
        return Ok(&mut cluster.tags);
    }
    let entry = cluster.entries.values_mut().find(|entry| entry.arn == resource_arn);
    entry.map(|entry| &mut entry.tags).ok_or_else(ApiError::tagged_resource_not_found)
}
