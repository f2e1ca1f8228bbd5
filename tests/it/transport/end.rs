//! How it ends: on Core's word, or when Core is gone; and nothing stays behind.

use terraform_provider_eks::plugin::generated::go_plugin::Empty;
use terraform_provider_eks::plugin::generated::go_plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_eks::plugin::generated::go_plugin::grpc_stdio_client::GrpcStdioClient;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use terraform_provider_eks::plugin::generated::tfplugin6::{get_metadata, stop_provider};
use terraform_provider_eks::plugin::{Ended, Server};
use tokio::runtime;
use tokio::sync::oneshot;

use super::{Stub, assert_empty, soon};
use crate::support::client::{Handshake, Identity};
use crate::support::server::{Served, environment};

/// Core disappears in the middle of a call.
#[tokio::test]
async fn core_dies() {
    let served = Served::start(Stub::answering_together(2));
    let channel = served.channel().await;
    let mut client = ProviderClient::new(channel.clone());
    let call = tokio::spawn(async move { client.stop_provider(stop_provider::Request {}).await });
    soon(ProviderClient::new(channel).get_metadata(get_metadata::Request {})).await.unwrap();
    call.abort();
    assert_eq!(soon(served.ended).await.unwrap(), Ended::ClientGone);
    assert_empty(served.folder.path());
}

/// Peers that are not Core come before it and go, some before Core has come and some after.
#[tokio::test]
async fn not_when_others_leave() {
    let served = Served::start(Stub::new());
    let stranger = Identity::stranger().client(&served.handshake);
    drop(served.handshake.stream().await.unwrap());
    let _ = served.handshake.tls(&stranger).await;
    let idle = served.handshake.stream().await.unwrap();

    let mut core = ProviderClient::new(served.channel().await);
    drop(idle);
    soon(core.get_metadata(get_metadata::Request {})).await.unwrap();
    assert!(!served.ended.is_finished());
}

/// A panic on the way, outside of any call.
#[tokio::test]
async fn by_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let environment = environment(folder.path(), &[("PLUGIN_CLIENT_CERT", Identity::CORE_PEM)]);
    let server = Server::bind(&environment).unwrap();
    let task = tokio::spawn(async move {
        let _server = server;
        panic!("a panic on purpose")
    });
    assert!(soon(task).await.unwrap_err().is_panic());
    assert_empty(folder.path());
}

#[tokio::test]
async fn on_shutdown() {
    let served = Served::start(Stub::new());
    let mut core = GrpcControllerClient::new(served.channel().await);
    soon(core.shutdown(Empty {})).await.unwrap();
    drop(core);
    assert_eq!(soon(served.ended).await.unwrap(), Ended::Shutdown);
    assert_empty(served.folder.path());
}

/// The process ends when the server does, and takes with it every task that is not done.
#[tokio::test]
async fn not_before_shutdown_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let environment = environment(folder.path(), &[("PLUGIN_CLIENT_CERT", Identity::CORE_PEM)]);
    let (started, handshake) = oneshot::channel();
    let process = std::thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::bind(&environment).unwrap();
            started.send(Handshake::parse(&server.handshake_line().to_string())).unwrap();
            server.serve(Stub::new()).await
        })
    });
    let channel = handshake.await.unwrap().channel(&Identity::core()).await.unwrap();
    soon(GrpcControllerClient::new(channel).shutdown(Empty {})).await.unwrap();
    assert_eq!(process.join().unwrap(), Ended::Shutdown);
}

/// A client that does not hang up, and still has calls under way, is not waited for.
#[tokio::test]
async fn on_shutdown_with_calls_under_way() {
    let served = Served::start(Stub::answering_together(2));
    let channel = served.channel().await;
    let mut printed = soon(GrpcStdioClient::new(channel.clone()).stream_stdio(())).await.unwrap().into_inner();
    let mut client = ProviderClient::new(channel.clone());
    let call = tokio::spawn(async move { client.stop_provider(stop_provider::Request {}).await });

    soon(GrpcControllerClient::new(channel.clone()).shutdown(Empty {})).await.unwrap();
    assert_eq!(soon(served.ended).await.unwrap(), Ended::Shutdown);
    assert!(!call.is_finished());
    drop(channel);
    call.abort();
    assert!(futures_util::FutureExt::now_or_never(printed.message()).is_none(), "nothing is ever printed");
}
