//! How a large configuration comes to be applied without the apply.
//!
//! Terraform writes the whole state anew for each object that it makes, which for thousands of them takes it the better part of an
//! hour whatever the provider does. So one entry is applied, its state is repeated, EKS is told the rest, and a refresh of the state
//! brings home what only EKS knows.

use aws_sdk_eks::Client;
use aws_sdk_eks::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_eks::types::{AccessScope, AccessScopeType};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::Result;
use crate::stage::{CLUSTER, policy_arn, principal_arn};

/// How many entries are made at once.
const AT_ONCE: usize = 8;

/// The state of one entry, repeated.
pub(crate) fn repeat(mut state: Value, entries: usize) -> Result<Value> {
    let resources = state["resources"].as_array_mut().ok_or("a state without resources")?;
    for resource in resources {
        let only = resource["instances"][0].to_string();
        let instance = |number: usize| {
            let text = only.replace(&principal_arn("0"), &principal_arn(&number.to_string()));
            let mut instance: Value = serde_json::from_str(&text)?;
            instance["index_key"] = number.into();
            Ok::<_, serde_json::Error>(instance)
        };
        resource["instances"] = (0..entries).map(instance).collect::<std::result::Result<_, _>>()?;
    }
    Ok(state)
}

/// Makes the entries but the first in EKS, as the configuration has them.
pub(crate) async fn make(url: &str, entries: usize, policies: &[&str]) -> Result<()> {
    let config = aws_sdk_eks::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "bench"))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let eks = &Client::from_conf(config);
    let make = |number: usize| async move {
        let principal = principal_arn(&number.to_string());
        eks.create_access_entry().cluster_name(CLUSTER).principal_arn(&principal).send().await?;
        for policy in policies {
            let scope = AccessScope::builder().r#type(AccessScopeType::Cluster).build();
            let associate = eks.associate_access_policy().cluster_name(CLUSTER).principal_arn(&principal);
            associate.policy_arn(policy_arn(policy)).access_scope(scope).send().await?;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    stream::iter(1..entries).map(make).buffer_unordered(AT_ONCE).try_collect().await
}
