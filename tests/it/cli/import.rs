//! What exists comes under Terraform, by the id on the command line and by an `import` block; the next plan is empty.

use serde_json::json;

use super::Workspace;
use crate::support::eks::{CLUSTER, policy, role};
use crate::support::events::Events;
use crate::support::features::Feature;

const CONFIGURATION: &str = r#"
resource "eks_authentication_mode" "dev" {
  cluster_name        = "dev"
  authentication_mode = "API"
}

resource "eks_access_entry" "auditor" {
  cluster_name      = "dev"
  principal_arn     = "arn:aws:iam::111122223333:role/auditor"
  kubernetes_groups = ["auditors"]
}

resource "eks_access_policy_association" "auditor" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:role/auditor"
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"

  access_scope {
    type = "cluster"
  }
}
"#;

const IDS: [(&str, &str); 3] = [
    ("eks_authentication_mode.dev", "dev"),
    ("eks_access_entry.auditor", "dev:arn:aws:iam::111122223333:role/auditor"),
    (
        "eks_access_policy_association.auditor",
        "dev#arn:aws:iam::111122223333:role/auditor#arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
    ),
];

async fn made_by_hand() -> Workspace {
    let workspace = Workspace::start(CONFIGURATION).await;
    fill(&workspace);
    workspace
}

fn fill(workspace: &Workspace) {
    let auditor = json!({
        "principalArn": role("auditor"),
        "kubernetesGroups": ["auditors"],
        "accessPolicies": [{ "policyArn": policy("AmazonEKSViewPolicy"), "accessScope": { "type": "cluster" } }],
    });
    workspace.emulator.put_entry(CLUSTER, auditor).unwrap();
}

#[tokio::test]
async fn by_id() {
    let workspace = made_by_hand().await;
    for (address, id) in IDS {
        workspace.run(&["import", address, id]);
    }
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

#[tokio::test]
async fn by_block() {
    let workspace = made_by_hand().await;
    let blocks: String =
        IDS.iter().map(|(address, id)| format!("import {{\n  to = {address}\n  id = \"{id}\"\n}}\n")).collect();
    workspace.write("import.tf", &blocks);
    let plan = Events::parse(&workspace.run(&["plan", "-json", "-out=import.tfplan"]).stdout);
    assert_eq!(
        plan.messages(&["change_summary"]).collect::<Vec<_>>(),
        ["Plan: 3 to import, 0 to add, 0 to change, 0 to destroy."]
    );
    assert_eq!(workspace.changes_of(&["apply", "import.tfplan"]), [] as [&str; 0]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

#[tokio::test]
async fn by_identity() {
    let Some(workspace) = Workspace::start_with(Feature::ImportByIdentity, CONFIGURATION).await else { return };
    fill(&workspace);
    let [(mode, _), (entry, _), (association, _)] = IDS;
    let (cluster, principal) = (r#"cluster_name = "dev""#, format!("principal_arn = {:?}", role("auditor")));
    let policy = format!("policy_arn = {:?}", policy("AmazonEKSViewPolicy"));
    let block = |to: &str, identity: &[&str]| {
        format!("import {{\n  to = {to}\n  identity = {{\n    {}\n  }}\n}}\n", identity.join("\n    "))
    };
    let blocks = [
        block(mode, &[cluster]),
        block(entry, &[cluster, &principal, r#"region = "us-east-1""#]),
        block(association, &[cluster, &principal, &policy]),
    ];
    workspace.write("import.tf", &blocks.concat());
    assert_eq!(workspace.apply(), [] as [&str; 0]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

/// An entry that is there already is refused with the block that imports it, but for the address of the resource.
#[tokio::test]
async fn by_the_block_that_the_refusal_prints() {
    let workspace = made_by_hand().await;
    let [refusal] = workspace.refused(&["plan"]).try_into().unwrap();
    assert_eq!(refusal.code, r#"principal_arn     = "arn:aws:iam::111122223333:role/auditor""#);
    let block = refusal.detail.split_once("import {").unwrap().1.split_once("}").unwrap().0;
    workspace.write("import.tf", &format!("import {{{}}}\n", block.replace("<name>", "auditor")));
    let planned = workspace.plan();
    assert!(planned.contains(&"import eks_access_entry.auditor".to_owned()), "{planned:?}");
}

#[tokio::test]
async fn of_what_is_not_there() {
    let workspace = Workspace::start(CONFIGURATION).await;
    let [(mode, _), (entry, id), (association, _)] = IDS;
    for (address, id, said) in [
        (mode, "not a cluster", "is not of the form CLUSTER_NAME, such as \"my-cluster\""),
        (entry, "dev", "is not of the form CLUSTER_NAME:PRINCIPAL_ARN, such as \"my-cluster:arn:aws:iam::"),
        (
            association,
            "dev#role#policy",
            "is not of the form CLUSTER_NAME#PRINCIPAL_ARN#POLICY_ARN, such as \"my-cluster#arn:aws:iam::",
        ),
        (entry, id, "so there is no eks_access_entry to import"),
    ] {
        let run = workspace.terraform.run(&["import", "-no-color", address, id]).unwrap();
        // Terraform breaks lines as it likes.
        let text = run.stderr.replace("│", "").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!run.succeeded && text.contains(said), "{run}");
    }
}
