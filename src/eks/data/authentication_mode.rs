use std::time::Duration;

use crate::framework::schema::computed;
use crate::framework::{Call, Cx, DataSource, DefaultTimeouts, Diagnostics};
use crate::model;
use crate::value::Value;

use super::super::client::{Client, budget};
use super::super::error::Attempt;
use super::{cluster_name, eks, no_such_cluster, region, text};

/// `data "eks_authentication_mode"`: which sources a cluster authenticates from.
pub struct AuthenticationMode;

model! {
    /// What is asked for, and the mode.
    pub struct AuthenticationModeModel {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = cluster_name(),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = region(),
        /// `CONFIG_MAP`, `API_AND_CONFIG_MAP` or `API`.
        pub authentication_mode: Value<String> = computed(),
        /// The same as `cluster_name`.
        pub id: Value<String> = computed(),
    }
}

impl DataSource for AuthenticationMode {
    const NAME: &'static str = "eks_authentication_mode";
    const DESCRIPTION: &'static str = "\
Which sources an EKS cluster authenticates from: the `aws-auth` ConfigMap, access entries, or both.";
    const TIMEOUTS: DefaultTimeouts = DefaultTimeouts::all(Duration::from_secs(10 * 60));
    const CALLS: &'static [Call] = &[Call::new("eks:DescribeCluster", "always")];
    type Client = Client;
    type Model = AuthenticationModeModel;

    async fn read(
        &self,
        cx: &Cx<'_, Client>,
        asked: AuthenticationModeModel,
    ) -> Result<AuthenticationModeModel, Diagnostics> {
        let cluster = text(&asked.cluster_name);
        let name = format!("the authentication mode of cluster {cluster}");
        let attempt = Attempt { summary: "Cannot read authentication mode", object: &name };
        let eks = eks(cx, &asked.region, &attempt).await?;
        let found = eks.find_cluster(cluster, &budget(cx)).await.map_err(|error| attempt.failed(&error))?;
        let found = found.ok_or_else(|| no_such_cluster(&eks, cluster))?;
        Ok(AuthenticationModeModel {
            region: Value::Known(eks.region().to_owned()),
            authentication_mode: Value::Known(found.authentication_mode.to_string()),
            id: asked.cluster_name.clone(),
            ..asked
        })
    }
}
