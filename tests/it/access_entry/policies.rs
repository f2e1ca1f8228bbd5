//! The policies that an entry owns.

use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{ADMIN, EDIT, TYPE, VIEW, assert_refused, assert_says, everywhere, policies_of_viewer, viewer, within};
use crate::support::core::{Action, UNKNOWN};
use crate::support::eks::{World, policy, role};

fn with(policies: Json) -> Json {
    viewer(json!({ "access_policies": policies }))
}

#[tokio::test]
async fn half_failed_create_keeps_what_exists_and_the_next_apply_completes() {
    let world = World::start().await;
    let config = with(json!({ EDIT: within(&["a"]), VIEW: everywhere() }));
    world.emulator.add_fault(Fault { after: 1, ..Fault::new("AssociateAccessPolicy", FaultKind::AccessDenied) });
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    let words = ["eks:AssociateAccessPolicy", &role("viewer"), "`terraform untaint` with the address of this resource"];
    assert_refused(&failure, "access_policies", &words);

    assert_eq!(policies_of_viewer(&world), json!({ EDIT: ["a"] }));
    let state = world.state(TYPE, "x").expect("the entry exists");
    assert_eq!(state["access_policies"].as_object().unwrap().keys().collect::<Vec<_>>(), [EDIT]);
    world.converge(TYPE, "x", config).await.unwrap();
    assert_eq!(policies_of_viewer(&world), json!({ EDIT: ["a"], VIEW: "cluster" }));
}

#[tokio::test]
async fn half_failed_update_keeps_what_is_done_and_the_next_apply_completes() {
    let world = World::start().await;
    world.converge(TYPE, "x", with(json!({ ADMIN: everywhere() }))).await.unwrap();
    let config = with(json!({ EDIT: within(&["a"]), VIEW: everywhere() }));
    world.emulator.add_fault(Fault::new("DisassociateAccessPolicy", FaultKind::AccessDenied));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert_refused(&failure, "access_policies", &["eks:DisassociateAccessPolicy"]);
    assert!(!failure.only().detail.contains("untaint"), "{failure:?}");
    let state = world.state(TYPE, "x").unwrap();
    assert_eq!(state["access_policies"].as_object().unwrap().len(), 3, "{state}");

    world.changes();
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Update);
    assert_eq!(world.changes(), ["DisassociateAccessPolicy viewer"], "only what is missing is done");
}

#[tokio::test]
async fn policy_that_eks_does_not_offer() {
    let world = World::start().await;
    let plan = world.plan(TYPE, "x", with(json!({ "AmazonEKSViewerPolicy": everywhere() }))).await.unwrap();
    let failure = world.apply(plan).await.unwrap_err();
    assert_refused(&failure, "access_policies", &["policyArn could not be found", "list-access-policies"]);
}

#[tokio::test]
async fn basic() {
    let world = World::start().await;
    let config = with(json!({ VIEW: within(&["dev-*", "prod", "web"]), ADMIN: everywhere() }));
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Create);
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: ["dev-*", "prod", "web"], ADMIN: "cluster" }));
}

#[tokio::test]
async fn pain_14_scope_changes_in_place_with_one_call() {
    let world = World::start().await;
    world.converge(TYPE, "x", with(json!({ VIEW: within(&["a"]), EDIT: within(&["a"]) }))).await.unwrap();
    world.changes();
    for (scope, shown) in
        [(within(&["a", "b"]), json!(["a", "b"])), (everywhere(), json!("cluster")), (within(&["b"]), json!(["b"]))]
    {
        let config = with(json!({ VIEW: scope, EDIT: within(&["a"]) }));
        assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::Update);
        assert_eq!(world.changes(), ["AssociateAccessPolicy viewer"]);
        assert_eq!(policies_of_viewer(&world), json!({ VIEW: shown, EDIT: ["a"] }));
    }
}

#[tokio::test]
async fn addition_and_removal() {
    let world = World::start().await;
    world.converge(TYPE, "x", with(json!({ VIEW: everywhere() }))).await.unwrap();
    world.changes();
    world.converge(TYPE, "x", with(json!({ VIEW: everywhere(), EDIT: within(&["a"]) }))).await.unwrap();
    assert_eq!(world.changes(), ["AssociateAccessPolicy viewer"]);
    world.converge(TYPE, "x", with(json!({ EDIT: within(&["a"]) }))).await.unwrap();
    assert_eq!(world.changes(), ["DisassociateAccessPolicy viewer"]);
    world.converge(TYPE, "x", with(json!({}))).await.unwrap();
    assert_eq!(world.changes(), ["DisassociateAccessPolicy viewer"]);
    assert_eq!(policies_of_viewer(&world), json!({}));
}

