//! How many calls each kind of change takes, refresh and second plan included.

use super::{TYPE, set, world};

#[tokio::test]
async fn create() {
    let world = world(&["a"]).await;
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    assert_eq!(world.calls(), ["ListAccessEntries"]);
    world.apply(plan).await.unwrap();
    assert_eq!(world.calls(), ["ListAccessEntries", "DescribeCluster"]);
}

#[tokio::test]
async fn removals() {
    let world = world(&["a", "b", "c"]).await;
    world.converge(TYPE, "x", set(&["a", "b", "c"])).await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", set(&["a"])).await.unwrap();
    // The last one is the lockout guard's.
    let held = ["DescribeAccessEntry b", "DescribeAccessEntry c", "GetCallerIdentity", "ListAccessEntries"];
    assert_eq!(world.calls(), [["ListAccessEntries"].as_slice(), &held].concat());
    world.apply(plan).await.unwrap();
    assert_eq!(world.calls(), [held.as_slice(), &["DeleteAccessEntry b", "DeleteAccessEntry c"]].concat());
}

#[tokio::test]
async fn a_wider_set() {
    let world = world(&["a"]).await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", set(&["a", "b"])).await.unwrap();
    assert_eq!(world.calls(), ["ListAccessEntries"]);
    world.apply(plan).await.unwrap();
    assert_eq!(world.calls(), [""; 0]);
}

#[tokio::test]
async fn destroy() {
    let world = world(&["a"]).await;
    world.converge(TYPE, "x", set(&["a"])).await.unwrap();
    world.calls();
    world.destroy(TYPE, "x").await.unwrap();
    assert_eq!(world.calls(), ["ListAccessEntries"]);
}
