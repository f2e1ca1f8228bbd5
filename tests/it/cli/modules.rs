//! The modules in `examples/modules`: their own tests, under the `test` of the real CLI, and what those cannot say.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::Workspace;
use super::moves::with_aws;
use crate::moves::put_viewer;
use crate::support::eks::{CLUSTER, policy, role};
use crate::support::events::Events;
use crate::support::features::Feature;

/// With the examples in its folder, each where it refers to the others.
pub(super) async fn examples() -> Workspace {
    let workspace = Workspace::empty("API").await;
    copy(&examples_folder(), workspace.terraform.folder());
    workspace
}

fn examples_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Everything but what a run leaves behind, which begins with a dot.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(name)),
            false => drop(fs::copy(entry.path(), to.join(name)).unwrap()),
        }
    }
}

#[tokio::test]
async fn cluster_access_passes_its_tests() {
    let Some(workspace) = Workspace::start_with(Feature::Test, "").await else { return };
    copy(&examples_folder(), workspace.terraform.folder());
    let tested = workspace.run(&["-chdir=modules/cluster-access", "test", "-no-color"]);
    assert!(tested.stdout.contains("Success! 8 passed, 0 failed."), "{tested}");
    assert_eq!(workspace.emulator.entries(CLUSTER), [] as [Json; 0], "the test leaves nothing behind");
}

#[tokio::test]
async fn teams_passes_its_tests() {
    let workspace = examples().await;
    let tested = workspace.run(&["-chdir=modules/teams", "test", "-no-color"]);
    assert!(tested.stdout.contains("Success! 6 passed, 0 failed."), "{tested}");
    assert_eq!(workspace.emulator.calls(), []);
}

#[tokio::test]
async fn teams_says_every_mistake() {
    let workspace = examples().await;
    let refused = workspace.refused(&["-chdir=modules/teams", "plan", "-var=file=tests/mistakes.yaml"]);
    let said: Vec<_> = refused.iter().map(|refusal| refusal.detail.trim()).collect();
    let expected = "\
tests/mistakes.yaml cannot be used:
- \"cluster\" is not known at the top. There are people and teams.
- Person 5 has no name.
- \"linus\" has no arn.
- \"group\" of person 5 is not known. A person has name and arn.
- 2 people are called \"ada\".
- ada and grace have the same arn, arn:aws:iam::111122223333:role/ada. A cluster has one entry for a principal.
- Team 3 has no name.
- 2 teams are called \"payments\".
- \"acess\" of \"payments\" is not known. A team has name, members, groups and access.
- members of \"payments\" has to be a list.
- groups of team 3 has to be a list.
- \"payments\" gives its members nothing: it has neither groups nor access.
- \"tim\" is a member of \"payments\", but not among the people.
- \"ada\" is a member of \"payments\" 2 times.
- Access of \"payments\" to \"AmazonEKSEditPolicy\" has to have either namespaces or \"scope: cluster\".
- Access of \"payments\" to \"AmazonEKSEditPolicy\" has to have either namespaces or \"scope: cluster\".
- Access of \"payments\" to \"AmazonEKSAdminPolicy\" has the scope \"namespace\": there is cluster, and for anything else namespaces.
- Access of \"payments\" to \"AmazonEKSAdminViewPolicy\" has namespaces that are no list of names.
- Access of \"payments\" to a policy has no policy.
- Access of \"payments\" to a policy has \"namespace\", which is not known: there are policy, namespaces and scope.";
    assert_eq!(said, [expected]);
}

#[tokio::test]
async fn cluster_access_names_who_is_given_twice() {
    let workspace = examples().await;
    let entries = json!({
        "ada": { "principal_arn": role("ada"), "policy_associations": {
            "everywhere": { "policy_arn": policy("AmazonEKSViewPolicy"), "access_scope": { "type": "cluster" } },
            "shop": { "policy_arn": "AmazonEKSViewPolicy", "access_scope": { "type": "cluster" } },
        } },
        "also-ada": { "principal_arn": role("ada") },
        "nodes": { "principal_arn": role("nodes"), "type": "EC2_LINUX", "policy_associations": {
            "view": { "policy_arn": "AmazonEKSViewPolicy", "access_scope": { "type": "cluster" } },
        } },
    });
    let variables = json!({ "cluster_name": CLUSTER, "access_entries": entries });
    workspace.write("modules/cluster-access/terraform.tfvars.json", &variables.to_string());
    let refused = workspace.refused(&["-chdir=modules/cluster-access", "plan"]);
    let said = refused.iter().map(|refusal| refusal.detail.split("\n\n").next().unwrap());
    let expected = [
        "A cluster has one entry for a principal, but these have several: arn:aws:iam::111122223333:role/ada (ada, also-ada). \
         Make one of each, with all of its groups and policies.",
        "EKS associates no policies with entries of type EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX and HYBRID_LINUX: what nodes may \
         do comes with the type. Remove policy_associations from \"nodes\".",
        "An entry has a policy once, with all of its namespaces in one list. Given more than once: AmazonEKSViewPolicy of \"ada\" \
         (everywhere, shop).",
    ];
    assert_eq!(said.collect::<Vec<_>>(), expected);
}