/// From one policy to another, the principal is never without both.
#[tokio::test]
async fn a_new_policy_comes_before_the_old_one_goes() {
    let world = World::start().await;
    world.converge(TYPE, "x", with(json!({ EDIT: everywhere() }))).await.unwrap();
    world.changes();
    world.converge(TYPE, "x", with(json!({ VIEW: everywhere() }))).await.unwrap();
    assert_eq!(world.changes(), ["AssociateAccessPolicy viewer", "DisassociateAccessPolicy viewer"]);
}

#[tokio::test]
async fn a_policy_written_as_name_or_arn_is_one_policy() {
    let world = World::start().await;
    world.converge(TYPE, "x", with(json!({ VIEW: everywhere() }))).await.unwrap();
    world.changes();
    world.converge(TYPE, "x", with(json!({ policy(VIEW): everywhere() }))).await.unwrap();
    assert_eq!(world.changes(), [""; 0]);
    let state = world.state(TYPE, "x").unwrap();
    assert_eq!(state["access_policies"].as_object().unwrap().keys().collect::<Vec<_>>(), [&policy(VIEW)]);
}

#[tokio::test]
async fn empty_namespaces_mean_the_same_as_none() {
    let world = World::start().await;
    let scope = json!({ "access_scope": { "type": "cluster", "namespaces": [] } });
    world.converge(TYPE, "x", with(json!({ VIEW: scope }))).await.unwrap();
    world.changes();
    world.converge(TYPE, "x", with(json!({ VIEW: everywhere() }))).await.unwrap();
    assert_eq!(world.changes(), [""; 0]);
}

#[tokio::test]
async fn order_of_namespaces_is_no_diff() {
    let world = World::start().await;
    world.converge(TYPE, "x", with(json!({ VIEW: within(&["b", "a"]) }))).await.unwrap();
    let plan = world.plan(TYPE, "x", with(json!({ VIEW: within(&["a", "b"]) }))).await.unwrap();
    assert_eq!(plan.action, Action::NoOp);
}

#[tokio::test]
async fn drift_is_seen_and_mended() {
    let world = World::start().await;
    let config = with(json!({ VIEW: within(&["a"]), EDIT: everywhere() }));
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    let associated = |policies: Json| json!({ "principalArn": role("viewer"), "accessPolicies": policies });
    let of = |name: &str, scope: Json| json!({ "policyArn": policy(name), "accessScope": scope });
    let (a, all) = (json!({ "type": "namespace", "namespaces": ["a"] }), json!({ "type": "cluster" }));
    for (drift, calls) in [
        (json!([of(VIEW, a.clone())]), &["AssociateAccessPolicy viewer"][..]),
        (json!([of(VIEW, all.clone()), of(EDIT, all.clone())]), &["AssociateAccessPolicy viewer"]),
        (json!([of(VIEW, a), of(EDIT, all.clone()), of(ADMIN, all)]), &["DisassociateAccessPolicy viewer"]),
        (json!([]), &["AssociateAccessPolicy viewer", "AssociateAccessPolicy viewer"]),
    ] {
        world.emulator.put_entry("dev", associated(drift.clone())).unwrap();
        world.changes();
        assert_eq!(world.converge(TYPE, "x", config.clone()).await.unwrap().action, Action::Update, "{drift}");
        assert_eq!(world.changes(), calls, "{drift}");
        assert_eq!(policies_of_viewer(&world), json!({ VIEW: ["a"], EDIT: "cluster" }));
    }
}

/// Without `access_policies`, policies belong to somebody else, such as `eks_access_policy_association`.
#[tokio::test]
async fn absent_means_that_policies_are_not_its_business() {
    let world = World::start().await;
    world.converge(TYPE, "x", with(json!({ VIEW: everywhere() }))).await.unwrap();
    world.changes();
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    assert_eq!(world.changes(), [""; 0]);
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: "cluster" }));
    world.converge(TYPE, "x", viewer(json!({ "kubernetes_groups": ["a"] }))).await.unwrap();
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: "cluster" }));
}

