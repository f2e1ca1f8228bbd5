//! The `provider` block: what its arguments do to what reaches AWS.

mod accounts;
mod chain;
mod clock;
mod credentials;
mod lockout;
mod log;
mod network;
mod partitions;
mod retries;
mod tags;
mod unknown;

use std::io::Write;

use serde_json::{Value as Json, json};
use tempfile::NamedTempFile;

use crate::support::core::Failure;
use crate::support::eks::{CLUSTER, World};

/// Something that takes one call to EKS.
async fn ask(world: &World) -> Result<(), Failure> {
    world.data("eks_authentication_mode", json!({ "cluster_name": CLUSTER })).await.map(drop)
}

/// The error of [`ask`]: summary and detail.
async fn refused(world: &World) -> String {
    let failure = ask(world).await.unwrap_err();
    let error = failure.only();
    format!("{}: {}", error.summary, error.detail)
}

/// The operations that were called, in order.
fn operations(world: &World) -> Vec<String> {
    world.emulator.calls().into_iter().map(|call| call.operation).collect()
}

/// Takes the keys out of the block, so that credentials have to come from elsewhere.
fn without_keys(mut block: Json) -> Json {
    block["access_key"] = Json::Null;
    block["secret_key"] = Json::Null;
    block
}

fn file(contents: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(contents.as_bytes()).unwrap();
    file
}
