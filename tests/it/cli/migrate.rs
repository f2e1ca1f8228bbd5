//! What `examples/migrate-from-aws-auth` and its guide promise: from aws-auth to mode API, and nobody locked out on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{PROVIDER, Workspace};
use crate::support::calls;
use crate::support::eks::{CLUSTER, role};
use crate::support::events::Events;
use crate::support::features::Feature;

const ADMIN: &str = "arn:aws:iam::111122223333:user/platform/jane";

/// The nodes' role, a role that may look around, and an administrator whose ARN has a path.
const ROLES: &str = "\
- rolearn: arn:aws:iam::111122223333:role/nodes
  username: system:node:{{EC2PrivateDNSName}}
  groups:
    - system:bootstrappers
    - system:nodes
- rolearn: arn:aws:iam::111122223333:role/read-only
  username: read-only:{{SessionName}}
  groups:
    - viewers
";
const USERS: &str = "\
- userarn: arn:aws:iam::111122223333:user/platform/jane
  username: jane
  groups:
    - system:masters
";

const STEP: &str = "authentication_mode=API";

/// Exit code 0 for an empty plan, outputs included, and 2 for any other.
const IS_EMPTY: [&str; 3] = ["plan", "-detailed-exitcode", "-no-color"];

/// The example, ready to be applied to a cluster in mode CONFIG_MAP.
async fn example() -> Workspace {
    prepared(Workspace::empty("CONFIG_MAP").await)
}

fn prepared(workspace: Workspace) -> Workspace {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    workspace.terraform.copy_configuration(&examples.join("migrate-from-aws-auth")).unwrap();
    set(&workspace, ROLES, USERS);
    workspace
}

fn set(workspace: &Workspace, roles: &str, users: &str) {
    let data = [("mapRoles", roles), ("mapUsers", users)].map(|(key, text)| (key.to_owned(), text.to_owned()));
    workspace.emulator.set_aws_auth(CLUSTER, Some(data.into())).unwrap();
}

/// Applied once: the entries are there, beside aws-auth.
async fn with_entries() -> Workspace {
    let workspace = example().await;
    workspace.apply();
    workspace
}

/// Writes the entries down, as the guide says.
fn write_down(workspace: &Workspace) {
    let entries = workspace.run(&["output", "-json", "entries"]).stdout;
    let entries: Json = serde_json::from_str(&entries).unwrap();
    workspace.write("entries.auto.tfvars.json", &json!({ "entries": entries }).to_string());
}

fn mode(workspace: &Workspace) -> String {
    let cluster = workspace.emulator.cluster(CLUSTER).unwrap();
    cluster["accessConfig"]["authenticationMode"].as_str().unwrap().to_owned()
}

/// What the cluster knows of a principal.
fn entry(workspace: &Workspace, principal: &str) -> Json {
    let mut entries = workspace.emulator.entries(CLUSTER).into_iter();
    entries.find(|entry| entry["principalArn"] == principal).unwrap_or_else(|| panic!("no entry of {principal}"))
}

#[tokio::test]
async fn pain_36_the_step_to_api_waits_for_the_entries() {
    let workspace = example().await;
    let [refusal] = workspace.refused(&["plan", "-var", STEP]).try_into().unwrap();
    assert_eq!((refusal.file.as_str(), refusal.code.as_str()), ("main.tf", "require_coverage    = true"));
    for principal in [&role("nodes"), &role("read-only"), ADMIN] {
        assert!(refusal.detail.contains(principal), "{refusal:?}");
    }
    assert!(refusal.detail.contains("API_AND_CONFIG_MAP"), "{refusal:?}");
    assert_eq!(mode(&workspace), "CONFIG_MAP");
}

/// Somebody adds a row while the plan is being read.
#[tokio::test]
async fn pain_36_the_apply_of_the_step_looks_again() {
    let workspace = with_entries().await;
    workspace.run(&["plan", "-out=step.tfplan", "-var", STEP]);
    set(&workspace, &format!("{ROLES}- {{rolearn: {}, username: late}}\n", role("late")), USERS);
    let [refusal] = workspace.refused(&["apply", "step.tfplan"]).try_into().unwrap();
    assert!(refusal.detail.contains("mapRoles[2]") && refusal.detail.contains("role/late"), "{refusal:?}");
    assert_eq!(mode(&workspace), "API_AND_CONFIG_MAP");
}

