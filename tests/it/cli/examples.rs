//! Every example that the documentation shows is applied as it stands, found again by each kind of import, and destroyed.
//!
//! What the examples take for granted is one cluster with an administrator and an aws-auth, in [`prepare`]; those of list
//! resources, which find what is there, are looked at with somebody to find, in [`populate`].

use std::collections::{BTreeMap, BTreeSet};
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
    // Terraform tells configuration and queries by the end of the name.
    let file = if example.ends_with(".tfquery.hcl") { "example.tfquery.hcl" } else { "example.tf" };
    workspace.write(file, &read(example));
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

/// Somebody for each list of the examples to find, and somebody not to find. Single sign-on has one administrator.
fn populate(workspace: &Workspace) {
    let within = |name: &str| json!([{ "policyArn": policy(name), "accessScope": { "type": "cluster" } }]);
    for (principal, policies) in [
        (role("viewer"), within("AmazonEKSViewPolicy")),
        (sso("Admins"), within("AmazonEKSClusterAdminPolicy")),
        (sso("Viewers"), within("AmazonEKSViewPolicy")),
    ] {
        let entry = json!({ "principalArn": principal, "accessPolicies": policies });
        workspace.emulator.put_entry(MY_CLUSTER, entry).unwrap();
    }
    workspace.emulator.put_entry(MY_CLUSTER, json!({ "principalArn": role("node"), "type": "EC2_LINUX" })).unwrap();
    workspace.emulator.put_cluster_in("eu-west-1", "dublin", "CONFIG_MAP");
}

fn sso(permission_set: &str) -> String {
    role(&format!("aws-reserved/sso.amazonaws.com/AWSReservedSSO_{permission_set}_0123456789abcdef"))
}

/// What each list of an example says that it finds.
fn promised(list_resource: &str) -> BTreeMap<String, BTreeSet<String>> {
    let admins = [role("admin"), sso("Admins")].map(|who| format!("AmazonEKSClusterAdminPolicy of {who}"));
    let viewer = format!("AmazonEKSViewPolicy of {}", role("viewer"));
    let viewers = [viewer.clone(), format!("AmazonEKSViewPolicy of {}", sso("Viewers"))];
    let everybody = [role("admin"), role("node"), role("viewer"), sso("Admins"), sso("Viewers")];
    let lists = match list_resource {
        "eks_access_entry" => vec![("all", BTreeSet::from(everybody)), ("sso_admins", [sso("Admins")].into())],
        "eks_access_policy_association" => {
            vec![("all", admins.into_iter().chain(viewers).collect()), ("viewer", [viewer].into())]
        }
        "eks_authentication_mode" => vec![("ireland", ["dublin".to_owned()].into())],
        _ => panic!("say what the example of the list resource {list_resource} finds"),
    };
    lists.into_iter().map(|(name, found)| (format!("list.{list_resource}.{name}"), found)).collect()
}

#[tokio::test]
async fn of_list_resources_find_what_they_say() {
    for name in Eks::LISTS.iter().map(|it| it.name()) {
        let Some(workspace) = Workspace::empty_for(Feature::Query, "API").await else { return };
        prepare(&workspace, &format!("{}/{name}/{}", Kind::List.folder(), Kind::List.example()));
        populate(&workspace);
        let run = workspace.run(&["query", "-json"]);
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for event in Events::parse(&run.stdout).of_type("list_resource_found") {
            let object = &event["list_resource_found"];
            let text = |key: &str| object[key].as_str().unwrap().to_owned();
            assert!(found.entry(text("address")).or_default().insert(text("display_name")), "listed twice: {run}");
        }
        assert_eq!(found, promised(name), "{run}");
    }
}

/// The two commands that the example names, with the list that it names them for.
#[tokio::test]
async fn of_list_resources_bring_what_they_find_under_management() {
    let Some(workspace) = Workspace::empty_for(Feature::Query, "API").await else { return };
    prepare(&workspace, "list-resources/eks_access_entry/list-resource.tfquery.hcl");
    populate(&workspace);
    let lists = read("list-resources/eks_access_entry/list-resource.tfquery.hcl");
    let (alone, _) = lists.split_once("\n\n# ").unwrap();
    assert!(alone.contains("With this list alone, two commands"), "{alone}");
    workspace.write("example.tfquery.hcl", alone);
    workspace.run(&["query", "-generate-config-out=generated.tf"]);
    let applied = Events::parse(&workspace.run(&["apply", "-auto-approve", "-json"]).stdout);
    // The provider's tags come on the entries.
    let imported = "Apply complete! Resources: 5 imported, 0 added, 5 changed, 0 destroyed.";
    assert_eq!(applied.messages(&["change_summary"]).last(), Some(imported));
    assert_eq!(workspace.plan(), NOTHING);
}

/// Every file that the documentation shows is formatted as the CLI does it.
#[tokio::test]
async fn are_formatted() {
    // Before there were functions, `fmt` could not read them.
    let Some(workspace) = Workspace::empty_for(Feature::Functions, "API").await else { return };
    let examples = folder();
    workspace.run(&["fmt", "-check", "-recursive", "-diff", examples.to_str().unwrap()]);
}
