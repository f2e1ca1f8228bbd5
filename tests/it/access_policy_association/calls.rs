//! How many calls each kind of change takes.

use serde_json::json;

use super::{EDIT, ENTRY, TYPE, VIEW, association, in_namespaces, put_entry, world};
use crate::support::core::Action;
use crate::support::eks::{CLUSTER, World, role};

const LIST: &str = "ListAssociatedAccessPolicies viewer";
const READ: [&str; 2] = [LIST, "DescribeAccessEntry viewer"];

#[tokio::test]
async fn create() {
    let world = world().await;
    let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    // Whether it is there already.
    assert_eq!(world.calls(), [LIST]);
    world.apply(plan).await.unwrap();
    assert_eq!(world.calls(), [LIST, "AssociateAccessPolicy viewer", "DescribeAccessEntry viewer"]);
}

/// One look at a principal answers for all of its policies that are new, in the plan as in the apply.
#[tokio::test]
async fn create_of_several() {
    let world = world().await;
    let mut plans = Vec::new();
    for policy in [VIEW, EDIT, "AmazonEKSAdminPolicy"] {
        plans.push(world.plan(TYPE, policy, association("viewer", policy)).await.unwrap());
    }
    assert_eq!(world.calls(), [LIST]);
    for plan in plans {
        world.apply(plan).await.unwrap();
    }
    let associate = "AssociateAccessPolicy viewer";
    assert_eq!(world.calls(), [LIST, associate, "DescribeAccessEntry viewer", associate, associate]);
}

#[tokio::test]
async fn no_change() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    assert_eq!(plan.action, Action::NoOp);
    assert_eq!(world.calls(), READ);
}

#[tokio::test]
async fn another_scope() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", in_namespaces("viewer", VIEW, &["a"])).await.unwrap();
    assert_eq!(world.calls(), READ);
    world.apply(plan).await.unwrap();
    assert_eq!(world.calls(), ["AssociateAccessPolicy viewer"]);
}

#[tokio::test]
async fn another_policy() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.calls();
    let plan = world.plan(TYPE, "x", association("viewer", EDIT)).await.unwrap();
    assert_eq!(world.calls(), READ);
    world.apply(plan).await.unwrap();
    // What Terraform plans then is to the provider as new as any.
    let expected =
        ["DisassociateAccessPolicy viewer", LIST, "AssociateAccessPolicy viewer", "DescribeAccessEntry viewer"];
    assert_eq!(world.calls(), expected);
}

#[tokio::test]
async fn destroy() {
    let world = world().await;
    world.converge(TYPE, "x", association("viewer", VIEW)).await.unwrap();
    world.calls();
    let plan = world.plan_destroy(TYPE, "x").await.unwrap();
    assert_eq!(world.calls(), READ);
    world.apply(plan).await.unwrap();
    assert_eq!(world.calls(), ["DisassociateAccessPolicy viewer"]);
}

#[tokio::test]
async fn all_policies_of_a_principal_are_listed_once() {
    let world = world().await;
    put_entry(&world, "editor", &[]);
    let all =
        [("a", "viewer", VIEW), ("b", "viewer", EDIT), ("c", "viewer", "AmazonEKSAdminPolicy"), ("d", "editor", VIEW)];
    for (address, name, policy) in all {
        world.converge(TYPE, address, association(name, policy)).await.unwrap();
    }
    world.new_walk().await.unwrap();
    world.calls();
    for (address, name, policy) in all {
        assert_eq!(world.plan(TYPE, address, association(name, policy)).await.unwrap().action, Action::NoOp);
    }
    let editor = READ.map(|call| call.replace("viewer", "editor"));
    assert_eq!(world.calls(), [READ.map(str::to_owned), editor].concat());
}

/// EKS answers the creation of an entry with all there is to know of it.
#[tokio::test]
async fn create_with_the_entry() {
    let world = World::start().await;
    let entry = json!({ "cluster_name": CLUSTER, "principal_arn": role("viewer") });
    let entry = world.plan(ENTRY, "entry", entry).await.unwrap();
    let view = world.plan(TYPE, "view", association("viewer", VIEW)).await.unwrap();
    let edit = world.plan(TYPE, "edit", association("viewer", EDIT)).await.unwrap();
    assert_eq!(world.calls(), ["ListAccessEntries"]);
    for plan in [entry, view, edit] {
        world.apply(plan).await.unwrap();
    }
    let associate = "AssociateAccessPolicy viewer";
    assert_eq!(world.calls(), ["ListAccessEntries", "CreateAccessEntry viewer", associate, associate]);
    let arn = world.state(TYPE, "view").unwrap()["access_entry_arn"].clone();
    assert_eq!(arn, world.entry(&role("viewer")).unwrap()["accessEntryArn"]);
}
