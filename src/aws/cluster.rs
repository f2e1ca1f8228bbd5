//! A cluster, as far as access to it goes, and the updates that change it.

use super::AuthenticationMode;

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The cluster's name, unique in its account and region.
    pub name: String,
    /// The cluster's ARN.
    pub arn: String,
    /// The account that owns the cluster.
    pub account: String,
    /// The cluster's region.
    pub region: String,
    /// The partition of the cluster's region.
    pub partition: String,
    /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING`, `FAILED` or `PENDING`.
    pub status: String,
    /// Where the cluster looks up who may come in.
    pub authentication_mode: AuthenticationMode,
    /// The URL of the Kubernetes API server, once there is one.
    pub endpoint: Option<String>,
    /// The certificate authority of the API server: PEM, in base64.
    pub certificate_authority: Option<String>,
}

/// A change of a cluster that EKS carries out on its own time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The update's id, a UUID.
    pub id: String,
    /// What is changed: `AccessConfigUpdate` for the authentication mode, `VersionUpdate`, …
    pub update_type: String,
    /// How far the update is.
    pub status: UpdateStatus,
    /// Why the update failed.
    pub errors: Vec<UpdateError>,
}

impl Update {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        self.status != UpdateStatus::InProgress
    }
}

/// How far an update is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateStatus {
    /// It is under way.
    InProgress,
    /// It is done.
    Successful,
    /// It was given up.
    Failed,
    /// Somebody called it off.
    Cancelled,
    /// A status newer than this program; taken for an end, for want of knowing when to stop waiting.
    Other(String),
}

impl UpdateStatus {
    /// The status as EKS spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::InProgress => "InProgress",
            Self::Successful => "Successful",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Other(text) => text,
        }
    }
}

/// One reason why an update failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateError {
    /// What went wrong, in a word: `AccessDenied`, `ClusterUnreachable`, …
    pub code: String,
    /// What went wrong, in AWS's words.
    pub message: String,
}
