//! The configurations in the guides: each is valid, and what is told about some of them is so.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{PROVIDER, Workspace};
use crate::support::eks::{CLUSTER, policy, role};
use crate::support::events::Events;
use crate::support::features::Feature;

const NOTHING: [&str; 0] = [];

fn guides() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides");
    let mut guides: Vec<_> = fs::read_dir(folder).unwrap().map(|guide| guide.unwrap().path()).collect();
    guides.sort();
    guides
}

/// The blocks of code of a guide in a language.
fn blocks(guide: &Path, language: &str) -> Vec<String> {
    let text = fs::read_to_string(guide).unwrap();
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1);
    blocks.map(|block| block.split_once("```").unwrap().0.to_owned()).collect()
}

fn block(guide: &str, number: usize) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides").join(guide);
    blocks(&guide, "terraform").remove(number)
}

/// The configuration with what every one begins with.
fn complete(block: &str) -> String {
    if block.contains("required_providers") { block.to_owned() } else { format!("{PROVIDER}\n{block}") }
}

/// Blocks are modules of one configuration, so that one run validates them all; `import` is for the root alone.
#[tokio::test]
async fn are_valid() {
    let Some(modules) = Workspace::empty_for(Feature::Moved, "API").await else { return };
    let mut roots = Vec::new();
    let mut main = String::new();
    for guide in guides() {
        let name = guide.file_stem().unwrap().to_str().unwrap().to_owned();
        for (number, block) in blocks(&guide, "terraform").into_iter().enumerate() {
            let module = format!("{name}-{number}");
            if block.lines().any(|line| line.starts_with("import {")) {
                roots.push((module, block));
                continue;
            }
            fs::create_dir(modules.terraform.folder().join(&module)).unwrap();
            modules.write(&format!("{module}/main.tf"), &complete(&block));
            modules.write(&format!("{module}/cluster.yaml"), &file_of_eksctl());
            main.push_str(&format!("module \"{module}\" {{\n  source = \"./{module}\"\n}}\n"));
        }
    }
    modules.write("main.tf", &main);
    modules.run(&["get"]);
    modules.run(&["validate"]);
    for (module, block) in roots {
        let root = Workspace::empty("API").await;
        root.write("main.tf", &complete(&block));
        let run = root.terraform.run(&["validate"]).unwrap();
        assert!(run.succeeded, "{module}: {run}");
    }
}

/// Also those that no test can validate, because they need another provider.
#[tokio::test]
async fn are_formatted() {
    // Before there were functions, `fmt` could not read them.
    let Some(workspace) = Workspace::empty_for(Feature::Functions, "API").await else { return };
    for guide in guides() {
        let name = guide.file_stem().unwrap().to_str().unwrap();
        for language in ["terraform", "hcl"] {
            for (number, block) in blocks(&guide, language).iter().enumerate() {
                workspace.write(&format!("{name}-{language}-{number}.tf"), block);
            }
        }
    }
    workspace.run(&["fmt", "-check", "-diff"]);
}

#[tokio::test]
async fn of_the_five_minutes_do_what_is_told() {
    let guide = "five-minutes-with-an-emulator.md";
    let workspace = Workspace::empty("API").await;
    workspace.emulator.put_cluster("my-cluster", "CONFIG_MAP");
    let main = block(guide, 0);
    workspace.write("main.tf", &main);
    let made =
        ["AssociateAccessPolicy on-call", "CreateAccessEntry on-call", "UpdateClusterConfig", "UpdateClusterConfig"];
    assert_eq!(workspace.apply(), made);
    assert_eq!(workspace.plan(), NOTHING);

    workspace.write("main.tf", &main.replace("\"shop\"", "\"shop\", \"dev-*\""));
    assert_eq!(workspace.apply(), ["AssociateAccessPolicy on-call"]);

    let auditor = json!({ "principalArn": role("auditor"), "kubernetesGroups": ["auditors"] });
    workspace.emulator.put_entry("my-cluster", auditor).unwrap();
    let entry = block(guide, 1);
    workspace.write("auditor.tf", &entry);
    let [refusal] = workspace.refused(&["plan"]).try_into().unwrap();
    assert!(refusal.detail.contains("import {"), "{refusal:?}");
    workspace.write("auditor.tf", &entry.replace("\n}", "\n  on_conflict = \"adopt\"\n}"));
    let plan = Events::parse(&workspace.run(&["plan", "-json"]).stdout);
    assert_eq!(
        plan.summaries(),
        [format!("The access entry of {} on cluster my-cluster in us-east-1 will be adopted", role("auditor"))]
    );
    // EKS is asked to make it, and refuses; then it is changed.
    assert_eq!(workspace.apply(), ["CreateAccessEntry auditor", "UpdateAccessEntry auditor"]);

    let destroyed = Events::parse(&workspace.run(&["destroy", "-auto-approve", "-json"]).stdout);
    assert!(destroyed.summaries().contains(&"The authentication mode stays as it is"));
}

