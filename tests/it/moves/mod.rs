//! `moved` from the types of other providers. The states in this folder have the attributes that the schemas of those
//! providers have, in the form in which Terraform stores them.

use serde_json::{Value as Json, json};

use crate::support::core::{Action, Failure, MoveFrom};
use crate::support::eks::{CLUSTER, World, policy, role};

const ENTRY: &str = "eks_access_entry";
const ASSOCIATION: &str = "eks_access_policy_association";

async fn move_here(world: &World, from: (&str, &str, i64), attributes: &Json, to: &str) -> Result<(), Failure> {
    let (provider, type_name, schema_version) = from;
    let from = MoveFrom { provider, type_name, schema_version, attributes, identity: None };
    world.move_here(from, to, "x").await.map(drop)
}

/// Moves the recorded state, and wants nothing planned for `config`.
async fn moves_without_a_change(world: &World, from: (&str, &str, i64), recorded: &str, to: &str, config: Json) {
    let attributes: Json = serde_json::from_str(recorded).unwrap();
    move_here(world, from, &attributes, to).await.unwrap();
    world.calls();
    let plan = world.plan(to, "x", config).await.unwrap();
    assert_eq!(plan.action, Action::NoOp, "{:#?}\n{:#?}", plan.prior, plan.planned);
}

async fn with_viewer() -> World {
    let world = World::start().await;
    world
        .emulator
        .put_entry(
            CLUSTER,
            json!({
                "principalArn": role("team/viewer"),
                "kubernetesGroups": ["viewers"],
                "tags": { "team": "blue" },
                "accessPolicies": [{
                    "policyArn": policy("AmazonEKSViewPolicy"),
                    "accessScope": { "type": "namespace", "namespaces": ["a", "dev-*"] },
                }],
            }),
        )
        .unwrap();
    world
}

fn viewer() -> Json {
    json!({
        "cluster_name": CLUSTER,
        "principal_arn": role("team/viewer"),
        "kubernetes_groups": ["viewers"],
        "tags": { "team": "blue" },
    })
}

const AWS: &str = "one.example/hashicorp/aws";

#[tokio::test]
async fn what_is_not_known_is_refused_with_what_is() {
    let world = World::start().await;
    for from in [
        (AWS, "aws_eks_cluster", 0),
        (AWS, "aws_eks_access_entry", 7),
        ("one.example/x/aws", "aws_eks_access_entry", 0),
    ] {
        let failure = move_here(&world, from, &json!({}), ENTRY).await.unwrap_err();
        assert!(failure.only().detail.contains("aws_eks_access_entry"), "{failure:?}");
    }
}

#[tokio::test]
async fn what_would_be_lost_is_an_error() {
    let world = World::start().await;
    let mut state: Json = serde_json::from_str(include_str!("aws_eks_access_entry_v6.json")).unwrap();
    state["something_new"] = json!("precious");
    let failure = move_here(&world, (AWS, "aws_eks_access_entry", 0), &state, ENTRY).await.unwrap_err();
    assert!(failure.only().detail.contains("something_new"), "{failure:?}");
}

#[tokio::test]
async fn an_entry_of_aws() {
    let from = (AWS, "aws_eks_access_entry", 0);
    for recorded in [include_str!("aws_eks_access_entry_v5_33.json"), include_str!("aws_eks_access_entry_v6.json")] {
        moves_without_a_change(&with_viewer().await, from, recorded, ENTRY, viewer()).await;
    }
}

#[tokio::test]
async fn an_entry_of_aws_from_whatever_host() {
    let from = ("another.example/hashicorp/aws", "aws_eks_access_entry", 0);
    let recorded = include_str!("aws_eks_access_entry_v6.json");
    moves_without_a_change(&with_viewer().await, from, recorded, ENTRY, viewer()).await;
}

#[tokio::test]
async fn a_node_of_aws() {
    let world = World::start().await;
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("node"), "type": "EC2_LINUX" })).unwrap();
    let config = json!({ "cluster_name": CLUSTER, "principal_arn": role("node"), "type": "EC2_LINUX" });
    let recorded = include_str!("aws_eks_access_entry_node.json");
    moves_without_a_change(&world, (AWS, "aws_eks_access_entry", 0), recorded, ENTRY, config).await;
}

#[tokio::test]
async fn an_association_of_aws() {
    let config = json!({
        "cluster_name": CLUSTER,
        "principal_arn": role("team/viewer"),
        "policy_arn": policy("AmazonEKSViewPolicy"),
        "access_scope": { "type": "namespace", "namespaces": ["dev-*", "a"] },
    });
    let from = (AWS, "aws_eks_access_policy_association", 0);
    let recorded = include_str!("aws_eks_access_policy_association_v6.json");
    moves_without_a_change(&with_viewer().await, from, recorded, ASSOCIATION, config).await;
}

#[tokio::test]
async fn an_entry_of_awscc() {
    let mut config = viewer();
    config["access_policies"] = json!({
        policy("AmazonEKSViewPolicy"): { "access_scope": { "type": "namespace", "namespaces": ["a", "dev-*"] } },
    });
    let from = ("one.example/hashicorp/awscc", "awscc_eks_access_entry", 1);
    let recorded = include_str!("awscc_eks_access_entry.json");
    moves_without_a_change(&with_viewer().await, from, recorded, ENTRY, config).await;
}
