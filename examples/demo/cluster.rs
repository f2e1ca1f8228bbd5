//! The cluster of the story: what Terraform has asked of it, and what anybody else sees in it.

use std::path::Path;

use aws_sdk_eks::config::{BehaviorVersion, Credentials, Region};
use eks_emulator::Call;

use super::control;
use super::emulator::Emulator;

/// What goes wrong between this program and the others.
pub(crate) type Error = Box<dyn std::error::Error>;

/// Its name.
pub(crate) const CLUSTER: &str = "dev";

/// A cluster of the emulator.
pub(crate) struct Cluster {
    emulator: Emulator,
    eks: aws_sdk_eks::Client,
    /// The number of the last call that was looked at.
    seen: u64,
}

impl Cluster {
    /// In that authentication mode, and without entries.
    pub(crate) fn start(emulator: &Path, mode: &str) -> Result<Self, Error> {
        let emulator = Emulator::start(emulator, &format!("{CLUSTER}={mode}"))?;
        let config = aws_sdk_eks::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "demo"))
            .endpoint_url(&emulator.url)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Ok(Self { emulator, eks: aws_sdk_eks::Client::from_conf(config), seen: 0 })
    }

    /// Where AWS is.
    pub(crate) fn url(&self) -> &str {
        &self.emulator.url
    }

    /// The calls of Terraform since the last time.
    pub(crate) async fn take_calls(&mut self) -> Result<Vec<Call>, Error> {
        let mut calls: Vec<Call> = serde_json::from_value(control::get(self.url(), "/_emulator/calls").await?)?;
        calls.retain(|call| call.seq > self.seen);
        self.seen = calls.last().map_or(self.seen, |call| call.seq);
        Ok(calls)
    }

    /// Makes an entry by hand.
    pub(crate) async fn create_entry(&mut self, principal: &str, group: &str) -> Result<(), Error> {
        let create = self.eks.create_access_entry().cluster_name(CLUSTER).principal_arn(principal);
        create.kubernetes_groups(group).send().await?;
        self.forget_own_calls().await
    }

    /// Deletes an entry by hand.
    pub(crate) async fn delete_entry(&mut self, principal: &str) -> Result<(), Error> {
        self.eks.delete_access_entry().cluster_name(CLUSTER).principal_arn(principal).send().await?;
        self.forget_own_calls().await
    }

    /// The entries, one line each.
    pub(crate) async fn entries(&mut self) -> Result<Vec<String>, Error> {
        let listed = self.eks.list_access_entries().cluster_name(CLUSTER).send().await?;
        let mut entries = Vec::new();
        for principal in listed.access_entries() {
            entries.push(self.entry(principal).await?);
        }
        self.forget_own_calls().await?;
        Ok(entries)
    }

    async fn entry(&self, principal: &str) -> Result<String, Error> {
        let described = self.eks.describe_access_entry().cluster_name(CLUSTER).principal_arn(principal).send().await?;
        let entry = described.access_entry().ok_or("DescribeAccessEntry answers without an entry")?;
        let listed = self.eks.list_associated_access_policies().cluster_name(CLUSTER).principal_arn(principal);
        let policies = listed.send().await?;

        let mut line = format!("{} {}", last(principal, ':'), entry.r#type().unwrap_or_default());
        if !entry.kubernetes_groups().is_empty() {
            line += &format!(", groups {}", entry.kubernetes_groups().join(" "));
        }
        for policy in policies.associated_access_policies() {
            let namespaces = policy.access_scope().map(|scope| scope.namespaces().join(" ")).unwrap_or_default();
            let scope = if namespaces.is_empty() { "the whole cluster" } else { &namespaces };
            line += &format!(", {} in {scope}", last(policy.policy_arn().unwrap_or_default(), '/'));
        }
        Ok(line)
    }

    /// The modes that the cluster was told to take, in the order of time.
    pub(crate) async fn modes(&mut self) -> Result<Vec<String>, Error> {
        let mut modes = Vec::new();
        for id in self.eks.list_updates().name(CLUSTER).send().await?.update_ids() {
            let described = self.eks.describe_update().name(CLUSTER).update_id(id).send().await?;
            let params = described.update().map(|update| update.params()).unwrap_or_default();
            // EKS shows the mode as JSON, in quotes.
            modes.extend(params.iter().filter_map(|param| param.value()).map(|mode| mode.trim_matches('"').to_owned()));
        }
        self.forget_own_calls().await?;
        Ok(modes)
    }

    async fn forget_own_calls(&mut self) -> Result<(), Error> {
        self.take_calls().await.map(drop)
    }
}

fn last(text: &str, separator: char) -> &str {
    text.rsplit(separator).next().unwrap_or(text)
}
