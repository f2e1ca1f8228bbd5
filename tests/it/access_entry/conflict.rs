//! The entry exists already.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{
    ADMIN, EDIT, TYPE, VIEW, assert_refused, assert_says, entry, everywhere, policies_of_viewer, summaries, viewer,
    within,
};
use crate::support::core::{Action, PlanOptions};
use crate::support::eks::{World, policy, role};

/// A world in which somebody has made the entry of the role `viewer` already.
async fn taken(more: Json) -> World {
    let world = World::start().await;
    take(&world, more);
    world
}

fn take(world: &World, more: Json) {
    let mut entry = json!({ "principalArn": role("viewer") });
    entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.emulator.put_entry("dev", entry).unwrap();
}

fn adopting(more: Json) -> Json {
    let mut config = viewer(more);
    config["on_conflict"] = "adopt".into();
    config
}

#[tokio::test]
async fn pain_01_an_entry_that_exists_is_refused_in_the_plan_with_its_import_block() {
    let world = taken(json!({})).await;
    let failure = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap_err();
    let id = format!("id = \"dev:{}\"", role("viewer"));
    let words = [
        "import {",
        "to = eks_access_entry.",
        &id,
        "on_conflict = \"adopt\"",
        "creator of the cluster",
        "a moved block",
    ];
    assert_refused(&failure, "principal_arn", &words);
    assert_eq!(world.changes(), [""; 0]);
}

