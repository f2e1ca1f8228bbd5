//! Serves a connection over HTTP/2, and has each call answered.

use std::convert::Infallible;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tonic::Status;
use tonic::body::Body;
use tonic::server::Grpc;

use super::codec::AnyCodec;
use super::connection::Connection;
use super::generated::tfplugin6::provider_server::Provider;
use super::methods::{Call, Method, Services};

/// The largest message, either way, as with providers written in Go. A state can be large; tonic by itself receives no more than
/// 4 MiB.
const LARGEST_MESSAGE: usize = 256 << 20;

/// Answers the calls of a peer until it hangs up.
pub(super) async fn serve<P: Provider>(services: Arc<Services<P>>, connection: Connection) {
    // On the heap, since hyper moves a call about.
    let answer = service_fn(|request| Box::pin(answer(Arc::clone(&services), request)));
    let served = http2::Builder::new(TokioExecutor::new())
        // Core makes as many calls at once as its user allows it.
        .max_concurrent_streams(None)
        // gRPC knows no date.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(connection), answer)
        .await;
    if let Err(error) = served {
        log_debug!(%error, "a connection has ended");
    }
}

/// Answers one call.
async fn answer<P: Provider>(
    services: Arc<Services<P>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let grpc = Grpc::new(AnyCodec);
    let mut grpc = grpc.max_decoding_message_size(LARGEST_MESSAGE).max_encoding_message_size(LARGEST_MESSAGE);
    Ok(match Method::of(request.uri().path()) {
        Some(Method::Once(method)) => grpc.unary(Call { services, method }, request).await,
        Some(Method::OneByOne(method)) => grpc.server_streaming(Call { services, method }, request).await,
        // Core says in words of its own what that means.
        None => Status::unimplemented("").into_http(),
    })
}
