//! What calls see of the transport.

use std::fmt::Debug;
use std::future::poll_fn;
use std::path::Path;

use http_body_util::{BodyExt, Full};
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::plugin::Service;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::{ProviderServer, SERVICE_NAME};
use terraform_provider_eks::plugin::generated::tfplugin6::{
    call_function, get_functions, get_metadata, read_resource, stop_provider,
};
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::{Body as HttpBody, Bytes, http};
use tonic::{Code, Status};

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

/// Our own way of answering says to an empty message of each method what the generated one says.
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
        let ours = soon(answer(ours.clone(), &path)).await;
        let generated = soon(answer(generated.clone(), &path)).await;
        assert!(ours == generated, "{path}: {ours:?} is not {generated:?}");
        answered += usize::from(ours.0 != Code::Unimplemented);
    }
    assert!(answered > 20, "{answered}");
}

/// What becomes of a call with an empty message: how it ended, and all that was said before.
async fn answer<T>(mut server: T, path: &str) -> (Code, Bytes)
where
    T: GrpcService<Body>,
    T::Error: Debug,
    T::ResponseBody: HttpBody<Data = Bytes>,
    <T::ResponseBody as HttpBody>::Error: Debug,
{
    let body = Body::new(Full::new(Bytes::from_static(&[0; 5])));
    let request = http::Request::post(format!("http://localhost{path}"));
    let request = request.header("content-type", "application/grpc").header("te", "trailers").body(body).unwrap();
    poll_fn(|cx| server.poll_ready(cx)).await.unwrap();
    let (head, body) = server.call(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap();
    let status = body.trailers().and_then(Status::from_header_map).or_else(|| Status::from_header_map(&head.headers));
    (status.unwrap().code(), body.to_bytes())
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
