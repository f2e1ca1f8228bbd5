//! An update of a cluster, from its start to its end.

use serde_json::{Value, json};
use uuid::Uuid;

use super::AuthenticationMode;
use crate::clock::Moment;
use crate::settings::{UpdateError, UpdateOutcome};

/// One update, in progress or past.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) id: String,
    /// As in the API: `AccessConfigUpdate`, `VersionUpdate`.
    pub(crate) kind: String,
    pub(crate) status: UpdateStatus,
    /// The mode that the cluster has once the update succeeds.
    pub(crate) target: Option<AuthenticationMode>,
    pub(crate) started_at: Moment,
    pub(crate) ends_at: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UpdateStatus {
    InProgress,
    Successful,
    Failed(UpdateError),
    Cancelled,
}

impl Update {
    pub(crate) fn start(kind: &str, target: Option<AuthenticationMode>, duration_ms: u64) -> Update {
        let started_at = Moment::now();
        Update {
            id: Uuid::new_v4().to_string(),
            kind: kind.to_owned(),
            status: UpdateStatus::InProgress,
            target,
            started_at,
            ends_at: started_at.plus_ms(duration_ms),
        }
    }

    /// As the API shows it.
    pub(crate) fn describe(&self) -> Value {
        // The value of the parameter is JSON inside a string: the mode comes with quotes of its own.
        let params: Vec<Value> = self
            .target
            .iter()
            .map(|mode| json!({"type": "AuthenticationMode", "value": format!("\"{}\"", mode.name())}))
            .collect();
        let (status, errors) = match &self.status {
            UpdateStatus::InProgress => ("InProgress", json!([])),
            UpdateStatus::Successful => ("Successful", json!([])),
            UpdateStatus::Failed(error) => ("Failed", json!([error])),
            UpdateStatus::Cancelled => ("Cancelled", json!([])),
        };
        json!({
            "id": self.id,
            "status": status,
            "type": self.kind,
            "params": params,
            "createdAt": self.started_at.epoch_seconds(),
            "errors": errors,
        })
    }
}

impl UpdateStatus {
    pub(crate) fn ended(outcome: UpdateOutcome, error: &UpdateError) -> UpdateStatus {
        match outcome {
            UpdateOutcome::Successful => UpdateStatus::Successful,
            UpdateOutcome::Failed => UpdateStatus::Failed(error.clone()),
            UpdateOutcome::Cancelled => UpdateStatus::Cancelled,
        }
    }
}