#[tokio::test]
async fn claiming_the_policies_names_those_that_go() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    let scope = json!({ "type": "cluster" });
    let both = [VIEW, ADMIN].map(|name| json!({ "policyArn": policy(name), "accessScope": scope }));
    world.emulator.put_entry("dev", json!({ "principalArn": role("viewer"), "accessPolicies": both })).unwrap();

    let config = with(json!({ VIEW: everywhere() }));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    let warning = &plan.warnings[0];
    // Whose, too: of several warnings with one summary, Terraform shows the first.
    let summary =
        format!("Policies will be removed from the access entry of {} on cluster dev in us-east-1", role("viewer"));
    assert_eq!((&warning.summary, warning.path.as_str()), (&summary, "access_policies"));
    assert_says(warning, &[&policy(ADMIN)]);
    assert!(!warning.detail.contains(VIEW), "{warning:?}");
    world.apply(plan).await.unwrap();
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: "cluster" }));
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}

/// Nobody can be asked about a principal that is not known yet.
#[tokio::test]
async fn claiming_the_policies_of_a_principal_known_only_after_apply() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    let config = with(json!({ VIEW: everywhere() }));
    let mut unknown = config.clone();
    unknown["principal_arn"] = UNKNOWN.into();
    let plan = world.plan(TYPE, "x", unknown).await.unwrap();
    assert_eq!(plan.action, Action::Replace);
    world.apply_with(plan, config).await.unwrap();
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: "cluster" }));
}

/// EKS drops the policies of an entry with it.
#[tokio::test]
async fn pain_17_a_replacement_restores_the_policies_in_the_same_apply() {
    let world = World::start().await;
    let config = |more: Json| {
        let mut config = with(json!({ VIEW: within(&["a"]), EDIT: everywhere() }));
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    world.converge(TYPE, "x", config(json!({ "principal_unique_id": "AROA1" }))).await.unwrap();
    world.changes();
    let replaced = world.converge(TYPE, "x", config(json!({ "principal_unique_id": "AROA2" }))).await.unwrap();
    assert_eq!(replaced.action, Action::Replace);
    let expected = ["DeleteAccessEntry", "CreateAccessEntry", "AssociateAccessPolicy", "AssociateAccessPolicy"];
    assert_eq!(world.changes(), expected.map(|operation| format!("{operation} viewer")));
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: ["a"], EDIT: "cluster" }));
}

#[tokio::test]
async fn a_replacement_by_another_type_restores_the_policies() {
    let world = World::start().await;
    let config = |kind: &str| viewer(json!({ "type": kind, "access_policies": { VIEW: everywhere() } }));
    world.converge(TYPE, "x", config("EC2")).await.unwrap();
    assert_eq!(world.converge(TYPE, "x", config("STANDARD")).await.unwrap().action, Action::Replace);
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: "cluster" }));
}

/// Not all of EKS has heard of a new entry at once.
#[tokio::test]
async fn pain_18_a_policy_waits_for_its_entry() {
    let world = World::start().await;
    world.emulator.settings(json!({ "entry_visible_after_ms": 300 })).unwrap();
    world.converge(TYPE, "x", with(json!({ VIEW: everywhere() }))).await.unwrap();
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: "cluster" }));
}

/// What Terraform shows of it looks as if the policies went.
#[tokio::test]
async fn policies_that_are_no_longer_written_stay_and_the_plan_says_so() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({ "access_policies": { VIEW: everywhere() } }))).await.unwrap();
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    let [warning] = plan.warnings.as_slice() else { panic!("{:?}", plan.warnings) };
    assert!(warning.summary.starts_with("Policies stay with the access entry of"), "{warning:?}");
    assert_says(warning, &[VIEW, "access_policies = {}", "eks_access_policy_association"]);
    world.apply(plan).await.unwrap();
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: "cluster" }));

    world.converge(TYPE, "x", viewer(json!({ "access_policies": {} }))).await.unwrap();
    assert_eq!(world.converge(TYPE, "x", viewer(json!({}))).await.unwrap().warnings.len(), 0);
    assert_eq!(policies_of_viewer(&world), json!({}));
}
