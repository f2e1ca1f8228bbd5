//! The emulator's control API.

use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// What a `GET` answers.
pub(crate) async fn get(url: &str, path: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<&[u8]>>();
    let answer = client.get(format!("{url}{path}").parse()?).await?;
    Ok(serde_json::from_slice(&answer.into_body().collect().await?.to_bytes())?)
}
