//! Configuration that Terraform generates for what is imported: applied without an edit, it changes nothing.
//!
//! From 1.14 on Terraform asks the provider for it; older versions, and OpenTofu, make it of the state and the schema.

use std::fmt::Write as _;
use std::fs;

use serde_json::{Value as Json, json};

use super::Workspace;
use crate::support::eks::{CLUSTER, policy, role};
use crate::support::events::Events;
use terraform_provider_eks::aws::EntryType;

/// People with all that can be said of them and with nothing, and a node of each type, with the ids of all.
fn fill(workspace: &Workspace) -> Vec<(&'static str, String)> {
    let policies = json!([
        { "policyArn": policy("AmazonEKSViewPolicy"), "accessScope": { "type": "namespace", "namespaces": ["a", "b-*"] } },
        { "policyArn": policy("AmazonEKSEditPolicy"), "accessScope": { "type": "cluster" } },
    ]);
    let full = json!({
        "principalArn": role("team/full"),
        "kubernetesGroups": ["b", "a"],
        "username": "team:{{SessionName}}",
        "tags": { "team": "${quoted} \"so\"" },
        "accessPolicies": policies,
    });
    let mut entries = vec![
        full,
        json!({ "principalArn": role("bare") }),
        json!({ "principalArn": "arn:aws:iam::111122223333:user/jane" }),
        json!({ "principalArn": "arn:aws:iam::111122223333:root" }),
    ];
    entries.extend(EntryType::KNOWN.iter().filter(|kind| kind.owns_groups_and_user_name()).map(
        |kind| json!({ "principalArn": role(&format!("node-{kind}")), "type": kind.as_str(), "tags": { "team": "nodes" } }),
    ));
    let mut ids =
        vec![("eks_authentication_mode", CLUSTER.to_owned()), ("eks_access_entries_exclusive", CLUSTER.to_owned())];
    for entry in entries {
        ids.push(("eks_access_entry", format!("{CLUSTER}:{}", entry["principalArn"].as_str().unwrap())));
        workspace.emulator.put_entry(CLUSTER, entry).unwrap();
    }
    for name in ["AmazonEKSViewPolicy", "AmazonEKSEditPolicy"] {
        ids.push(("eks_access_policy_association", format!("{CLUSTER}#{}#{}", role("team/full"), policy(name))));
    }
    ids
}

#[tokio::test]
async fn applies_without_an_edit_and_plans_empty() {
    let workspace = Workspace::start("").await;
    let ids = fill(&workspace);
    let mut blocks = String::new();
    for (number, (type_name, id)) in ids.iter().enumerate() {
        write!(blocks, "import {{\n  to = {type_name}.x{number}\n  id = {id:?}\n}}\n").unwrap();
    }
    workspace.write("import.tf", &blocks);
    workspace.run(&["plan", "-generate-config-out=generated.tf"]);
    let generated = fs::read_to_string(workspace.terraform.folder().join("generated.tf")).unwrap();
    for never in ["system:node", "access_entry_arn", "created_at", "modified_at", "tags_all", "timeouts", " id "] {
        assert!(!generated.contains(never), "{never} in:\n{generated}");
    }

    let applied = Events::parse(&workspace.run(&["apply", "-auto-approve", "-json"]).stdout);
    let summary: Vec<_> = applied.messages(&["change_summary"]).map(str::to_owned).collect();
    let imported = format!("Apply complete! Resources: {} imported, 0 added, 0 changed, 0 destroyed.", ids.len());
    assert_eq!(summary.last(), Some(&imported), "{generated}");
    assert_eq!(workspace.plan(), [] as [&str; 0]);

    // What an import leaves to EKS is there from the next refresh on.
    workspace.run(&["apply", "-auto-approve"]);
    let node: Vec<Json> = (0..ids.len())
        .filter(|number| ids[*number].1.ends_with("node-EC2_LINUX"))
        .map(|number| workspace.state(&format!("eks_access_entry.x{number}")))
        .collect();
    assert_eq!(node[0]["kubernetes_groups"], json!(["system:nodes"]));
}
