//! `eks_access_entry`.

mod lifecycle;

use serde_json::{Value as Json, json};

use crate::support::eks::CLUSTER;

const TYPE: &str = "eks_access_entry";

/// An entry of type STANDARD for a principal, with more arguments.
fn entry(principal: &str, more: Json) -> Json {
    let mut config = json!({ "cluster_name": CLUSTER, "principal_arn": principal });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}
