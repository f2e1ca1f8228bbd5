//! `moved` from the types of other providers.
//!
//! The states in this folder were written after the schemas of those providers, in the form in which Terraform stores them:
//! no run of one of them has been recorded. hashicorp/aws has had one version of both schemas, 0, since 5.33; what differs
//! between its releases are attributes that came later (`region` in 6.0), and whether there is a `timeouts` block.

use eks_emulator::Emulator;
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
    let knows_region = attributes.get("region").is_some() || attributes.get("access_entry_arn").is_some();
    assert_eq!(world.identity(to, "x").is_some(), knows_region);
    world.calls();
    let plan = world.plan(to, "x", config).await.unwrap();
    assert_eq!(plan.action, Action::NoOp, "{:#?}\n{:#?}", plan.prior, plan.planned);
}

async fn with_viewer() -> World {
    let world = World::start().await;
    put_viewer(&world.emulator);
    world
}

/// The entry that the recorded states are about, as EKS has it.
pub(crate) fn put_viewer(emulator: &Emulator) {
    let viewer = json!({
        "principalArn": role("team/viewer"),
        "kubernetesGroups": ["viewers"],
        "tags": { "team": "blue" },
        "accessPolicies": [{
            "policyArn": policy("AmazonEKSViewPolicy"),
            "accessScope": { "type": "namespace", "namespaces": ["a", "dev-*"] },
        }],
    });
    emulator.put_entry(CLUSTER, viewer).unwrap();
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

/// Every release of hashicorp/aws, and what a configuration may add to an object there.
#[tokio::test]
async fn whatever_an_entry_of_aws_has() {
    let (v5, v6) = (include_str!("aws_eks_access_entry_v5_33.json"), include_str!("aws_eks_access_entry_v6.json"));
    for recorded in [v5, v6] {
        for (more, config) in [
            (json!({ "timeouts": { "create": "20m", "delete": null } }), json!({ "timeouts": { "create": "20m" } })),
            (json!({ "timeouts": { "create": null, "delete": null } }), json!({})),
            (json!({ "tags": null, "tags_all": {} }), json!({ "tags": {} })),
            (json!({ "kubernetes_groups": null }), json!({ "kubernetes_groups": [] })),
            (json!({ "user_name": "jane" }), json!({ "user_name": "jane" })),
        ] {
            let world = World::start().await;
            let mut state: Json = serde_json::from_str(recorded).unwrap();
            state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let entry = json!({
                "principalArn": role("team/viewer"),
                "kubernetesGroups": state["kubernetes_groups"].as_array().cloned().unwrap_or_default(),
                "username": state["user_name"],
                "tags": state["tags"].as_object().cloned().unwrap_or_default(),
            });
            world.emulator.put_entry(CLUSTER, entry).unwrap();
            let mut viewer = viewer();
            viewer.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
            let from = (AWS, "aws_eks_access_entry", 0);
            moves_without_a_change(&world, from, &state.to_string(), ENTRY, viewer).await;
        }
    }
}

#[tokio::test]
async fn an_entry_with_tags_of_the_provider() {
    let world = World::start_with("API", json!({ "default_tags": { "tags": { "env": "dev" } } })).await;
    let tags = json!({ "team": "blue", "env": "dev" });
    let entry = json!({ "principalArn": role("team/viewer"), "kubernetesGroups": ["viewers"], "tags": tags });
    world.emulator.put_entry(CLUSTER, entry).unwrap();
    let mut state: Json = serde_json::from_str(include_str!("aws_eks_access_entry_v6.json")).unwrap();
    state["tags_all"] = tags;
    moves_without_a_change(&world, (AWS, "aws_eks_access_entry", 0), &state.to_string(), ENTRY, viewer()).await;
}

#[tokio::test]
async fn every_type_of_node_of_aws() {
    for node in ["EC2_LINUX", "EC2_WINDOWS", "EC2", "FARGATE_LINUX", "HYBRID_LINUX"] {
        for with_region in [true, false] {
            let world = World::start().await;
            world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("node"), "type": node })).unwrap();
            let mut state: Json = serde_json::from_str(include_str!("aws_eks_access_entry_node.json")).unwrap();
            state["type"] = node.into();
            state["user_name"] = world.entry(&role("node")).unwrap()["username"].clone();
            if !with_region {
                state.as_object_mut().unwrap().remove("region");
            }
            let config = json!({ "cluster_name": CLUSTER, "principal_arn": role("node"), "type": node });
            moves_without_a_change(&world, (AWS, "aws_eks_access_entry", 0), &state.to_string(), ENTRY, config).await;
        }
    }
}

#[tokio::test]
async fn an_entry_in_another_region() {
    let world = World::start().await;
    world.emulator.put_cluster_in("eu-west-1", CLUSTER, "API");
    let mut state: Json = serde_json::from_str(include_str!("aws_eks_access_entry_v6.json")).unwrap();
    let arn = state["access_entry_arn"].as_str().unwrap().replace("us-east-1", "eu-west-1");
    state["access_entry_arn"] = arn.into();
    state["region"] = "eu-west-1".into();
    move_here(&world, (AWS, "aws_eks_access_entry", 0), &state, ENTRY).await.unwrap();
    assert_eq!(world.state(ENTRY, "x").unwrap()["region"], "eu-west-1");
}

#[tokio::test]
async fn an_association_of_aws_from_before_regions() {
    let config = json!({
        "cluster_name": CLUSTER,
        "principal_arn": role("team/viewer"),
        "policy_arn": policy("AmazonEKSViewPolicy"),
        "access_scope": { "type": "namespace", "namespaces": ["dev-*", "a"] },
    });
    let from = ("registry.opentofu.example/hashicorp/aws", "aws_eks_access_policy_association", 0);
    let recorded = include_str!("aws_eks_access_policy_association_v5_33.json");
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