/// The file of eksctl becomes entries, and those that eksctl has made are taken over.
#[tokio::test]
async fn from_eksctl_reads_its_file() {
    let workspace = Workspace::empty("API").await;
    workspace.emulator.put_cluster("my-cluster", "CONFIG_MAP");
    workspace.write("provider.tf", PROVIDER);
    workspace.write("main.tf", &block("from-eksctl.md", 0));
    workspace.write("cluster.yaml", &file_of_eksctl());
    let made =
        ["AssociateAccessPolicy viewer", "CreateAccessEntry nodes", "CreateAccessEntry viewer", "UpdateClusterConfig"];
    assert_eq!(workspace.apply(), made);
    assert_eq!(workspace.plan(), NOTHING);
}

/// Newer clusters have an entry of EKS's own role, which nobody else can manage.
#[tokio::test]
async fn gitops_imports_what_is_there_and_writes_it_down() {
    // Import blocks have for_each from the version before that of functions on.
    let Some(workspace) = Workspace::empty_for(Feature::Functions, "CONFIG_MAP").await else { return };
    workspace.emulator.settings(json!({ "service_linked_role_entry": true, "creator_entry": true })).unwrap();
    workspace.emulator.start_mode_update(CLUSTER, "API", 0).unwrap();
    let put = json!({ "principalArn": role("auditor"), "kubernetesGroups": ["auditors"], "tags": { "team": "a" } });
    workspace.emulator.put_entry(CLUSTER, put).unwrap();
    let principals = workspace.emulator.entries(CLUSTER).into_iter().map(|entry| entry["principalArn"].to_string());
    assert!(principals.collect::<String>().contains("AWSServiceRoleForAmazonEKS"));

    let main = block("gitops-and-ci.md", 3).replace("\"prod", &format!("\"{CLUSTER}"));
    workspace.write("provider.tf", PROVIDER);
    workspace.write("main.tf", &main);
    let imported = ["admin", "auditor"].map(|name| format!("import eks_access_entry.there[{:?}]", role(name)));
    assert_eq!(workspace.plan(), imported);
    assert_eq!(workspace.apply(), NOTHING);

    let (before, after) = main.split_once("  there = {").unwrap();
    let (_, after) = after.split_once("resource ").unwrap();
    let (_, before) = before.split_once("locals {").unwrap();
    workspace.write("expression", "local.there\n");
    let expression = fs::File::open(workspace.terraform.folder().join("expression")).unwrap();
    let there = workspace.terraform.command(&["console"]).stdin(expression).output().unwrap();
    let there = String::from_utf8(there.stdout).unwrap();
    workspace.write("main.tf", &format!("locals {{{before}there = {there}\n}}\n\nresource {after}"));
    assert_eq!(workspace.plan(), NOTHING);
}

/// A file of eksctl with everything in it that concerns access.
fn file_of_eksctl() -> String {
    let file = json!({
        "metadata": { "name": "my-cluster", "region": "us-east-1" },
        "accessConfig": {
            "authenticationMode": "API_AND_CONFIG_MAP",
            "accessEntries": [
                { "principalARN": role("nodes"), "type": "EC2_LINUX" },
                {
                    "principalARN": role("viewer"),
                    "kubernetesGroups": ["viewers"],
                    "kubernetesUsername": "viewer",
                    "tags": { "team": "a" },
                    "accessPolicies": [{
                        "policyARN": policy("AmazonEKSViewPolicy"),
                        "accessScope": { "type": "namespace", "namespaces": ["a"] },
                    }],
                },
            ],
        },
    });
    file.to_string()
}
