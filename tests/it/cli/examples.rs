//! Every example that the documentation shows is applied as it stands, found again by each kind of import, and destroyed.
//!
//! What the examples take for granted is one cluster with an administrator and an aws-auth, in [`prepare`].

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::Provider;
use terraform_provider_eks::framework::docs::Kind;

use super::Workspace;
use crate::support::eks::{World, policy, role};
use crate::support::events::Events;
use crate::support::features::Feature;

/// The cluster that every example speaks of.
const MY_CLUSTER: &str = "my-cluster";
const NOTHING: [&str; 0] = [];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn read(path: &str) -> String {
    fs::read_to_string(folder().join(path)).unwrap_or_else(|error| panic!("examples/{path}: {error}"))
}

fn administrator() -> Json {
    let policies =
        json!([{ "policyArn": policy("AmazonEKSClusterAdminPolicy"), "accessScope": { "type": "cluster" } }]);
    json!({ "principalArn": role("admin"), "accessPolicies": policies })
}

/// The provider's example and another one, ready to be applied.
fn prepare(workspace: &Workspace, example: &str) {
    workspace.emulator.put_cluster(MY_CLUSTER, "API_AND_CONFIG_MAP");
    workspace.emulator.put_entry(MY_CLUSTER, administrator()).unwrap();
    let row = format!("- {{rolearn: '{}', username: deploy, groups: [deployers]}}\n", role("deploy"));
    workspace.emulator.set_aws_auth(MY_CLUSTER, Some([("mapRoles".to_owned(), row)].into())).unwrap();
    workspace.write("provider.tf", &read("provider/provider.tf"));
    workspace.write("example.tf", &read(example));
}

/// Applies an example; afterwards there is nothing left to do.
fn apply(workspace: &Workspace, kind: Kind, name: &str) {
    prepare(workspace, &format!("{}/{name}/{}", kind.folder(), kind.example()));
    workspace.apply();
    assert_eq!(workspace.plan(), NOTHING, "{name}");
}

#[tokio::test]
async fn of_resources_are_applied_imported_and_destroyed() {
    for name in Eks::RESOURCES.iter().map(|it| it.name()) {
        let workspace = Workspace::empty("API").await;
        apply(&workspace, Kind::Resource, name);

        let command = read(&format!("resources/{name}/import.sh"));
        let command = command.lines().find_map(|line| line.strip_prefix("terraform import ")).unwrap();
        let (address, id) = command.split_once(' ').unwrap();
        workspace.run(&["state", "rm", address]);
        workspace.run(&["import", address, id.trim_matches('\'')]);
        workspace.apply();
        assert_eq!(workspace.plan(), NOTHING, "{name}, imported on the command line");

        workspace.run(&["state", "rm", address]);
        workspace.write("import.tf", &read(&format!("resources/{name}/import-by-string-id.tf")));
        let planned = Events::parse(&workspace.run(&["plan", "-json"]).stdout);
        let summary: Vec<_> = planned.messages(&["change_summary"]).collect();
        assert!(summary[0].starts_with("Plan: 1 to import, 0 to add,"), "{name}: {summary:?}");
        workspace.apply();
        assert_eq!(workspace.plan(), NOTHING, "{name}, imported by a block");

        workspace.run(&["destroy", "-auto-approve"]);
        assert_eq!(workspace.run(&["state", "list"]).stdout, "", "{name}");
    }
}

/// By the small Core, because not every Terraform knows this kind of import. What is found is what the id leads to.
#[tokio::test]
async fn of_imports_by_identity_find_what_those_by_id_find() {
    let world = World::start().await;
    world.emulator.put_cluster(MY_CLUSTER, "API");
    for name in ["on-call", "viewer"] {
        let policies = json!([{ "policyArn": policy("AmazonEKSViewPolicy"), "accessScope": { "type": "cluster" } }]);
        let entry = json!({ "principalArn": role(name), "accessPolicies": policies });
        world.emulator.put_entry(MY_CLUSTER, entry).unwrap();
    }
    for name in Eks::RESOURCES.iter().map(|it| it.name()) {
        let identity = identity(&read(&format!("resources/{name}/import-by-identity.tf")));
        let by_identity = world.import_identity(name, "by_identity", &identity).await.unwrap();
        let id = read(&format!("resources/{name}/import-by-string-id.tf"));
        let id = id.split_once("id = \"").unwrap().1.split_once('"').unwrap().0;
        let by_id = world.import(name, "by_id", id).await.unwrap();
        assert_eq!(by_identity.state, by_id.state, "{name}");
    }
}

/// The `identity` of an `import` block.
fn identity(block: &str) -> Json {
    let inside = block.split_once("identity = {").unwrap().1.split_once('}').unwrap().0;
    let line = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().trim_matches('"').into()))
    };
    inside.lines().filter_map(line).collect::<Map<_, _>>().into()
}

#[tokio::test]
async fn of_data_sources_are_applied() {
    for name in Eks::DATA_SOURCES.iter().map(|it| it.name()) {
        apply(&Workspace::empty("API").await, Kind::DataSource, name);
    }
}

#[tokio::test]
async fn of_ephemeral_resources_are_applied() {
    for name in Eks::EPHEMERALS.iter().map(|it| it.name()) {
        let Some(workspace) = Workspace::empty_for(Feature::Ephemeral, "API").await else { return };
        apply(&workspace, Kind::Ephemeral, name);
    }
}

#[tokio::test]
async fn of_functions_are_applied() {
    for name in Eks::FUNCTIONS.iter().map(|it| it.name()) {
        let Some(workspace) = Workspace::empty_for(Feature::Functions, "API").await else { return };
        apply(&workspace, Kind::Function, name);
        assert_ne!(workspace.run(&["output", "-json"]).stdout.trim(), "{}", "{name}");
    }
}

/// Every file that the documentation shows is formatted as the CLI does it.
#[tokio::test]
async fn are_formatted() {
    // Before there were functions, `fmt` could not read them.
    let Some(workspace) = Workspace::empty_for(Feature::Functions, "API").await else { return };
    let examples = folder();
    workspace.run(&["fmt", "-check", "-recursive", "-diff", examples.to_str().unwrap()]);
}
