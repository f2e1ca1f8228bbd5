//! Clusters.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::clock::Moment;
use crate::error::ApiError;
use crate::kubernetes::Kubernetes;
use crate::operation::{CLIENT_REQUEST_TOKEN, Call, given};
use crate::page::Page;
use crate::rules;
use crate::settings::{ApiServer, Settings};
use crate::state::{AuthenticationMode, Cluster, Phase};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput {
    #[serde(default)]
    name: String,
    role_arn: Option<String>,
    resources_vpc_config: Option<Map<String, Value>>,
    version: Option<String>,
    #[serde(default)]
    access_config: AccessConfigInput,
    compute_config: Option<ComputeConfigInput>,
    tags: Option<BTreeMap<String, String>>,
    #[serde(flatten)]
    others: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessConfigInput {
    bootstrap_cluster_creator_admin_permissions: Option<bool>,
    authentication_mode: Option<String>,
}

/// Auto Mode.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ComputeConfigInput {
    #[serde(default)]
    enabled: bool,
    node_role_arn: Option<String>,
}

/// The members of CreateCluster that DescribeCluster shows as they were given, beside what it shows anyway.
const SHOWN_AS_GIVEN: [&str; 9] = [
    "computeConfig",
    "encryptionConfig",
    "kubernetesNetworkConfig",
    "logging",
    REMOTE_NETWORK_CONFIG,
    "resourcesVpcConfig",
    "storageConfig",
    "upgradePolicy",
    "zonalShiftConfig",
];

/// Hybrid nodes.
const REMOTE_NETWORK_CONFIG: &str = "remoteNetworkConfig";

/// CreateCluster. The cluster is CREATING for `update_duration_ms`.
pub(crate) fn create(call: Call<'_>) -> Result<Value, ApiError> {
    let input: CreateInput = call.input()?;
    let Call { state, region, caller, body, .. } = call;

    let known = |member: &str, value: &Value| SHOWN_AS_GIVEN.contains(&member) || is_harmless(member, value);
    if let Some((unknown, _)) = given(&input.others).find(|(member, value)| !known(member, value)) {
        return Err(ApiError::not_implemented(&format!("CreateCluster with {unknown}")));
    }
    if !is_cluster_name(&input.name) {
        // Made up, as the other texts about the shape of the request.
        return Err(ApiError::invalid_parameter(
            "name must have 1 to 100 letters, digits, hyphens and underscores, and begin with a letter or digit",
        ));
    }
    let (Some(role_arn), Some(_)) = (&input.role_arn, &input.resources_vpc_config) else {
        return Err(ApiError::invalid_parameter("roleArn and resourcesVpcConfig are required"));
    };
    let bootstrap = input.access_config.bootstrap_cluster_creator_admin_permissions.unwrap_or(true);
    let mode = match input.access_config.authentication_mode.as_deref() {
        None => AuthenticationMode::ConfigMap,
        Some(name) => AuthenticationMode::parse(name).ok_or_else(|| unknown_mode(name))?,
    };
    let auto_mode = input.compute_config.as_ref().filter(|compute| compute.enabled);
    if mode == AuthenticationMode::ConfigMap && auto_mode.is_some() {
        return Err(ApiError::invalid_parameter(
            "When EKS Auto Mode is enabled, you must use an EKS access config authentication mode of \
             API_AND_CONFIG_MAP or API",
        ));
    }
    let hybrid_nodes = given(&input.others).any(|(member, _)| member == REMOTE_NETWORK_CONFIG);
    if mode == AuthenticationMode::ConfigMap && hybrid_nodes {
        // Made up: the EKS user guide states the rule only.
        return Err(ApiError::invalid_parameter(
            "When EKS Hybrid Nodes is enabled, you must use an EKS access config authentication mode of \
             API_AND_CONFIG_MAP or API",
        ));
    }
    if mode == AuthenticationMode::ConfigMap && !bootstrap {
        return Err(ApiError::invalid_parameter(
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP",
        ));
    }
    if let Some(tags) = &input.tags {
        rules::tags(tags).map_err(ApiError::invalid_parameter)?;
    }
    if state.find_cluster(region, &input.name).is_some() {
        let taken = ApiError::in_use(format!("Cluster already exists with name: {}", input.name));
        return Err(taken.in_cluster(&input.name));
    }
    if state.clusters_in(region).count() >= state.settings.max_clusters_per_region {
        // The code is what counts: nobody has shown the text.
        return Err(ApiError::limit_exceeded("The region has the maximum number of clusters."));
    }

    let mut cluster = Cluster::new(&state.account, region, &input.name, mode);
    cluster.phase = Phase::Creating { active_at: Moment::now().plus_ms(state.settings.update_duration_ms) };
    cluster.creator = Some(caller.to_owned());
    cluster.tags = input.tags.unwrap_or_default();
    cluster.shown.insert("roleArn".to_owned(), json!(role_arn));
    for (member, value) in given(body) {
        if SHOWN_AS_GIVEN.contains(&member) {
            show_as_given(&mut cluster.shown, member, value);
        }
    }
    if let Some(version) = &input.version {
        cluster.shown.insert("version".to_owned(), json!(version));
    }
    if mode != AuthenticationMode::ConfigMap {
        if bootstrap {
            cluster.add_creator_entry(caller, &state.settings);
        }
        if let Some(compute) = auto_mode {
            cluster.add_auto_mode_entries(role_arn, compute.node_role_arn.as_deref(), &state.settings);
        }
        if state.settings.service_linked_role_entry {
            cluster.add_service_linked_role_entry(&state.settings);
        }
    }
    let shown = show(&cluster, &state.settings, call.kubernetes);
    state.insert_cluster(cluster);
    Ok(json!({"cluster": shown}))
}