/// An entry with its policies, one whose policy is an association, and the step that depends on both.
const IN_ONE_APPLY: &str = r#"
resource "eks_access_entry" "viewer" {
  cluster_name      = "dev"
  principal_arn     = "arn:aws:iam::111122223333:role/read-only"
  user_name         = "read-only:{{SessionName}}"
  kubernetes_groups = ["viewers"]
}

resource "eks_access_entry" "admin" {
  cluster_name  = "dev"
  principal_arn = "arn:aws:iam::111122223333:user/platform/jane"
  user_name     = "jane"
}

resource "eks_access_policy_association" "admin" {
  cluster_name  = eks_access_entry.admin.cluster_name
  principal_arn = eks_access_entry.admin.principal_arn
  policy_arn    = "AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}

resource "eks_authentication_mode" "this" {
  cluster_name        = "dev"
  authentication_mode = "API"
  require_coverage    = true
  depends_on          = [eks_access_entry.viewer, eks_access_policy_association.admin]
}
"#;

/// From API_AND_CONFIG_MAP on, Terraform plans and applies the step after the entries that it depends on.
#[tokio::test]
async fn pain_36_entries_and_the_step_to_api_in_one_apply() {
    let workspace = Workspace::empty("API_AND_CONFIG_MAP").await;
    workspace.write("provider.tf", PROVIDER);
    let viewer = ROLES.split_once("- rolearn: arn:aws:iam::111122223333:role/read-only").unwrap().1;
    set(&workspace, &format!("- rolearn: {}{viewer}", role("read-only")), USERS);
    let (entries, step) = IN_ONE_APPLY.split_once("resource \"eks_access_policy_association\"").unwrap();
    let step = step.split_once("resource \"eks_authentication_mode\"").unwrap().1;
    let without = format!("{entries}resource \"eks_authentication_mode\"{step}");
    workspace.write("main.tf", &without.replace("eks_access_policy_association.admin", "eks_access_entry.admin"));
    let [refusal] = workspace.refused(&["plan"]).try_into().unwrap();
    assert_eq!(refusal.summary, "Not covered by access entries");
    assert!(refusal.detail.contains(ADMIN) && !refusal.detail.contains("read-only"), "{refusal:?}");

    workspace.write("main.tf", IN_ONE_APPLY);
    workspace.emulator.clear_calls();
    workspace.run(&["apply", "-auto-approve"]);
    assert_eq!(mode(&workspace), "API");
    let calls = workspace.emulator.calls();
    let changes: Vec<_> = calls.iter().map(calls::short).filter(|call| calls::is_change(call)).collect();
    let (step, entries) = changes.split_last().unwrap();
    assert!(step.starts_with("UpdateClusterConfig") && entries.len() == 3, "{changes:?}");
    workspace.run(&IS_EMPTY);
}

/// For as long as the entries come from aws-auth, they go with it. The example does not let them.
#[tokio::test]
async fn aws_auth_that_is_deleted_too_early_takes_no_entry_along() {
    let workspace = with_entries().await;
    workspace.run(&["apply", "-auto-approve", "-var", STEP]);
    workspace.emulator.set_aws_auth(CLUSTER, None).unwrap();
    let refusals = workspace.refused(&["plan", "-var", STEP]);
    assert_eq!(refusals.len(), 3);
    assert!(refusals.iter().all(|refusal| refusal.summary == "Instance cannot be destroyed"), "{refusals:?}");
}

/// From CONFIG_MAP to API, and aws-auth gone: the log tells that everybody had an entry before the cluster stopped looking.
#[tokio::test]
async fn pain_36_from_aws_auth_to_api_with_nobody_locked_out() {
    let workspace = example().await;
    workspace.emulator.clear_calls();
    let planned = workspace.plan();
    let entry_of = |principal: &str| format!("create eks_access_entry.this[{principal:?}]");
    let mut expected = vec![entry_of(&role("nodes")), entry_of(&role("read-only")), entry_of(ADMIN)];
    expected.push("create eks_authentication_mode.this".to_owned());
    assert_eq!(planned, expected);
    workspace.run(&["apply", "-auto-approve", "-no-color"]);
    workspace.run(&IS_EMPTY);
    assert_eq!(mode(&workspace), "API_AND_CONFIG_MAP");
    assert_eq!(workspace.run(&["output", "-json", "left_over"]).stdout.trim(), "[]");

    let plan = workspace.run(&["plan", "-json", "-var", STEP, "-out=step.tfplan"]);
    assert_eq!(Events::parse(&plan.stdout).planned(), ["update eks_authentication_mode.this"], "and nothing else");
    workspace.run(&["apply", "step.tfplan"]);
    assert_eq!(mode(&workspace), "API");
    assert_nobody_was_locked_out(&workspace);
    workspace.write("terraform.tfvars", "authentication_mode = \"API\"");
    workspace.run(&IS_EMPTY);

    assert_eq!((&entry(&workspace, &role("nodes"))["type"]), &json!("EC2_LINUX"));
    let viewer = entry(&workspace, &role("read-only"));
    assert_eq!(viewer["kubernetesGroups"], json!(["viewers"]));
    assert_eq!(
        (&viewer["username"], &viewer["associatedAccessPolicies"]),
        (&json!("read-only:{{SessionName}}"), &json!([]))
    );
    let admin = entry(&workspace, ADMIN);
    assert_eq!((&admin["username"], &admin["kubernetesGroups"]), (&json!("jane"), &json!([])));
    assert_eq!(admin["associatedAccessPolicies"].as_array().unwrap().len(), 1);

    write_down(&workspace);
    workspace.run(&IS_EMPTY);
    workspace.emulator.set_aws_auth(CLUSTER, None).unwrap();
    workspace.run(&IS_EMPTY);
}

/// Goes through the log with the eyes of a cluster: whoever has a row has access while the cluster reads aws-auth and there
/// is no entry, which would count instead; and with an entry that has all that it is to have.
#[track_caller]
fn assert_nobody_was_locked_out(workspace: &Workspace) {
    let everybody: BTreeSet<String> = [role("nodes"), role("read-only"), ADMIN.to_owned()].into();
    let policies = BTreeMap::from([(ADMIN.to_owned(), 1)]);
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    let mut reads_aws_auth = true;
    let mut steps = ["API_AND_CONFIG_MAP", "API"].into_iter();
    let log = workspace.emulator.calls();
    let mut tried = Vec::new();
    for call in log.iter().filter(|call| call.status == 200 && calls::is_change(&call.operation)) {
        tried.push(calls::short(call));
        match (call.operation.as_str(), call.principal_arn.clone()) {
            ("CreateAccessEntry", Some(principal)) => {
                let wanted = policies.get(&principal).copied().unwrap_or_default();
                missing.insert(principal, wanted);
            }
            ("AssociateAccessPolicy", Some(principal)) => *missing.get_mut(&principal).unwrap() -= 1,
            ("UpdateClusterConfig", _) => reads_aws_auth = steps.next() != Some("API"),
            _ => panic!("an unexpected change: {tried:?}"),
        }
        let complete: BTreeSet<String> =
            missing.iter().filter(|(_, missing)| **missing == 0).map(|(principal, _)| principal.clone()).collect();
        assert!(reads_aws_auth || complete == everybody, "{tried:?}");
    }
    assert_eq!(steps.next(), None, "both steps were made: {tried:?}");
}

/// EKS makes the entries of managed node groups itself, in between. They are taken over as they are.
#[tokio::test]
async fn pain_2_the_entry_that_eks_makes_on_the_way_is_taken_over() {
    let workspace = example().await;
    workspace.emulator.settings(json!({ "managed_node_roles": [role("nodes")] })).unwrap();
    workspace.apply();
    workspace.run(&IS_EMPTY);
    workspace.run(&["apply", "-auto-approve", "-var", STEP]);
    assert_eq!(mode(&workspace), "API");
}

/// The entry is there and its policy is not. Terraform wants to replace the entry, which the example forbids.
#[tokio::test]
async fn an_entry_whose_policy_failed_is_completed_as_the_guide_says() {
    let workspace = example().await;
    workspace.emulator.add_fault(Fault::new("AssociateAccessPolicy", FaultKind::AccessDenied));
    let [error] = workspace.refused(&["apply", "-auto-approve"]).try_into().unwrap();
    assert!(error.detail.contains("`terraform untaint`"), "{error:?}");
    let [refusal] = workspace.refused(&["plan"]).try_into().unwrap();
    assert_eq!(refusal.summary, "Instance cannot be destroyed");

    let address = guide_block("$ terraform untaint '");
    let (address, _) = address.split_once('\'').unwrap();
    workspace.run(&["untaint", "-no-color", address]);
    assert_eq!(workspace.plan(), [format!("update {address}")]);
    assert_eq!(workspace.apply(), ["AssociateAccessPolicy jane"]);
    // This one has no change but that of the output `left_over`, which named the row.
    assert_eq!(workspace.apply(), [""; 0]);
    workspace.run(&IS_EMPTY);
}

/// aws-auth leaves out the paths of roles; `role_paths` brings them back, made by the expression that the guide shows.
#[tokio::test]
async fn pain_22_a_role_gets_its_path_back() {
    let workspace = example().await;
    let real = role("aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef");
    let plain = role("AWSReservedSSO_Admin_0123456789abcdef");
    set(&workspace, &format!("- {{rolearn: {plain}, username: sso, groups: [admins]}}\n"), "[]");
    workspace.run(&["apply", "-auto-approve"]);
    let left_over = workspace.run(&["output", "-json", "left_over"]).stdout;
    assert!(left_over.contains("role_paths") && left_over.contains(&plain), "{left_over}");

    let expression = guide_block("hcl\nrole_paths = ").replace("data.aws_iam_roles.all.arns", &format!("[{real:?}]"));
    workspace.write("paths.tf", &format!("output \"paths\" {{\n  value = {expression}\n}}\n"));
    workspace.run(&["apply", "-auto-approve"]);
    let paths: Json = serde_json::from_str(&workspace.run(&["output", "-json", "paths"]).stdout).unwrap();
    assert_eq!(paths, json!({ (plain): real }));
    workspace.write("paths.auto.tfvars.json", &json!({ "role_paths": paths }).to_string());
    let created = format!("create eks_access_entry.this[{real:?}]");
    assert_eq!(workspace.plan(), [created]);
}

/// What follows `start` in the guide, up to the end of its block.
fn guide_block(start: &str) -> String {
    let guide = include_str!("../../../docs/guides/migrate-from-aws-auth.md");
    let (_, rest) = guide.split_once(start).unwrap_or_else(|| panic!("the guide has no {start:?}"));
    rest.split_once("```").unwrap().0.trim().to_owned()
}

/// Before the last step, the way back is to take the entries away: aws-auth counts as before.
#[tokio::test]
async fn before_the_last_step_there_is_a_way_back() {
    let workspace = with_entries().await;
    let main = workspace.terraform.folder().join("main.tf");
    let text = fs::read_to_string(&main).unwrap().replace("prevent_destroy = true", "prevent_destroy = false");
    fs::write(&main, text).unwrap();
    let target = ["destroy", "-auto-approve", "-target=eks_access_entry.this"];
    assert_eq!(
        workspace.changes_of(&target),
        ["DeleteAccessEntry jane", "DeleteAccessEntry nodes", "DeleteAccessEntry read-only"]
    );
    assert_eq!(mode(&workspace), "API_AND_CONFIG_MAP");
}

/// The other way in: the data of the ConfigMap from the Kubernetes provider, and the function instead of the data source.
#[tokio::test]
async fn the_function_takes_the_data_of_the_config_map() {
    let Some(workspace) = Workspace::empty_for(Feature::Functions, "CONFIG_MAP").await else { return };
    let workspace = prepared(workspace);
    let variant = guide_block("hcl\n# Through the Kubernetes provider.");
    // That provider is not at hand; its data source has the data in an attribute of the same name.
    let (_, variant) = variant.split_once("locals {").unwrap();
    let data = json!({ "mapRoles": ROLES, "mapUsers": USERS }).to_string();
    let variant = variant.replace("data.kubernetes_config_map_v1.aws_auth.data", &format!("jsondecode({data:?})"));
    let data_source = workspace.plan();
    let main = workspace.terraform.folder().join("main.tf");
    let text = fs::read_to_string(&main).unwrap();
    let (before, after) = text.split_once("# The ConfigMap, read").unwrap();
    let (_, after) = after.split_once("locals {").unwrap();
    let (_, after) = after.split_once('}').unwrap();
    fs::write(&main, format!("{before}locals {{{variant}{after}")).unwrap();
    fs::remove_file(workspace.terraform.folder().join("outputs.tf")).unwrap();
    assert_eq!(workspace.plan(), data_source);
}
