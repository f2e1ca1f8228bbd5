//! Frames that are longer than they may be: each ends what it belongs to, before anybody makes room for it.

use terraform_provider_eks::plugin::generated::tfplugin6::get_metadata;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::body::Body;
use tonic::codegen::http::Request;
use tonic::{Code, Status};
use tower::{Service, ServiceExt};

use super::{Stub, soon};
use crate::support::server::Served;

#[tokio::test]
async fn record_of_tls() {
    let served = Served::start(Stub::new());
    // A handshake record of 65,535 bytes; TLS allows 16 KiB and a little.
    assert_hung_up(&served, &[0x16, 0x03, 0x01, 0xff, 0xff]).await;
    // A greeting of 16 MiB, in a record that is as long as any may be.
    let greeting = [&[0x16, 0x03, 0x01, 0x40, 0x00, 0x01, 0xff, 0xff, 0xff][..], &[0; 0x3ffc]].concat();
    assert_hung_up(&served, &greeting).await;
    serves_core(&served).await;
}

/// In plain text anybody of our own user may speak HTTP/2.
#[tokio::test]
async fn frame_of_http_2() {
    let served = Served::start_with(Stub::new(), &[]);
    let mut core = ProviderClient::new(served.channel().await);
    soon(core.get_metadata(get_metadata::Request {})).await.unwrap();
    let settings = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".as_slice();
    // Headers of 16 MiB on stream 1.
    let answer = assert_hung_up(&served, &[settings, b"\xff\xff\xff\x01\x04\0\0\0\x01"].concat()).await;
    // GOAWAY, with the code of a frame that has the wrong size.
    assert_eq!(codes_of_goaway(&answer), [6], "{answer:?}");
    soon(core.get_metadata(get_metadata::Request {})).await.unwrap();
}

/// A message that says it has four gigabytes. What follows is never read, and the connection serves on.
#[tokio::test]
async fn message_of_grpc() {
    let served = Served::start(Stub::new());
    let mut channel = served.channel().await;
    let body =
        Body::new(http_body_util::Full::new(tonic::codegen::Bytes::from_static(&[0, 0xff, 0xff, 0xff, 0xff, 1])));
    let request = Request::post("http://localhost/tfplugin6.Provider/GetMetadata")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(body)
        .unwrap();
    let answer = soon(channel.ready().await.unwrap().call(request)).await.unwrap();
    assert_eq!(Status::from_header_map(answer.headers()).unwrap().code(), Code::OutOfRange);
    soon(ProviderClient::new(channel).get_metadata(get_metadata::Request {})).await.unwrap();
}

/// What the provider says to `words` before it hangs up.
async fn assert_hung_up(served: &Served, words: &[u8]) -> Vec<u8> {
    let mut stream = served.handshake.stream().await.unwrap();
    stream.write_all(words).await.unwrap();
    let mut answer = Vec::new();
    // It may hang up with words of ours still unread, which is an error here.
    let _ = soon(stream.read_to_end(&mut answer)).await;
    answer
}

/// The error codes of the GOAWAY frames among `frames`.
fn codes_of_goaway(mut frames: &[u8]) -> Vec<u32> {
    let mut codes = Vec::new();
    while let Some((head, rest)) = frames.split_at_checked(9) {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let (body, rest) = rest.split_at(length);
        if head[3] == 7 {
            codes.push(u32::from_be_bytes(body[4..8].try_into().unwrap()));
        }
        frames = rest;
    }
    codes
}

async fn serves_core(served: &Served) {
    soon(ProviderClient::new(served.channel().await).get_metadata(get_metadata::Request {})).await.unwrap();
}
