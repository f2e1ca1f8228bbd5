//! Updates of a cluster's configuration.

use serde_json::{Value, json};

use super::clusters::unknown_mode;
use crate::error::ApiError;
use crate::operation::Call;
use crate::page::Page;
use crate::state::{AuthenticationMode, Update};

/// The members of UpdateClusterConfig that make an update each; those of Auto Mode come together.
const KINDS: [&[&str]; 8] = [
    &["accessConfig"],
    &["resourcesVpcConfig"],
    &["logging"],
    &["upgradePolicy"],
    &["zonalShiftConfig"],
    &["computeConfig", "kubernetesNetworkConfig", "storageConfig"],
    &["remoteNetworkConfig"],
    &["deletionProtection"],
];

/// UpdateClusterConfig, for the authentication mode alone.
///
/// The update takes `update_duration_ms`, but the answer always says InProgress.
pub(crate) fn update_cluster_config(call: Call<'_>) -> Result<Value, ApiError> {
    let Call { state, region, labels, body, .. } = call;
    let duration_ms = state.settings.update_duration_ms;
    let cluster = state.cluster_mut(region, &labels.cluster)?;
    cluster.require_active()?;

    let given = |member: &&str| body.get(*member).is_some_and(|value| !value.is_null());
    let kinds: Vec<_> = KINDS.iter().filter(|members| members.iter().any(given)).collect();
    match kinds.as_slice() {
        [["accessConfig"]] => {}
        // Made up.
        [] => return Err(ApiError::invalid_parameter("No change was given.")),
        [others] => return Err(ApiError::not_implemented(&format!("UpdateClusterConfig of {}", others.join(", ")))),
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
    let page = Page::asked_for(call.query)?;
    let cluster = call.state.cluster(call.region, &call.labels.cluster)?;
    let (updates, next_token) = page.cut(cluster.updates.iter().enumerate(), |(position, _)| format!("{position:010}"));
    let ids: Vec<&str> = updates.into_iter().map(|(_, update)| update.id.as_str()).collect();
    Ok(json!({"updateIds": ids, "nextToken": next_token}))
}
