use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::emulator;
use crate::support::provider::{Provider, count};

const TYPE: &str = "eks_authentication_mode";

#[tokio::test]
async fn no_such_cluster() {
    let emulator = emulator().await;
    let provider = Provider::of(&emulator, json!({})).await;
    for region in ["us-east-1", "eu-west-1"] {
        let name = if region == "us-east-1" { "nowhere" } else { "dev" };
        let error = provider.fail(TYPE, json!({ "cluster_name": name, "region": region })).await;
        assert_eq!((error.summary.as_str(), error.path.to_string().as_str()), ("No such cluster", "cluster_name"));
        assert!(error.detail.contains(name) && error.detail.contains(region), "{error:?}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_cluster_and_the_action() {
    let emulator = emulator().await;
    emulator.add_fault(Fault::new("DescribeCluster", FaultKind::AccessDenied));
    let provider = Provider::of(&emulator, json!({})).await;
    let error = provider.fail(TYPE, json!({ "cluster_name": "dev" })).await;
    assert!(error.detail.contains("cluster dev") && error.detail.contains("eks:DescribeCluster"), "{error:?}");
}

#[tokio::test]
async fn basic() {
    let emulator = emulator().await;
    let provider = Provider::of(&emulator, json!({})).await;
    for (cluster, mode) in [("dev", "API"), ("old", "CONFIG_MAP")] {
        let found = provider.find(TYPE, json!({ "cluster_name": cluster })).await;
        let wanted =
            json!({ "cluster_name": cluster, "region": "us-east-1", "authentication_mode": mode, "id": cluster });
        assert_eq!(found, wanted);
    }
    assert_eq!(count(&emulator.calls()), [("DescribeCluster", 2)]);
}
