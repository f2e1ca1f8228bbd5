//! How far the access entries of a cluster cover its `aws-auth` ConfigMap: what the data source shows, and what the step to
//! mode API hangs on.

use std::collections::BTreeMap;

use crate::aws::aws_auth::{AwsAuthError, ConfigMap, Live, Translation};
use crate::aws::kubernetes::Problem;
use crate::aws::{AwsError, Budget, Cluster, Eks, KubernetesError};

use super::client::Client;
use super::error::what_to_do;

/// What a cluster's `aws-auth` says.
pub(super) struct AwsAuth {
    /// The data of the ConfigMap; empty if there is none.
    pub(super) data: BTreeMap<String, String>,
    rows: ConfigMap,
}

impl AwsAuth {
    /// Reads the ConfigMap from the cluster itself.
    pub(super) async fn read(client: &Client, cluster: &Cluster, budget: &Budget) -> Result<Self, Trouble> {
        let data = client.aws_auth(cluster, budget).await?.unwrap_or_default();
        let rows = ConfigMap::read(&data)?;
        Ok(Self { data, rows })
    }

    /// The entries of the cluster that rows are about.
    pub(super) async fn live(&self, eks: &Eks, cluster: &Cluster, budget: &Budget) -> Result<Live, AwsError> {
        Live::of(&self.rows, eks, cluster, budget).await
    }

    /// The verdict on each row beside these entries.
    pub(super) fn translate(
        &self,
        role_paths: &BTreeMap<String, String>,
        live: &Live,
    ) -> Result<Translation, AwsAuthError> {
        self.rows.translate(role_paths, Some(live))
    }
}

/// Why nobody can say how far `aws-auth` is covered.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The cluster does not show it.
    #[error("{}", [.0.to_string(), next_step(.0)].join(" ").trim_end())]
    Kubernetes(#[from] KubernetesError),
    /// It makes no sense.
    #[error(transparent)]
    AwsAuth(#[from] AwsAuthError),
}

/// What to do where it was AWS that was in the way. Of the cluster, the error itself says so.
fn next_step(error: &KubernetesError) -> String {
    match &error.problem {
        Problem::Aws(error) => what_to_do(error),
        _ => String::new(),
    }
}