/// What the message says to do works, also where the region is not the provider's.
#[tokio::test]
async fn the_import_block_works_as_it_stands() {
    let world = World::start().await;
    world.emulator.put_cluster_in("eu-west-1", "dev", "API");
    let config = viewer(json!({ "region": "eu-west-1" }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    world.forget(TYPE, "x");

    let failure = world.plan(TYPE, "x", config.clone()).await.unwrap_err();
    let detail = &failure.only().detail;
    let (_, rest) = detail.split_once("id = \"").unwrap();
    let (id, _) = rest.split_once('"').unwrap();
    world.import(TYPE, "x", id).await.unwrap();
    assert_eq!(world.plan(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}

/// The walk lists the principals of a cluster once, so that whoever comes later meets EKS's own refusal.
#[tokio::test]
async fn an_entry_that_appears_during_apply_is_refused_with_its_import_block() {
    let world = World::start().await;
    let first = world.plan(TYPE, "first", entry(&role("first"), json!({}))).await.unwrap();
    let second = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.apply(first).await.unwrap();
    take(&world, json!({}));
    world.calls();
    let failure = world.apply(second).await.unwrap_err();
    let id = format!("id = \"dev:{}\"", role("viewer"));
    assert_refused(&failure, "principal_arn", &["import {", &id]);
    assert_eq!(world.calls(), ["CreateAccessEntry viewer", "DescribeAccessEntry viewer"]);
    assert_eq!(world.state(TYPE, "x"), None);
}

#[tokio::test]
async fn an_entry_that_appears_between_plan_and_apply_is_refused_with_its_import_block() {
    let world = World::start().await;
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    take(&world, json!({}));
    assert_refused(&world.apply(plan).await.unwrap_err(), "principal_arn", &["import {"]);
    assert_eq!(world.state(TYPE, "x"), None);
}

/// Imported, it would be replaced by the next plan, and so taken away for a moment.
#[tokio::test]
async fn an_entry_of_another_type_is_refused_without_an_import_block() {
    let world = taken(json!({ "type": "EC2_LINUX" })).await;
    let failure = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap_err();
    let words = ["exists already", "of type EC2_LINUX", "to be STANDARD", "never changes", "type = \"EC2_LINUX\""];
    assert_refused(&failure, "type", &words);
    let detail = &failure.only().detail;
    assert!(!detail.contains("import {") && !detail.contains("on_conflict"), "{detail}");

    let failure = world.plan(TYPE, "x", viewer(json!({ "type": "EC2_LINUX" }))).await.unwrap_err();
    assert_refused(&failure, "principal_arn", &["import {"]);
}

#[tokio::test]
async fn adopting_an_entry_of_another_type_is_refused() {
    let world = taken(json!({ "type": "EC2_LINUX" })).await;
    let failure = world.plan(TYPE, "x", adopting(json!({}))).await.unwrap_err();
    assert_refused(&failure, "type", &["EC2_LINUX", "STANDARD", "never changes the type"]);
}

#[tokio::test]
async fn pain_03_adoption_is_announced_and_changes_what_differs() {
    let world = taken(json!({
        "username": "jane",
        "kubernetesGroups": ["old"],
        "tags": { "gone": "1", "changed": "1" },
        "accessPolicies": [
            { "policyArn": policy(ADMIN), "accessScope": { "type": "cluster" } },
            { "policyArn": policy(VIEW), "accessScope": { "type": "cluster" } },
        ],
    }))
    .await;
    let arn = world.entry(&role("viewer")).unwrap()["accessEntryArn"].clone();
    let config = adopting(json!({
        "kubernetes_groups": ["new"],
        "tags": { "changed": "2" },
        "access_policies": { VIEW: within(&["a"]), EDIT: everywhere() },
    }));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    let [adopted, removed, last] = plan.warnings.as_slice() else { panic!("{:?}", plan.warnings) };
    assert_eq!(
        adopted.summary,
        format!("The access entry of {} on cluster dev in us-east-1 will be adopted", role("viewer"))
    );
    assert_eq!(adopted.path, "principal_arn");
    assert_says(adopted, &["groups old", "tags changed, gone", "groups and tags that are not written here go"]);
    assert!(removed.summary.starts_with("Policies will be removed from"), "{removed:?}");
    assert_says(removed, &[&policy(ADMIN)]);
    assert!(last.summary.contains("last cluster administrator"), "{last:?}");
    assert!(!plan.warnings[1].detail.contains(VIEW), "{:?}", plan.warnings);
    assert_eq!(world.changes(), [""; 0]);

    world.apply(plan).await.unwrap();
    let found = world.entry(&role("viewer")).unwrap();
    assert_eq!(found["accessEntryArn"], arn);
    assert_eq!(found["kubernetesGroups"], json!(["new"]));
    assert_eq!(found["username"], "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}");
    assert_eq!(found["tags"], json!({ "changed": "2" }));
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: ["a"], EDIT: "cluster" }));
    let again = world.converge(TYPE, "x", config).await.unwrap();
    assert_eq!((again.action, again.warnings), (Action::NoOp, Vec::new()));
}

/// EKS makes the entries of managed node groups by itself.
#[tokio::test]
async fn pain_02_the_entry_of_a_node_role_is_adopted_without_an_update() {
    let world = taken(json!({ "type": "EC2_LINUX" })).await;
    let config = adopting(json!({ "type": "EC2_LINUX" }));
    let adopted = world.converge(TYPE, "x", config).await.unwrap();
    assert_says(&adopted.warnings[0], &["will be adopted", "EC2_LINUX"]);
    assert_eq!(world.changes(), ["CreateAccessEntry viewer"], "which EKS refuses");
}

#[tokio::test]
async fn adoption_leaves_policies_alone_that_it_does_not_speak_of() {
    let policies = json!([{ "policyArn": policy(ADMIN), "accessScope": { "type": "cluster" } }]);
    let world = taken(json!({ "accessPolicies": policies })).await;
    let adopted = world.converge(TYPE, "x", adopting(json!({}))).await.unwrap();
    assert_says(&adopted.warnings[0], &["Its policies stay", &policy(ADMIN)]);
    assert_eq!(policies_of_viewer(&world), json!({ ADMIN: "cluster" }));
}

#[tokio::test]
async fn an_entry_that_appears_during_apply_is_adopted() {
    let world = World::start().await;
    let first = world.plan(TYPE, "first", entry(&role("first"), json!({}))).await.unwrap();
    let second = world.plan(TYPE, "x", adopting(json!({ "kubernetes_groups": ["new"] }))).await.unwrap();
    world.apply(first).await.unwrap();
    take(&world, json!({ "kubernetesGroups": ["old"] }));
    world.apply(second).await.unwrap();
    assert_eq!(world.entry(&role("viewer")).unwrap()["kubernetesGroups"], json!(["new"]));
}

#[tokio::test]
async fn a_tainted_entry_is_replaced_and_not_refused() {
    let world = World::start().await;
    let config = viewer(json!({ "access_policies": { VIEW: everywhere() } }));
    world.emulator.add_fault(Fault::new("AssociateAccessPolicy", FaultKind::AccessDenied));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    world.apply(plan).await.unwrap_err();
    for options in [PlanOptions { skip_refresh: true, ..PlanOptions::default() }, PlanOptions::default()] {
        world.new_walk().await.unwrap();
        let plan = world.plan_with(TYPE, "x", config.clone(), options).await.unwrap();
        assert_eq!(plan.action, Action::Replace);
    }
    world.converge(TYPE, "x", config).await.unwrap();
}

/// A removed block has another address give the entry up. Terraform tells the provider nothing of that.
#[tokio::test]
async fn what_another_address_gives_up_is_adopted_or_tainted() {
    let world = World::start().await;
    world.converge(TYPE, "old", viewer(json!({ "kubernetes_groups": ["old"] }))).await.unwrap();
    let policies = json!([{ "policyArn": policy(VIEW), "accessScope": { "type": "cluster" } }]);
    take(&world, json!({ "kubernetesGroups": ["old"], "accessPolicies": policies }));
    world.new_walk().await.unwrap();
    world.refresh(TYPE, "old").await.unwrap();
    let plan = world.plan(TYPE, "new", adopting(json!({}))).await.unwrap();
    let [adopted, policies] = plan.warnings.as_slice() else { panic!("{:?}", plan.warnings) };
    assert!(adopted.summary.ends_with("will be adopted, unless it is tainted"), "{adopted:?}");
    assert_says(adopted, &["groups old", "Its policies stay"]);
    assert_says(policies, &["made again, unless it is taken over, and with it go", VIEW]);
}

#[tokio::test]
async fn a_replaced_entry_is_not_refused() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    let replace = PlanOptions { replace: true, ..PlanOptions::default() };
    let plan = world.plan_with(TYPE, "x", viewer(json!({})), replace).await.unwrap();
    assert_eq!(plan.action, Action::Replace);
    world.apply(plan).await.unwrap();
}

