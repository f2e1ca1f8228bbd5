//! A provider that a person started serves every Core that is told of it, one after the other, and outlives them.

use serde_json::Value;
use terraform_provider_eks::plugin::Server;
use terraform_provider_eks::plugin::generated::go_plugin::Empty;
use terraform_provider_eks::plugin::generated::go_plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_eks::plugin::generated::tfplugin6::get_metadata;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use tokio::net::UnixStream;

use super::{Stub, soon};
use crate::support::client;
use crate::support::server::environment;

#[tokio::test]
async fn serves_one_core_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::bind(&environment(folder.path(), &[])).unwrap();
    let socket = socket(&server.reattach("eks-access/eks").to_string());
    let serving = tokio::spawn(server.serve_everybody(Stub::new()));

    for _ in 0..2 {
        // Core looks whether somebody is there before it comes.
        drop(UnixStream::connect(&socket).await.unwrap());
        let channel = client::channel(UnixStream::connect(&socket).await.unwrap()).await.unwrap();
        soon(ProviderClient::new(channel.clone()).get_metadata(get_metadata::Request {})).await.unwrap();
        soon(GrpcControllerClient::new(channel).shutdown(Empty {})).await.unwrap();
    }
    assert!(!serving.is_finished());
}

/// Where the line says that the provider `eks-access/eks` is.
pub(super) fn socket(line: &str) -> String {
    let providers = line.strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|line| line.strip_suffix('\'')).unwrap();
    let providers: Value = serde_json::from_str(providers).unwrap();
    providers["eks-access/eks"]["Addr"]["String"].as_str().unwrap().to_owned()
}