/// `examples/teams`: who is in the file may enter, and who is not has to go.
#[tokio::test]
async fn teams_become_entries() {
    let workspace = examples().await;
    workspace.emulator.put_entry(CLUSTER, json!({ "principalArn": role("left-last-year") })).unwrap();
    workspace.run(&["-chdir=teams", "get"]);
    let applied = [
        "AssociateAccessPolicy ada",
        "AssociateAccessPolicy ada",
        "AssociateAccessPolicy ada",
        "AssociateAccessPolicy deployer",
        "AssociateAccessPolicy grace",
        "AssociateAccessPolicy grace",
        "CreateAccessEntry ada",
        "CreateAccessEntry deployer",
        "CreateAccessEntry grace",
    ];
    assert_eq!(workspace.changes_of(&["-chdir=teams", "apply", "-auto-approve"]), applied);
    // A new set removes nobody: the plan after it shows who has to go.
    let plan = workspace.run(&["-chdir=teams", "plan", "-json"]);
    assert_eq!(Events::parse(&plan.stdout).planned(), ["update eks_access_entries_exclusive.this"]);
    let removed = workspace.changes_of(&["-chdir=teams", "apply", "-auto-approve"]);
    assert_eq!(removed, ["DeleteAccessEntry left-last-year"]);
    let plan = workspace.run(&["-chdir=teams", "plan", "-json"]);
    assert_eq!(Events::parse(&plan.stdout).planned(), [] as [&str; 0]);
}

/// What the README of cluster-access promises to users of terraform-aws-modules/eks.
#[tokio::test]
async fn the_state_of_terraform_aws_modules_moves_as_it_is() {
    let Some(workspace) = Workspace::start_with(Feature::Moved, "").await else { return };
    let workspace = with_aws(workspace);
    copy(&examples_folder(), workspace.terraform.folder());
    let readme = include_str!("../../../examples/modules/cluster-access/README.md");
    let configuration = readme.split_once("```terraform\n").unwrap().1.split_once("```").unwrap().0;
    workspace.write("main.tf", &configuration.replace("module.eks.cluster_name", "\"dev\""));
    workspace.run(&["get"]);

    let entry = include_str!("../moves/aws_eks_access_entry_v6.json");
    let node = include_str!("../moves/aws_eks_access_entry_node.json");
    let association = include_str!("../moves/aws_eks_access_policy_association_v6.json");
    let state = json!({
        "version": 4,
        "serial": 1,
        "lineage": "5f0b3e0c-3f0a-4b6e-9a63-0c6f6d3b9a11",
        "resources": [
            moved("aws_eks_access_entry", &[("viewer", entry), ("nodes", node)]),
            moved("aws_eks_access_policy_association", &[("viewer_view", association)]),
        ],
    });
    workspace.write("terraform.tfstate", &state.to_string());
    put_viewer(&workspace.emulator);
    workspace.emulator.put_entry(CLUSTER, json!({ "principalArn": role("node"), "type": "EC2_LINUX" })).unwrap();

    let planned = [
        "move module.cluster_access.eks_access_entry.this[\"nodes\"]",
        "move module.cluster_access.eks_access_entry.this[\"viewer\"]",
        "move module.cluster_access.eks_access_policy_association.this[\"viewer_view\"]",
    ];
    assert_eq!(workspace.plan(), planned);
    assert_eq!(workspace.apply(), [] as [&str; 0]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

/// A resource of module `eks`, as hashicorp/aws leaves it in the state.
fn moved(name: &str, instances: &[(&str, &str)]) -> Json {
    let instances = instances.iter().map(|(key, attributes)| {
        let attributes: Json = serde_json::from_str(attributes).unwrap();
        json!({ "index_key": key, "schema_version": 0, "attributes": attributes })
    });
    json!({
        "module": "module.eks",
        "mode": "managed",
        "type": name,
        "name": "this",
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "instances": instances.collect::<Vec<_>>(),
    })
}
