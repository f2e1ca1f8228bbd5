//! What calls see of the transport.

use std::path::Path;

use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::plugin::Service;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::{ProviderServer, SERVICE_NAME};
use terraform_provider_eks::plugin::generated::tfplugin6::{
    call_function, get_functions, get_metadata, read_resource, stop_provider,
};
use tonic::body::Body;
use tonic::client::{Grpc, GrpcService};
use tonic::codegen::{Body as HttpBody, Bytes, StdError};
use tonic::{Code, Request};
use tonic_prost::ProstCodec;

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

/// Our own way of answering leaves out no method that the generated one would answer.
#[tokio::test]
async fn each_method_of_the_protocol() {
    let served = Served::start(Service::new(Eks));
    let ours = served.channel().await;
    let generated = ProviderServer::new(Service::new(Eks));
    let protos = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto");
    let protocol = protox::compile([protos.join("tfplugin6.proto")], [protos]).unwrap();
    let methods: Vec<_> = protocol.file.iter().flat_map(|file| &file.service).flat_map(|it| &it.method).collect();
    let mut answered = 0;
    for method in methods {
        let path = format!("/{SERVICE_NAME}/{}", method.name());
        let code = soon(code_of(ours.clone(), &path)).await;
        assert_eq!(code, soon(code_of(generated.clone(), &path)).await, "{path}");
        answered += usize::from(code != Code::Unimplemented);
    }
    assert!(answered > 20, "{answered}");
}

/// What becomes of a call with an empty message.
async fn code_of<T>(server: T, path: &str) -> Code
where
    T: GrpcService<Body>,
    T::Error: Into<StdError>,
    T::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
    <T::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
{
    let mut client = Grpc::new(server);
    assert!(client.ready().await.is_ok());
    let called = client.unary::<(), (), _>(Request::new(()), path.parse().unwrap(), ProstCodec::default()).await;
    called.map_or_else(|status| status.code(), |_| Code::Ok)
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