/// DescribeCluster.
pub(crate) fn describe(call: Call<'_>) -> Result<Value, ApiError> {
    let cluster = call.state.cluster(call.region, &call.labels.cluster)?;
    Ok(json!({"cluster": show(cluster, &call.state.settings, call.kubernetes)}))
}

/// DeleteCluster. The cluster is DELETING for `update_duration_ms`.
pub(crate) fn delete(call: Call<'_>) -> Result<Value, ApiError> {
    let Call { state, region, labels, .. } = call;
    let settings = state.settings.clone();
    let cluster = state.cluster_mut(region, &labels.cluster)?;
    if let Some(update) = cluster.update_in_progress() {
        let busy = format!(
            "Cannot DeleteCluster because cluster {} currently has update {} in progress",
            cluster.name, update.id
        );
        return Err(ApiError::in_use(busy).in_cluster(&cluster.name));
    }
    cluster.phase = Phase::Deleting { gone_at: Moment::now().plus_ms(settings.update_duration_ms) };
    Ok(json!({"cluster": show(cluster, &settings, call.kubernetes)}))
}

/// ListClusters, sorted by name.
pub(crate) fn list(call: Call<'_>) -> Result<Value, ApiError> {
    let page = Page::asked_for(call.query)?;
    let names = call.state.clusters_in(call.region).map(|cluster| cluster.name.clone());
    let (names, next_token) = page.cut(names, String::clone);
    Ok(json!({"clusters": names, "nextToken": next_token}))
}

/// The cluster as the API shows it. Its endpoint is there once it is ACTIVE.
pub(crate) fn show(cluster: &Cluster, settings: &Settings, kubernetes: &Kubernetes) -> Value {
    let mut shown = cluster.describe(settings.updating_visible_after_ms);
    if cluster.phase == Phase::Active
        && let Some(endpoint) = kubernetes.endpoint(&cluster.key())
        && let Value::Object(members) = &mut shown
    {
        let endpoint = if settings.api_server == ApiServer::Unreachable { NOBODY.to_owned() } else { endpoint };
        let stranger = settings.api_server == ApiServer::Stranger;
        let authority = if stranger { kubernetes.another_authority() } else { kubernetes.certificate_authority() };
        members.insert("endpoint".to_owned(), json!(endpoint));
        members.insert("certificateAuthority".to_owned(), json!({"data": authority}));
    }
    shown
}

/// Where nobody listens: a service that no machine has had for decades.
const NOBODY: &str = "https://127.0.0.1:1";

pub(super) fn unknown_mode(name: &str) -> ApiError {
    // Made up.
    ApiError::invalid_parameter(format!(
        "authenticationMode must be one of [API, API_AND_CONFIG_MAP, CONFIG_MAP], not {name}"
    ))
}

/// Whether a member of CreateCluster changes nothing that can be seen here.
fn is_harmless(member: &str, value: &Value) -> bool {
    match member {
        CLIENT_REQUEST_TOKEN | "bootstrapSelfManagedAddons" => true,
        "deletionProtection" => *value == json!(false),
        _ => false,
    }
}

/// What is given goes over what is shown by default, member by member.
fn show_as_given(shown: &mut Map<String, Value>, member: &str, value: &Value) {
    match (shown.get_mut(member), value) {
        (Some(Value::Object(shown)), Value::Object(_)) => {
            shown.extend(given(value).map(|(name, value)| (name.to_owned(), value.clone())));
        }
        _ => drop(shown.insert(member.to_owned(), value.clone())),
    }
}

fn is_cluster_name(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
