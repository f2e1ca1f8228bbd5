//! The log has a line for every request to AWS, and no secret in it.

use eks_emulator::{Call, Fault, FaultKind};
use serde_json::{Value as Json, json};
use tracing::level_filters::LevelFilter;

use crate::support::eks::{CLUSTER, World, role};
use crate::support::log;

const SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";

/// Plans, makes and reads an entry, with a request that is tried again and one that is refused.
async fn work(world: &World) {
    let entry = json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer") });
    for operation in ["CreateAccessEntry", "GetCallerIdentity"] {
        world.emulator.add_fault(Fault::new(operation, FaultKind::Throttle));
    }
    world.converge("eks_access_entry", "x", entry).await.unwrap();
    world.refresh("eks_access_entry", "x").await.unwrap();
    let missing = json!({ "cluster_name": "nowhere" });
    world.data("eks_authentication_mode", missing).await.unwrap_err();
}

async fn world() -> World {
    let provider = json!({ "secret_key": SECRET, "allowed_account_ids": ["111122223333"] });
    World::start_with("API", provider).await
}

/// What the emulator knows of a call, and the log tells.
fn told(call: &Call) -> Json {
    json!({ "operation": call.operation, "cluster": call.cluster, "status": call.status, "code": call.error })
}

fn said(line: &Json) -> Json {
    let status = line["status"].clone();
    json!({ "operation": line["operation"], "cluster": line["cluster"], "status": status, "code": line["code"] })
}

#[tokio::test]
async fn a_line_for_every_request() {
    let world = world().await;
    let lines = log::lines(LevelFilter::DEBUG, work(&world)).await;
    let lines: Vec<_> = lines.into_iter().filter(|line| line["@message"] == "AWS has answered").collect();
    let calls = world.emulator.calls();
    for service in ["eks", "sts"] {
        assert!(calls.iter().any(|call| call.service == service && call.error.is_some()), "{service}");
    }
    assert!(calls.iter().any(|call| call.error.as_deref() == Some("ResourceNotFoundException")));
    assert_eq!(lines.iter().map(said).collect::<Vec<_>>(), calls.iter().map(told).collect::<Vec<_>>());
    for line in &lines {
        assert_eq!(line["@level"], "debug");
        assert!(line["request_id"].is_string() && line["took_ms"].is_u64(), "{line}");
    }
}

#[tokio::test]
async fn no_line_tells_a_secret() {
    let world = world().await;
    let lines = log::lines(LevelFilter::TRACE, work(&world)).await;
    assert!(lines.len() > 5);
    for line in lines {
        let line = line.to_string();
        assert!(!line.contains(SECRET) && !line.to_lowercase().contains("signature="), "{line}");
    }
}

#[tokio::test]
async fn a_request_without_an_answer() {
    let provider = json!({ "endpoints": { "eks": "http://127.0.0.1:1" }, "max_retries": 0 });
    let world = World::start_with("API", provider).await;
    let lines = log::lines(LevelFilter::DEBUG, async {
        super::ask(&world).await.unwrap_err();
    })
    .await;
    let line = lines.iter().find(|line| line["@message"] == "AWS has not answered").unwrap();
    assert_eq!((&line["operation"], &line["cluster"]), (&json!("DescribeCluster"), &json!(CLUSTER)));
}

#[tokio::test]
async fn nothing_above_debug() {
    let world = world().await;
    let lines = log::lines(LevelFilter::INFO, work(&world)).await;
    assert!(lines.iter().all(|line| line["took_ms"].is_null()), "{lines:?}");
}
