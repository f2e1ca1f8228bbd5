//! What can be changed while the emulator runs. The README says what each setting does.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::arn;
use crate::options::Options;

/// The settings of one emulator. Every doubt about EKS that a client could feel is one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) latency_ms: u64,
    pub(crate) clock_ahead_ms: i64,
    pub(crate) rate_per_second: Option<f64>,
    pub(crate) burst: Option<f64>,
    pub(crate) entry_visible_after_ms: u64,
    pub(crate) principal_visible_after_ms: u64,
    pub(crate) update_duration_ms: u64,
    pub(crate) updating_visible_after_ms: u64,
    pub(crate) update_outcome: UpdateOutcome,
    pub(crate) update_error: UpdateError,
    pub(crate) caller_arn: String,
    pub(crate) creator_entry: bool,
    pub(crate) service_linked_role_entry: bool,
    pub(crate) managed_node_roles: Vec<String>,
    pub(crate) fargate_pod_execution_roles: Vec<String>,
    pub(crate) max_clusters_per_region: usize,
    pub(crate) max_entries_per_cluster: usize,
    pub(crate) max_policies_per_entry: usize,
    pub(crate) omitted_update_fields: OmittedUpdateFields,
    pub(crate) list_associated_on_node_types: ListAssociatedOnNodeTypes,
    pub(crate) updates_on_ec2_types: bool,
    pub(crate) policies_on_ec2_types: bool,
    pub(crate) tags_on_node_types: bool,
    pub(crate) hyperpod_needs_role: bool,
    pub(crate) empty_username_is_default: bool,
    pub(crate) whole_name_in_entry_arns: bool,
    pub(crate) associated_at_is_kept: bool,
    pub(crate) service_linked_entries_locked: bool,
    pub(crate) missing_association_is_error: bool,
    pub(crate) entries_wait_for_updates: bool,
    pub(crate) replay_tokens: bool,
    pub(crate) sorted_entries: bool,
    pub(crate) api_server: ApiServer,
}

/// What becomes of those who turn to a cluster's own API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ApiServer {
    /// Whoever has a token of EKS may read aws-auth.
    Open,
    /// DescribeCluster gives an endpoint where nobody listens, and the real one closes every connection.
    Unreachable,
    /// DescribeCluster gives the certificate authority of another cluster.
    Stranger,
    /// No token is good enough.
    Unauthorized,
    /// Nobody may read aws-auth.
    Forbidden,
}

/// How an update ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum UpdateOutcome {
    Successful,
    Failed,
    Cancelled,
}

/// What a failed update says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateError {
    pub(crate) error_code: String,
    pub(crate) error_message: String,
    #[serde(default)]
    pub(crate) resource_ids: Vec<String>,
}

/// What UpdateAccessEntry does with a field that the request leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OmittedUpdateFields {
    Reset,
    Keep,
}

/// What ListAssociatedAccessPolicies says about an entry whose type takes no policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ListAssociatedOnNodeTypes {
    Error,
    Empty,
}

impl Settings {
    pub(crate) fn new(options: &Options) -> Settings {
        let partition = arn::partition(&options.region);
        Settings {
            latency_ms: 0,
            clock_ahead_ms: 0,
            rate_per_second: None,
            burst: None,
            entry_visible_after_ms: 0,
            principal_visible_after_ms: 0,
            update_duration_ms: 0,
            updating_visible_after_ms: 0,
            update_outcome: UpdateOutcome::Successful,
            update_error: UpdateError {
                error_code: "Unknown".to_owned(),
                error_message: "The update failed.".to_owned(),
                resource_ids: Vec::new(),
            },
            caller_arn: format!("arn:{partition}:sts::{}:assumed-role/admin/session", options.account),
            creator_entry: true,
            service_linked_role_entry: false,
            managed_node_roles: Vec::new(),
            fargate_pod_execution_roles: Vec::new(),
            max_clusters_per_region: 100,
            max_entries_per_cluster: 3000,
            max_policies_per_entry: 20,
            omitted_update_fields: OmittedUpdateFields::Reset,
            list_associated_on_node_types: ListAssociatedOnNodeTypes::Empty,
            updates_on_ec2_types: false,
            policies_on_ec2_types: true,
            tags_on_node_types: true,
            hyperpod_needs_role: true,
            empty_username_is_default: true,
            whole_name_in_entry_arns: false,
            associated_at_is_kept: true,
            service_linked_entries_locked: true,
            missing_association_is_error: true,
            entries_wait_for_updates: false,
            replay_tokens: true,
            sorted_entries: true,
            api_server: ApiServer::Open,
        }
    }

    /// Tokens per second, and how many the bucket holds: without a `burst`, one second's worth and at least one.
    pub(crate) fn rate(&self) -> Option<(f64, f64)> {
        self.rate_per_second.map(|per_second| (per_second, self.burst.unwrap_or(per_second.max(1.0))))
    }

    /// The settings with the members of `patch` in place of theirs.
    ///
    /// # Errors
    ///
    /// A text that names the member that does not exist or does not fit.
    pub(crate) fn patched(&self, patch: Value) -> Result<Settings, String> {
        let Value::Object(patch) = patch else {
            return Err(format!("settings must be a JSON object, got {patch}"));
        };
        let mut merged = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Value::Object(members) = &mut merged {
            members.extend(patch);
        }
        serde_json::from_value(merged).map_err(|error| format!("settings: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_setting_is_refused_by_name() {
        let settings = Settings::new(&Options::default());
        let refusal = settings.patched(json!({"latency": 5})).unwrap_err();
        assert!(refusal.contains("latency"), "{refusal}");
    }

    #[test]
    fn a_patch_leaves_the_other_settings_alone() {
        let settings = Settings::new(&Options::default());
        let patched = settings.patched(json!({"omitted_update_fields": "keep"})).unwrap();
        assert_eq!(patched.omitted_update_fields, OmittedUpdateFields::Keep);
        assert_eq!(patched.caller_arn, "arn:aws:sts::111122223333:assumed-role/admin/session");
    }

    #[test]
    fn the_readme_names_every_setting() {
        let readme = include_str!("../README.md");
        let settings = serde_json::to_value(Settings::new(&Options::default())).unwrap();
        for name in settings.as_object().unwrap().keys() {
            assert!(readme.contains(&format!("`{name}`")), "README.md does not describe the setting `{name}`");
        }
    }
}
