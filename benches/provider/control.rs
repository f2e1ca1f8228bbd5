//! The emulator's control API: its settings, and the log of calls.

use eks_emulator::Call;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::Result;

/// Changes settings.
pub(crate) async fn set(url: &str, settings: Value) -> Result<()> {
    send("PATCH", url, "settings", settings.to_string()).await.map(drop)
}

/// The calls since the last time, in the order of their arrival.
pub(crate) async fn take_calls(url: &str) -> Result<Vec<Call>> {
    let calls = serde_json::from_slice(&send("GET", url, "calls", String::new()).await?)?;
    send("DELETE", url, "calls", String::new()).await?;
    Ok(calls)
}

async fn send(method: &str, url: &str, of: &str, body: String) -> Result<Vec<u8>> {
    let request = http::Request::builder().method(method).uri(format!("{url}/_emulator/{of}"));
    let answer = Client::builder(TokioExecutor::new())
        .build_http::<Full<tonic::codegen::Bytes>>()
        .request(request.body(body.into())?)
        .await?;
    let (succeeded, body) = (answer.status().is_success(), answer.into_body().collect().await?.to_bytes());
    if succeeded { Ok(body.into()) } else { Err(String::from_utf8_lossy(&body).into()) }
}
