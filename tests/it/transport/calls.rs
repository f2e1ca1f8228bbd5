//! What calls see of the transport.

use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use terraform_provider_eks::plugin::generated::tfplugin6::{
    call_function, get_functions, get_metadata, read_resource, stop_provider,
};
use tonic::Code;

use super::{Stub, soon};
use crate::support::server::Served;

#[tokio::test]
async fn panic_in_one_leaves_the_others_alone() {
    let served = Served::start(Stub::new());
    let mut client = ProviderClient::new(served.channel().await);
    soon(client.call_function(call_function::Request::default())).await.unwrap_err();
    soon(client.get_metadata(get_metadata::Request {})).await.unwrap();
}

#[tokio::test]
async fn unwritten() {
    let served = Served::start(Stub::new());
    let mut client = ProviderClient::new(served.channel().await);
    let status = soon(client.get_functions(get_functions::Request {})).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn many_at_once() {
    let served = Served::start(Stub::answering_together(500));
    let client = ProviderClient::new(served.channel().await);
    let calls = (0..500).map(|_| {
        let mut client = client.clone();
        async move { client.stop_provider(stop_provider::Request {}).await }
    });
    soon(futures_util::future::try_join_all(calls)).await.unwrap();
}

/// A state of this size passes both ways. tonic would refuse messages over 4 MiB if it were not told otherwise.
#[tokio::test]
async fn large() {
    let served = Served::start(Stub::new());
    let mut client = ProviderClient::new(served.channel().await).max_decoding_message_size(64 << 20);
    let private = vec![7; 16 << 20].into();
    let request = read_resource::Request { private, ..Default::default() };
    let response = soon(client.read_resource(request.clone())).await.unwrap();
    assert!(response.into_inner().private == request.private);
}
