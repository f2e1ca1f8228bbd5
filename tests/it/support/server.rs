//! A provider, served in this process as Core would have it served in its own.

use std::ffi::OsString;
use std::path::Path;

use tempfile::TempDir;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::Provider;
use terraform_provider_eks::plugin::handshake::Environment;
use terraform_provider_eks::plugin::{Ended, Server};
use tokio::task::JoinHandle;
use tonic::transport::Channel;

use super::client::{Handshake, Identity};

/// A provider that is being served.
pub(crate) struct Served {
    pub(crate) handshake: Handshake,
    /// Where its socket is to be, and nothing else.
    pub(crate) folder: TempDir,
    pub(crate) ended: JoinHandle<Ended>,
}

impl Served {
    /// Serves `provider` to [`Identity::core`].
    pub(crate) fn start(provider: impl Provider) -> Self {
        Self::start_with(provider, &[("PLUGIN_CLIENT_CERT", Identity::CORE_PEM)])
    }

    /// Serves `provider` as `variables` of the environment say.
    pub(crate) fn start_with(provider: impl Provider, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::bind(&environment(folder.path(), variables)).unwrap();
        let handshake = Handshake::parse(&server.handshake_line().to_string());
        Self { handshake, folder, ended: tokio::spawn(server.serve(provider)) }
    }

    /// Core's own channel.
    pub(crate) async fn channel(&self) -> Channel {
        self.handshake.channel(&Identity::core()).await.unwrap()
    }
}

/// What Core asks for with `variables`, when temporary files go into `folder`.
pub(crate) fn environment(folder: &Path, variables: &[(&str, &str)]) -> Environment {
    Environment::read(|name: &str| match variables.iter().find(|(variable, _)| *variable == name) {
        Some((_, value)) => Some(OsString::from(value)),
        None => (name == "TMPDIR").then(|| folder.into()),
    })
    .unwrap()
}
