//! Requests as they go over the wire, for what the SDKs would refuse to send or would hide.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The header `x-amzn-ErrorType` up to its colon.
    pub(crate) error: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }
}

/// Sends one request on a connection of its own; an error is a connection that closed without a reply.
pub(crate) async fn send(url: &str, method: Method, path: &str, body: &str) -> Result<Reply, hyper::Error> {
    let host = url.strip_prefix("http://").unwrap();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", host)
        .body(Full::new(Bytes::from(body.to_owned())))
        .unwrap();
    send_over(TcpStream::connect(host).await.unwrap(), request).await
}

pub(crate) async fn send_over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Reply, hyper::Error> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await;
    let reply = match response {
        Ok(response) => {
            let status = response.status().as_u16();
            let error = response.headers().get("x-amzn-errortype").map_or("", |name| name.to_str().unwrap());
            let error = error.split(':').next().unwrap().to_owned();
            let body = response.into_body().collect().await?.to_bytes();
            Ok(Reply { status, error, body: String::from_utf8(body.to_vec()).unwrap() })
        }
        Err(error) => Err(error),
    };
    connection.abort();
    reply
}

/// An ARN, or whatever else, as the one path segment that AWS clients make of it.
pub(crate) fn label(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
