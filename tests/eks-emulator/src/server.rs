//! Connections: from a listening socket to whole requests, and back.

use std::fmt;
use std::future::Future;
use std::net::TcpListener;
use std::time::Duration;

use http_body_util::Full;
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::request::Request;

/// No reply: the connection is to be closed.
#[derive(Debug)]
pub(crate) struct NoReply;

impl fmt::Display for NoReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no reply")
    }
}

impl std::error::Error for NoReply {}

/// Serves plain HTTP until it is dropped, and tells of each connection. The socket must be non-blocking.
pub(crate) async fn accept<A, F>(socket: TcpListener, opened: impl Fn(), answer: A)
where
    A: Fn(Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<Full<Bytes>>, NoReply>> + Send + 'static,
{
    each_connection(socket, |stream| {
        opened();
        let answer = answer.clone();
        async move { serve(stream, answer).await }
    })
    .await;
}

/// Serves HTTPS until it is dropped. The socket must be non-blocking.
pub(crate) async fn accept_tls<A, F>(socket: TcpListener, tls: TlsAcceptor, answer: A)
where
    A: Fn(Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<Full<Bytes>>, NoReply>> + Send + 'static,
{
    each_connection(socket, |stream| {
        let (tls, answer) = (tls.clone(), answer.clone());
        async move {
            // A client that does not trust the certificate hangs up here; that is its affair.
            if let Ok(stream) = tls.accept(stream).await {
                serve(stream, answer).await;
            }
        }
    })
    .await;
}

const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(10);

async fn each_connection<F>(socket: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Ok(listener) = tokio::net::TcpListener::from_std(socket) else { return };
    let mut connections = tokio::task::JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(serve(stream))),
            // About one connection that went before it was accepted, or there are too many open: that passes.
            Err(_) => tokio::time::sleep(PAUSE_AFTER_ERROR).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Answers the requests of one connection, one after the other. Its errors are the client's: it went away.
async fn serve<A, F>(stream: impl AsyncRead + AsyncWrite + Unpin, answer: A)
where
    A: Fn(Request) -> F,
    F: Future<Output = Result<Response<Full<Bytes>>, NoReply>>,
{
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let answer = &answer;
        async move {
            let request = Request::read(request).await.map_err(|_| NoReply)?;
            // An error of the service makes hyper close the connection without a word, as the faults want it.
            answer(request).await
        }
    });
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}
