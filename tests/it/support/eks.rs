//! The provider and the emulator of EKS, with the small Core in between. No process, no socket to the provider.

use std::ops::Deref;

use eks_emulator::{Emulator, Options};
use serde_json::{Value as Json, json};
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::plugin::Service;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::ProviderServer;

use super::calls;
use super::core::Core;

/// The cluster that every test finds.
pub(crate) const CLUSTER: &str = "dev";
/// The account that the cluster and the caller are in.
pub(crate) const ACCOUNT: &str = "111122223333";

/// A role in the cluster's account.
pub(crate) fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// The ARN of an access policy.
pub(crate) fn policy(name: &str) -> String {
    format!("arn:aws:eks::aws:cluster-access-policy/{name}")
}

/// A provider that is configured to talk to an emulator of its own.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    core: Core,
}

impl World {
    /// With [`CLUSTER`] in mode `API`, and no entries on it.
    pub(crate) async fn start() -> Self {
        Self::start_in("API").await
    }

    /// With [`CLUSTER`] in an authentication mode.
    pub(crate) async fn start_in(mode: &str) -> Self {
        Self::start_with(mode, json!({})).await
    }

    /// With more arguments in the provider block.
    pub(crate) async fn start_with(mode: &str, provider: Json) -> Self {
        let clusters = vec![(CLUSTER.to_owned(), mode.to_owned())];
        let emulator = Emulator::start(Options { clusters, ..Options::default() }).await.unwrap();
        let mut core = Core::start(ProviderServer::new(Service::new(Eks))).await.unwrap();
        let mut config = json!({
            "region": "us-east-1",
            "access_key": "AKIAIOSFODNN7EXAMPLE",
            "secret_key": "none",
            "endpoints": { "eks": emulator.url(), "sts": emulator.url() },
            // Plain HTTP asks for none, and to read all those that this machine trusts takes longer than the rest of a walk.
            "custom_ca_bundle": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/client/core.pem"),
        });
        config.as_object_mut().unwrap().extend(provider.as_object().unwrap().clone());
        core.configure(config).await.unwrap();
        Self { emulator, core }
    }

    /// The calls to EKS and STS since the last look, as `operation` or, where it is about one principal,
    /// `operation name`.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.emulator.calls();
        self.emulator.clear_calls();
        calls.iter().map(calls::short).collect()
    }

    /// The same, without those that change nothing.
    pub(crate) fn changes(&self) -> Vec<String> {
        self.calls().into_iter().filter(|call| calls::is_change(call)).collect()
    }

    /// The entry that the emulator has for a principal.
    pub(crate) fn entry(&self, principal: &str) -> Option<Json> {
        self.emulator.entries(CLUSTER).into_iter().find(|entry| entry["principalArn"] == principal)
    }
}

/// The small Core.
impl Deref for World {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}
