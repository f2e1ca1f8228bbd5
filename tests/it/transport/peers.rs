//! Who is let in: Core, with its certificate and its key, and nobody else.

use std::os::unix::net;
use std::pin::pin;
use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, SupportedProtocolVersion};
use terraform_provider_eks::plugin::generated::tfplugin6::get_metadata;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;
use tonic::transport::Channel;

use super::{Stub, soon};
use crate::support::client::{self, Identity};
use crate::support::server::Served;

#[tokio::test]
async fn no_certificate() {
    let served = Served::start(Stub::new());
    assert_turned_away(&served, &Identity::nobody(&served.handshake)).await;
}

#[tokio::test]
async fn another_certificate() {
    let served = Served::start(Stub::new());
    assert_turned_away(&served, &Identity::stranger().client(&served.handshake)).await;
}

#[tokio::test]
async fn certificate_without_its_key() {
    let thief = Identity::core().with_key_of(Identity::stranger());
    for version in [&TLS12, &TLS13] {
        let served = Served::start(Stub::new());
        assert_turned_away(&served, &thief.client_of_versions(&served.handshake, &[version])).await;
    }
}

#[tokio::test]
async fn plain_text() {
    let served = Served::start(Stub::new());
    let stream = served.handshake.stream().await.unwrap();
    let channel = client::channel(stream).await;
    assert!(match channel {
        Ok(channel) => soon(metadata(channel)).await.is_err(),
        Err(_) => true,
    });
    soon(metadata(served.channel().await)).await.unwrap();
}

#[tokio::test]
async fn http_1() {
    let served = Served::start(Stub::new());
    let mut core = Identity::core().client(&served.handshake);
    core.alpn_protocols = vec![b"http/1.1".to_vec()];
    assert_turned_away(&served, &core).await;
}

#[tokio::test]
async fn http_1_unannounced() {
    let served = Served::start(Stub::new());
    let mut core = Identity::core().client(&served.handshake);
    // Without a word about the protocol TLS succeeds; HTTP/1 does not.
    core.alpn_protocols.clear();
    let mut stream = served.handshake.tls(&core).await.unwrap();
    stream.write_all(b"POST /tfplugin6.Provider/GetMetadata HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let answer = soon(read_to_end(&mut stream)).await;
    assert!(!answer.starts_with(b"HTTP/1"), "{answer:?}");
}

#[tokio::test]
async fn core() {
    let served = Served::start(Stub::new());
    soon(metadata(served.channel().await)).await.unwrap();
}

#[tokio::test]
async fn core_under_each_version_of_tls() {
    for version in [&TLS12, &TLS13] {
        let served = Served::start(Stub::new());
        let client = core_of_version(&served, version);
        let stream = served.handshake.tls(&client).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        soon(metadata(client::channel(stream).await.unwrap())).await.unwrap();
    }
}

/// A crowd far larger than what the provider keeps comes all at once, and Core in the middle of it.
#[tokio::test]
async fn core_among_idle_peers() {
    let served = Served::start(Stub::new());
    let crowd =
        || -> Vec<_> { (0..300).map(|_| net::UnixStream::connect(&served.handshake.socket).unwrap()).collect() };

    let mut before = crowd();
    let mut core = pin!(served.channel());
    tokio::select! {
        biased;
        _ = &mut core => panic!("nobody has accepted the connection yet"),
        () = std::future::ready(()) => {}
    }
    let _after = crowd();

    let channel = soon(core).await;
    soon(metadata(channel.clone())).await.unwrap();

    // The oldest had to make room.
    let oldest = before.swap_remove(0);
    oldest.set_nonblocking(true).unwrap();
    soon(read_to_end(&mut UnixStream::from_std(oldest).unwrap())).await;
}

/// Peers that begin to speak and then stop do not hold up Core either.
#[tokio::test]
async fn core_among_stammering_peers() {
    let served = Served::start(Stub::new());
    let mut stammering = Vec::new();
    for _ in 0..300 {
        let mut stream = served.handshake.stream().await.unwrap();
        // The head of a TLS record of 512 bytes.
        stream.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00]).await.unwrap();
        stammering.push(stream);
    }
    soon(metadata(served.channel().await)).await.unwrap();
}

/// With the clock paused, time jumps to the next deadline as soon as everybody waits.
#[tokio::test(start_paused = true)]
async fn idle_peer_is_turned_away_in_the_end() {
    let served = Served::start(Stub::new());
    let mut stream = served.handshake.stream().await.unwrap();
    let minute = Duration::from_secs(60);
    assert_eq!(timeout(minute, read_to_end(&mut stream)).await.unwrap(), b"");
}

#[tokio::test]
async fn everybody_of_our_user_in_plain_text() {
    let served = Served::start_with(Stub::new(), &[]);
    assert_eq!(served.handshake.certificate, None);
    soon(metadata(served.channel().await)).await.unwrap();
}

/// The provider hangs up on `client`, and goes on to serve Core.
async fn assert_turned_away(served: &Served, client: &ClientConfig) {
    // Under TLS 1.3 the client has finished before the provider has looked at the certificate.
    if let Ok(mut stream) = soon(served.handshake.tls(client)).await {
        let error = soon(stream.read_u8()).await.unwrap_err();
        assert!(!stream.get_ref().1.is_handshaking());
        assert_ne!(error.kind(), std::io::ErrorKind::UnexpectedEof, "an alert says why");
    }
    soon(metadata(served.channel().await)).await.unwrap();
}

fn core_of_version(served: &Served, version: &'static SupportedProtocolVersion) -> ClientConfig {
    Identity::core().client_of_versions(&served.handshake, &[version])
}

async fn metadata(channel: Channel) -> Result<(), tonic::Status> {
    ProviderClient::new(channel).get_metadata(get_metadata::Request {}).await.map(drop)
}

/// Everything until the peer hangs up, however it does.
async fn read_to_end(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut read = Vec::new();
    let _ = stream.read_to_end(&mut read).await;
    read
}