/// A replacement that goes elsewhere is held against what is there as any new entry is: before the old one is gone.
#[tokio::test]
async fn a_replacement_that_goes_elsewhere_is_checked_like_a_new_entry() {
    let world = World::start().await;
    world.emulator.put_cluster("old", "CONFIG_MAP");
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.emulator.put_entry("dev", json!({ "principalArn": role("taken") })).unwrap();
    let failure = world.plan(TYPE, "x", entry(&role("taken"), json!({}))).await.unwrap_err();
    assert_refused(&failure, "principal_arn", &["import {", &role("taken")]);
    assert!(world.entry(&role("viewer")).is_some());

    // Terraform drops the warnings of the new half.
    for (elsewhere, expected) in [
        (viewer(json!({ "region": "eu-west-1" })), "No such cluster yet"),
        (viewer(json!({ "cluster_name": "old" })), "No access entries in this authentication mode"),
    ] {
        let plan = world.plan(TYPE, "x", elsewhere).await.unwrap();
        assert_eq!((plan.action, summaries(&plan.warnings)), (Action::Replace, vec![expected]));
    }
    let mut adopting = entry(&role("taken"), json!({}));
    adopting["on_conflict"] = "adopt".into();
    let plan = world.plan(TYPE, "x", adopting).await.unwrap();
    assert_says(&plan.warnings[0], &["takes it over", &role("taken")]);

    // And back to a replacement in its place.
    world.new_walk().await.unwrap();
    let replace = PlanOptions { replace: true, ..PlanOptions::default() };
    world.plan_with(TYPE, "x", viewer(json!({})), replace).await.unwrap();
}

/// Another resource that has the entry already is not the one that is replaced.
#[tokio::test]
async fn a_replacement_that_goes_where_another_resource_is_is_refused() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.converge(TYPE, "other", entry(&role("other"), json!({}))).await.unwrap();
    world.new_walk().await.unwrap();
    world.plan(TYPE, "other", entry(&role("other"), json!({}))).await.unwrap();
    let failure = world.plan(TYPE, "x", entry(&role("other"), json!({}))).await.unwrap_err();
    assert_refused(&failure, "", &["Managed twice", &role("other")]);
}

