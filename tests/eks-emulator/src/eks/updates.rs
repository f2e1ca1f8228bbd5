//! Updates of a cluster's configuration.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::clusters::unknown_mode;
use crate::error::ApiError;
use crate::operation::{CLIENT_REQUEST_TOKEN, Call, given};
use crate::page::Page;
use crate::request::Query;
use crate::state::{AuthenticationMode, Update};

/// The members of UpdateClusterConfig that are one update together, that of Auto Mode. Every other member is one by
/// itself, also those that EKS will have tomorrow.
const AUTO_MODE: [&str; 3] = ["computeConfig", "kubernetesNetworkConfig", "storageConfig"];

/// UpdateClusterConfig, for the authentication mode alone.
///
/// The update takes `update_duration_ms`, but the answer always says InProgress.
pub(crate) fn update_cluster_config(call: Call<'_>) -> Result<Value, ApiError> {
    let Call { state, region, labels, body, .. } = call;
    let duration_ms = state.settings.update_duration_ms;
    let cluster = state.cluster_mut(region, &labels.cluster)?;
    cluster.require_active()?;

    let kinds: BTreeSet<String> = given(body)
        .filter(|(member, _)| !["name", CLIENT_REQUEST_TOKEN].contains(member))
        .map(|(member, _)| if AUTO_MODE.contains(&member) { AUTO_MODE.join(", ") } else { member.to_owned() })
        .collect();
    match kinds.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["accessConfig"] => {}
        // Made up.
        [] => return Err(ApiError::invalid_parameter("No change was given.")),
        [other] => return Err(ApiError::not_implemented(&format!("UpdateClusterConfig of {other}"))),
        _ => return Err(ApiError::invalid_parameter("Only one type of update can be allowed.")),
    }

    let target = match body.pointer("/accessConfig/authenticationMode").and_then(Value::as_str) {
        Some(name) => AuthenticationMode::parse(name).ok_or_else(|| unknown_mode(name))?,
        None => return Err(unknown_mode("null")),
    };
    if let Some(running) = cluster.update_in_progress() {
        let busy = format!(
            "Cannot AccessConfigUpdate because cluster {} currently has update {} in progress",
            cluster.name, running.id
        );
        return Err(ApiError::in_use(busy).in_cluster(&cluster.name));
    }
    if !cluster.mode.can_become(target) {
        return Err(ApiError::invalid_parameter(format!(
            "Unsupported authentication mode update from {} to {}",
            cluster.mode.name(),
            target.name()
        )));
    }
    let update = Update::start("AccessConfigUpdate", Some(target), duration_ms);
    let described = update.describe();
    cluster.updates.push(update);
    Ok(json!({"update": described}))
}

/// DescribeUpdate.
pub(crate) fn describe(call: Call<'_>) -> Result<Value, ApiError> {
    of_the_cluster_itself(call.query)?;
    let cluster = call.state.cluster(call.region, &call.labels.cluster)?;
    let wanted = &call.labels.update;
    let update =
        cluster.updates.iter().find(|update| update.id == *wanted).ok_or_else(|| {
            ApiError::not_found(format!("No update found for ID: {wanted}")).in_cluster(&cluster.name)
        })?;
    Ok(json!({"update": update.describe()}))
}

/// ListUpdates, in the order of their start.
pub(crate) fn list(call: Call<'_>) -> Result<Value, ApiError> {
    of_the_cluster_itself(call.query)?;
    let page = Page::asked_for(call.query)?;
    let cluster = call.state.cluster(call.region, &call.labels.cluster)?;
    let (updates, next_token) = page.cut(cluster.updates.iter().enumerate(), |(position, _)| format!("{position:010}"));
    let ids: Vec<&str> = updates.into_iter().map(|(_, update)| update.id.as_str()).collect();
    Ok(json!({"updateIds": ids, "nextToken": next_token}))
}

/// Refuses to look for the updates of what belongs to a cluster and is not known here.
fn of_the_cluster_itself(query: &Query) -> Result<(), ApiError> {
    match ["nodegroupName", "addonName", "capabilityName"].into_iter().find(|name| query.first(name).is_some()) {
        Some(name) => Err(ApiError::not_implemented(&format!("updates of what {name} names"))),
        None => Ok(()),
    }
}
