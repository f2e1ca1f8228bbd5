//! Tags of clusters and access entries.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::arn;
use crate::clock::Moment;
use crate::error::ApiError;
use crate::operation::Call;
use crate::rules;
use crate::state::{AccessEntry, Cluster, EntryType, State};

#[derive(Deserialize)]
struct TagInput {
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// What can have tags.
enum Resource<'a> {
    Cluster(&'a mut Cluster),
    Entry(&'a mut AccessEntry),
}

/// TagResource. Sees an entry as soon as it is made.
pub(crate) fn tag(call: Call<'_>) -> Result<Value, ApiError> {
    let input: TagInput = call.input()?;
    rules::tags(&input.tags).map_err(ApiError::bad_request)?;
    let tags = find_to_change(call.state, call.region, &call.labels.resource)?;
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
    let tags = find_to_change(call.state, call.region, &call.labels.resource)?;
    tags.retain(|key, _| !keys.contains(&key.as_str()));
    Ok(json!({}))
}

/// ListTagsForResource. Sees an entry when the other reads do.
pub(crate) fn list(call: Call<'_>) -> Result<Value, ApiError> {
    let tags = match find(call.state, call.region, &call.labels.resource)? {
        Resource::Cluster(cluster) => &cluster.tags,
        Resource::Entry(entry) if entry.is_visible(Moment::now()) => &entry.tags,
        Resource::Entry(_) => return Err(ApiError::tagged_resource_not_found()),
    };
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

/// The tags of the resource, for a call that changes them.
fn find_to_change<'a>(
    state: &'a mut State,
    region: &str,
    resource_arn: &str,
) -> Result<&'a mut BTreeMap<String, String>, ApiError> {
    let on_node_types = state.settings.tags_on_node_types;
    match find(state, region, resource_arn)? {
        Resource::Cluster(cluster) => Ok(&mut cluster.tags),
        // Made up.
        Resource::Entry(entry) if entry.entry_type != EntryType::Standard && !on_node_types => {
            Err(ApiError::bad_request("Only access entries with a type of \"STANDARD\" can be tagged"))
        }
        Resource::Entry(entry) => Ok(&mut entry.tags),
    }
}

/// The resource that has this very ARN.
fn find<'a>(state: &'a mut State, region: &str, resource_arn: &str) -> Result<Resource<'a>, ApiError> {
    // Made up.
    let malformed = || ApiError::bad_request("The resourceArn parameter format is not valid");
    let name = cluster_of(resource_arn).ok_or_else(malformed)?;
    let cluster = state.find_cluster_mut(region, name).ok_or_else(ApiError::tagged_resource_not_found)?;
    if cluster.arn == resource_arn {
        return Ok(Resource::Cluster(cluster));
    }
    let entry = cluster.entries.values_mut().find(|entry| entry.arn == resource_arn);
    entry.map(Resource::Entry).ok_or_else(ApiError::tagged_resource_not_found)
}