/// EKS has one entry for a principal: the new one cannot be made while the old one is there. Terraform does not tell this from an
/// entry that somebody else has made.
#[tokio::test]
async fn pain_06_create_before_destroy_is_refused_before_anything_is_lost() {
    let world = World::start().await;
    let config = |id: &str| viewer(json!({ "principal_unique_id": id }));
    world.converge(TYPE, "x", config("AROA1")).await.unwrap();
    let options = PlanOptions { create_before_destroy: true, ..PlanOptions::default() };
    let plan = world.plan_with(TYPE, "x", config("AROA2"), options).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert_refused(&failure, "principal_arn", &["create_before_destroy", "terraform state rm", &role("viewer")]);
    assert_eq!(world.changes(), ["CreateAccessEntry viewer"]);
}

#[tokio::test]
async fn create_before_destroy_with_adoption_is_a_change_in_place() {
    let world = World::start().await;
    let config = adopting(json!({ "access_policies": { VIEW: everywhere() } }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    world.changes();
    let options = PlanOptions { create_before_destroy: true, replace: true, ..PlanOptions::default() };
    let plan = world.plan_with(TYPE, "x", config.clone(), options).await.unwrap();
    assert_eq!(plan.action, Action::Replace);
    world.apply(plan).await.unwrap();
    // The new one, which EKS refuses because it has it. Nothing is deleted.
    assert_eq!(world.changes(), ["CreateAccessEntry viewer"]);
    assert_eq!(world.plan(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}

/// To take over the entry of the principal that is gone lets the new one in no more than before.
#[tokio::test]
async fn create_before_destroy_with_adoption_is_refused_for_another_principal_of_the_name() {
    let world = World::start().await;
    let config = |id: &str| adopting(json!({ "principal_unique_id": id }));
    world.converge(TYPE, "x", config("AROA1")).await.unwrap();
    let options = PlanOptions { create_before_destroy: true, ..PlanOptions::default() };
    let plan = world.plan_with(TYPE, "x", config("AROA2"), options).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert_refused(&failure, "principal_unique_id", &["create_before_destroy", "-replace", &role("viewer")]);
    assert!(world.entry(&role("viewer")).is_some());
}

#[tokio::test]
async fn renaming_without_moved_is_refused_in_either_order() {
    for (mode, removal_first) in [("fail", true), ("fail", false), ("adopt", true), ("adopt", false)] {
        let world = World::start().await;
        let config = viewer(json!({ "on_conflict": mode }));
        world.converge(TYPE, "old", config.clone()).await.unwrap();
        world.new_walk().await.unwrap();
        let failure = if removal_first {
            world.plan_destroy(TYPE, "old").await.unwrap();
            world.plan(TYPE, "new", config).await.unwrap_err()
        } else {
            // Whatever is said of the new one by itself.
            let _ = world.plan(TYPE, "new", config).await;
            world.plan_destroy(TYPE, "old").await.unwrap_err()
        };
        assert_refused(&failure, "", &["Removed and created at once", "moved {", &role("viewer")]);
    }
}

#[tokio::test]
async fn two_resources_for_one_entry_are_refused_in_either_order() {
    let world = World::start().await;
    world.plan(TYPE, "one", viewer(json!({}))).await.unwrap();
    let failure = world.plan(TYPE, "other", viewer(json!({}))).await.unwrap_err();
    assert_refused(&failure, "", &["Managed twice", &role("viewer")]);

    world.converge(TYPE, "one", viewer(json!({}))).await.unwrap();
    for (first, second) in [("one", "other"), ("other", "one")] {
        world.new_walk().await.unwrap();
        // Whatever is said of the first by itself.
        let _ = world.plan(TYPE, first, viewer(json!({}))).await;
        let failure = world.plan(TYPE, second, viewer(json!({}))).await.unwrap_err();
        assert_refused(&failure, "", &["Managed twice", &role("viewer")]);
    }
}

/// Somebody without the right to list finds out at apply.
#[tokio::test]
async fn an_entry_that_may_not_be_looked_for_is_planned_with_a_warning() {
    let world = taken(json!({})).await;
    world.emulator.add_fault(Fault { times: 2, ..Fault::new("ListAccessEntries", FaultKind::AccessDenied) });
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    assert_eq!(summaries(&plan.warnings), ["Access entry not checked"]);
    assert_says(&plan.warnings[0], &["eks:ListAccessEntries", "apply leaves it as it is"]);
    assert_refused(&world.apply(plan).await.unwrap_err(), "principal_arn", &["import {"]);
}
