use serde_json::json;

use super::{ask, operations, refused};
use crate::support::eks::{ACCOUNT, World};

#[tokio::test]
async fn a_wrong_account_is_refused_before_eks_is_reached() {
    for block in [json!({ "allowed_account_ids": ["999922223333"] }), json!({ "forbidden_account_ids": [ACCOUNT] })] {
        let world = World::start_with("API", block.clone()).await;
        let error = refused(&world).await;
        assert!(error.contains(ACCOUNT) && error.contains("_account_ids") && !error.contains("Connecting"), "{error}");
        assert_eq!(operations(&world), ["GetCallerIdentity"]);
    }
}

#[tokio::test]
async fn the_account_is_looked_up_once_and_only_if_it_matters() {
    for (block, calls) in [
        (json!({ "allowed_account_ids": [ACCOUNT] }), &["GetCallerIdentity", "DescribeCluster"][..]),
        (json!({ "forbidden_account_ids": ["999922223333"] }), &["GetCallerIdentity", "DescribeCluster"]),
        (json!({ "allowed_account_ids": [], "forbidden_account_ids": [] }), &["DescribeCluster"]),
    ] {
        let world = World::start_with("API", block).await;
        ask(&world).await.unwrap();
        ask(&world).await.unwrap();
        assert_eq!(operations(&world), calls);
    }
}
