//! Configuration generated for what is listed, as Terraform asks for it from 1.14 on: what has to be written and no more.

use serde_json::{Value as Json, json};
use terraform_provider_eks::aws::EntryType;
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::engine::Engine;
use terraform_provider_eks::value::Encoded;

use super::{ALL, find, identity, of_cluster};
use crate::support::core::{Action, ListedObject, as_json};
use crate::support::eks::{CLUSTER, World, policy, role};

/// Without what is null, which Terraform writes down as such.
async fn generated(type_name: &str, object: &ListedObject) -> Json {
    let engine = Engine::new(Eks);
    let ty = engine.resources().find(|(name, ..)| *name == type_name).unwrap().1.ty();
    let generated = engine.generate_config(type_name, Encoded::of(&object.resource, &ty).unwrap()).await;
    assert!(generated.diagnostics.is_empty(), "{:?}", generated.diagnostics);
    let config = as_json(&generated.config.decode(&ty).unwrap());
    config.as_object().unwrap().clone().into_iter().filter(|(_, value)| !value.is_null()).collect()
}

/// Lists what there is, and imports each with the configuration that is generated for it, which changes nothing.
async fn assert_generated(world: &World, type_name: &str, config: Json, wanted: &[Json]) {
    let found = find(world, type_name, config, true, ALL).await;
    assert_eq!(found.len(), wanted.len());
    for (object, wanted) in found.iter().zip(wanted) {
        let config = generated(type_name, object).await;
        assert_eq!(&config, &identity(wanted.clone()));
        world.import_identity(type_name, "x", &as_json(&object.identity)).await.unwrap();
        let plan = world.plan(type_name, "x", config).await.unwrap();
        assert_eq!((plan.action, plan.warnings), (Action::NoOp, vec![]), "{wanted}");
        world.forget(type_name, "x");
        world.new_walk().await.unwrap();
    }
    assert_eq!(world.changes(), [""; 0]);
}

#[tokio::test]
async fn access_entries() {
    let world = World::start_with("API", json!({ "default_tags": { "tags": { "env": "dev" } } })).await;
    let (bare, full, user) = (role("bare"), role("team/full"), "arn:aws:iam::111122223333:user/jane");
    let tags = json!({ "team": "a", "env": "dev", "aws:x": "y" });
    for entry in [
        json!({ "principalArn": bare, "tags": { "env": "dev" } }),
        json!({ "principalArn": full, "kubernetesGroups": ["b", "a"], "username": "x:{{SessionName}}", "tags": tags }),
        json!({ "principalArn": user, "tags": { "env": "dev" } }),
    ] {
        world.emulator.put_entry(CLUSTER, entry).unwrap();
    }
    let wanted = [
        json!({ "principal_arn": bare }),
        json!({
            "principal_arn": full,
            "kubernetes_groups": ["a", "b"],
            "user_name": "x:{{SessionName}}",
            "tags": { "team": "a" },
        }),
        json!({ "principal_arn": user }),
    ];
    assert_generated(&world, "eks_access_entry", of_cluster(json!({})), &wanted).await;
}

#[tokio::test]
async fn every_type_of_node() {
    let world = World::start().await;
    let mut wanted = Vec::new();
    for kind in EntryType::KNOWN.iter().filter(|kind| kind.owns_groups_and_user_name()) {
        let node = role(&format!("node-{kind}"));
        world.emulator.put_entry(CLUSTER, json!({ "principalArn": node, "type": kind.as_str() })).unwrap();
        wanted.push(json!({ "principal_arn": node, "type": kind.as_str() }));
    }
    wanted.sort_by_key(|wanted| wanted["principal_arn"].to_string());
    assert_generated(&world, "eks_access_entry", of_cluster(json!({ "include_nodes": true })), &wanted).await;
}

#[tokio::test]
async fn access_policy_associations() {
    let world = World::start().await;
    let (edit, view) = (policy("AmazonEKSEditPolicy"), policy("AmazonEKSViewPolicy"));
    let policies = json!([
        { "policyArn": edit, "accessScope": { "type": "cluster" } },
        { "policyArn": view, "accessScope": { "type": "namespace", "namespaces": ["b", "a"] } },
    ]);
    world.emulator.put_entry(CLUSTER, json!({ "principalArn": role("x"), "accessPolicies": policies })).unwrap();
    let wanted = [
        json!({
            "principal_arn": role("x"),
            "policy_arn": edit,
            "access_scope": { "type": "cluster", "namespaces": null },
        }),
        json!({
            "principal_arn": role("x"),
            "policy_arn": view,
            "access_scope": { "type": "namespace", "namespaces": ["a", "b"] },
        }),
    ];
    assert_generated(&world, "eks_access_policy_association", of_cluster(json!({})), &wanted).await;
}

#[tokio::test]
async fn authentication_modes() {
    let world = World::start().await;
    let wanted = [json!({ "authentication_mode": "API" })];
    assert_generated(&world, "eks_authentication_mode", json!({}), &wanted).await;
}
