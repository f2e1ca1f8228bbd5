use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{OLD, count, counts, fail, find, world};
use crate::support::eks::CLUSTER;

const TYPE: &str = "eks_authentication_mode";

#[tokio::test]
async fn no_such_cluster() {
    let world = world(json!({})).await;
    for (cluster, region) in [("nowhere", "us-east-1"), (CLUSTER, "eu-west-1")] {
        let error = fail(&world, TYPE, json!({ "cluster_name": cluster, "region": region })).await;
        assert_eq!((error.summary.as_str(), error.path.as_str()), ("No such cluster", "cluster_name"));
        assert!(error.detail.contains(cluster) && error.detail.contains(region), "{error:?}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_cluster_and_the_action() {
    let world = world(json!({})).await;
    world.emulator.add_fault(Fault::new("DescribeCluster", FaultKind::AccessDenied));
    let error = fail(&world, TYPE, json!({ "cluster_name": CLUSTER })).await;
    assert!(error.detail.contains("cluster dev") && error.detail.contains("eks:DescribeCluster"), "{error:?}");
}

#[tokio::test]
async fn basic() {
    let world = world(json!({})).await;
    for (cluster, mode) in [(CLUSTER, "API"), (OLD, "CONFIG_MAP")] {
        let found = find(&world, TYPE, json!({ "cluster_name": cluster })).await;
        let wanted =
            json!({ "cluster_name": cluster, "region": "us-east-1", "authentication_mode": mode, "id": cluster });
        assert_eq!(found, wanted);
    }
    assert_eq!(count(&world), counts([("DescribeCluster", 2)]));
}
