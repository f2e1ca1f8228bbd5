//! `terraform query`: what is there comes under Terraform with two commands.

use std::fs;

use aws_sdk_eks::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_eks::types::{AccessScope, AccessScopeType};
use aws_sdk_eks::{Client, Config};
use aws_smithy_http_client as http_client;
use serde_json::{Value as Json, json};

use super::Workspace;
use crate::support::eks::{CLUSTER, policy, role};
use crate::support::events::Events;
use crate::support::features::Feature;
use terraform_provider_eks::aws::EntryType;

const ALL: &str = r#"
list "eks_access_entry" "entry" {
  provider         = eks
  include_resource = true
  limit            = 1000

  config {
    cluster_name  = "dev"
    include_nodes = true
  }
}

list "eks_access_policy_association" "policy" {
  provider         = eks
  include_resource = true
  limit            = 1000

  config {
    cluster_name  = "dev"
    include_nodes = true
  }
}

list "eks_authentication_mode" "mode" {
  provider         = eks
  include_resource = true
}
"#;

/// How many entries the cluster has, with the one of EKS's own role.
const ENTRIES: usize = 120;

/// Every type of entry, every form of principal, every kind of scope.
fn entry(number: usize) -> Json {
    let types = EntryType::KNOWN;
    let kind = &types[number % types.len()];
    let name = format!("team-{}/{number:03}", number % 3);
    let mut entry = json!({ "principalArn": role(&name), "type": kind.as_str() });
    let view = policy("AmazonEKSViewPolicy");
    match (kind, number / types.len() % 6) {
        (EntryType::Standard, 0) => entry["kubernetesGroups"] = json!(["viewers", "auditors"]),
        (EntryType::Standard, 1) => entry["username"] = json!(format!("user-{number}")),
        (EntryType::Standard, 2) => entry["tags"] = json!({ "team": "a", "empty": "" }),
        (EntryType::Standard, 3) => entry["principalArn"] = json!(format!("arn:aws:iam::999999999999:user/{name}")),
        (EntryType::Standard, 4) => {
            let scope = json!({ "type": "namespace", "namespaces": ["a", "dev-*"] });
            entry["accessPolicies"] = json!([
                { "policyArn": view, "accessScope": scope },
                { "policyArn": policy("AmazonEKSEditPolicy"), "accessScope": scope },
            ]);
        }
        (EntryType::Standard, _) => {
            entry["accessPolicies"] = json!([{ "policyArn": view, "accessScope": { "type": "cluster" } }]);
        }
        (EntryType::Ec2, 0) => {
            let auto = policy("AmazonEKSAutoNodePolicy");
            entry["accessPolicies"] = json!([{ "policyArn": auto, "accessScope": { "type": "cluster" } }]);
        }
        _ => {}
    }
    entry
}

/// The API itself, as any other tool would use it.
fn client(url: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "of no matter", None, None, "test"));
    Client::from_conf(config.http_client(http_client::Builder::new().build_http()).build())
}

/// Creates an entry and associates its policies.
async fn create(eks: &Client, entry: &Json) {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let texts = |value: &Json| value.as_array().map(|all| all.iter().filter_map(text).collect::<Vec<_>>());
    let tags =
        entry["tags"].as_object().map(|tags| tags.iter().filter_map(|(key, tag)| Some((key.clone(), text(tag)?))));
    let principal = text(&entry["principalArn"]);
    let creation = eks.create_access_entry().cluster_name(CLUSTER).set_principal_arn(principal.clone());
    let creation = creation.set_type(text(&entry["type"])).set_username(text(&entry["username"]));
    let creation =
        creation.set_kubernetes_groups(texts(&entry["kubernetesGroups"])).set_tags(tags.map(Iterator::collect));
    creation.send().await.unwrap();
    for policy in entry["accessPolicies"].as_array().into_iter().flatten() {
        let scope = &policy["accessScope"];
        let kind = scope["type"].as_str().map(AccessScopeType::from);
        let scope = AccessScope::builder().set_type(kind).set_namespaces(texts(&scope["namespaces"])).build();
        let associate = eks.associate_access_policy().cluster_name(CLUSTER).set_principal_arn(principal.clone());
        associate.set_policy_arn(text(&policy["policyArn"])).access_scope(scope).send().await.unwrap();
    }
}

#[tokio::test]
async fn two_commands_bring_a_cluster_under_management() {
    let Some(workspace) = Workspace::start_with(Feature::Query, "").await else { return };
    let entries: Vec<_> = (1..ENTRIES).map(entry).collect();
    let policies: usize = entries.iter().map(|entry| entry["accessPolicies"].as_array().map_or(0, Vec::len)).sum();
    let eks = client(&workspace.emulator.url());
    for entry in &entries {
        create(&eks, entry).await;
    }
    // EKS makes this one itself, and lets nobody else do it.
    let own = role("aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS");
    workspace.emulator.put_entry(CLUSTER, json!({ "principalArn": own })).unwrap();
    assert_eq!(workspace.emulator.entries(CLUSTER).len(), ENTRIES);
    workspace.emulator.clear_calls();
    workspace.write("access.tfquery.hcl", ALL);

    workspace.run(&["query", "-no-color", "-generate-config-out=generated.tf"]);
    let generated = fs::read_to_string(workspace.terraform.folder().join("generated.tf")).unwrap();
    for never in ["system:node", "aws-service-role", "user_name = \"arn:", "= []", "= {}", "tags_all", "created_at"] {
        assert!(!generated.contains(never), "{never} in:\n{generated}");
    }
    let applied = Events::parse(&workspace.run(&["apply", "-auto-approve", "-json"]).stdout);
    let count = ENTRIES - 1 + policies + 1;
    let imported = format!("Apply complete! Resources: {count} imported, 0 added, 0 changed, 0 destroyed.");
    assert_eq!(applied.messages(&["change_summary"]).last(), Some(imported.as_str()));
    let calls = workspace.emulator.calls();
    let changes: Vec<_> =
        calls.iter().map(crate::support::calls::short).filter(|call| crate::support::calls::is_change(call)).collect();
    assert_eq!(changes, [] as [&str; 0]);
    assert_eq!(workspace.plan(), [] as [&str; 0]);
}

/// An entry that cannot be read is said, and the others are found.
#[tokio::test]
async fn says_what_cannot_be_read() {
    use eks_emulator::{Fault, FaultKind};
    let Some(workspace) = Workspace::start_with(Feature::Query, "").await else { return };
    for name in ["a", "b"] {
        workspace.emulator.put_entry(CLUSTER, json!({ "principalArn": role(name) })).unwrap();
    }
    workspace.write("access.tfquery.hcl", ALL.split_once("\nlist \"eks_access_policy").unwrap().0);
    let fault = Fault::new("DescribeAccessEntry", FaultKind::AccessDenied);
    workspace.emulator.add_fault(Fault { principal_arn: Some(role("a")), ..fault });
    let run = workspace.run(&["query", "-json"]);
    let events = Events::parse(&run.stdout);
    assert_eq!(events.summaries(), ["Cannot read EKS access entry"], "{run}");
    assert_eq!(events.messages(&["list_resource_found"]).count(), 2, "{run}");
}
