//! Plans that people can read, and plans of what is not known yet.

use serde_json::{Value as Json, json};

use super::{EDIT, TYPE, VIEW, everywhere, summaries, user, viewer, within};
use crate::support::core::{Action, Plan, UNKNOWN, as_json};
use crate::support::eks::{World, role};

/// The attributes that are shown as "(known after apply)".
fn unknown(plan: &Plan) -> Vec<String> {
    let planned = as_json(&plan.planned);
    let attributes = planned.as_object().unwrap();
    attributes.iter().filter(|(_, value)| **value == UNKNOWN).map(|(name, _)| name.clone()).collect()
}

#[tokio::test]
async fn a_create_leaves_open_what_only_eks_knows() {
    let world = World::start().await;
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    assert_eq!(unknown(&plan), ["access_entry_arn", "created_at", "modified_at", "user_name"]);
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
}

#[tokio::test]
async fn an_update_leaves_open_nothing_but_the_time() {
    let world = World::start().await;
    let before = json!({
        "kubernetes_groups": ["a"], "user_name": "jane", "tags": { "team": "a" },
        "access_policies": { VIEW: within(&["a"]) },
    });
    world.converge(TYPE, "x", viewer(before.clone())).await.unwrap();
    for (name, value) in [
        ("kubernetes_groups", json!(["b"])),
        ("kubernetes_groups", Json::Null),
        ("user_name", json!("joe")),
        ("user_name", Json::Null),
        ("tags", json!({ "team": "b" })),
        ("tags", Json::Null),
        ("access_policies", json!({ VIEW: everywhere() })),
        ("access_policies", json!({ EDIT: everywhere() })),
        ("access_policies", Json::Null),
        ("on_conflict", json!("adopt")),
        ("principal_unique_id", json!("AROA1")),
        ("timeouts", json!({ "create": "1m" })),
    ] {
        let mut config = viewer(before.clone());
        config[name] = value;
        let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
        assert_eq!(plan.action, Action::Update, "{config}");
        assert_eq!(unknown(&plan), ["modified_at"], "{config}");
        let (prior, planned) = (as_json(&plan.prior), as_json(&plan.planned));
        let shown = |key: &&String| prior[*key] != planned[*key];
        let mut changed: Vec<&str> = prior.as_object().unwrap().keys().filter(shown).map(String::as_str).collect();
        changed.retain(|changed| !matches!(*changed, "modified_at" | "tags_all"));
        assert_eq!(changed, [name], "{config}");
    }
}

#[tokio::test]
async fn pain_12_groups_left_out_are_groups_taken_away() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({ "kubernetes_groups": ["admins"] }))).await.unwrap();
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    assert_eq!(as_json(&plan.planned)["kubernetes_groups"], json!([]));
    world.apply(plan).await.unwrap();
    assert_eq!(world.entry(&role("viewer")).unwrap()["kubernetesGroups"], json!([]));
}

#[tokio::test]
async fn pain_13_a_user_name_left_out_goes_back_to_the_default_in_place() {
    for (principal, default) in [
        (role("team/viewer"), "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}".to_owned()),
        (user("jane"), user("jane")),
    ] {
        let world = World::start().await;
        world.converge(TYPE, "x", super::entry(&principal, json!({ "user_name": "jane" }))).await.unwrap();
        let plan = world.plan(TYPE, "x", super::entry(&principal, json!({}))).await.unwrap();
        assert_eq!((plan.action, &as_json(&plan.planned)["user_name"]), (Action::Update, &json!(default)));
        world.apply(plan).await.unwrap();
        assert_eq!(world.entry(&principal).unwrap()["username"], default);
    }
}

/// Modules pass `""` for "none", as with hashicorp/aws.
#[tokio::test]
async fn an_empty_user_name_is_the_default() {
    let world = World::start().await;
    let default = "arn:aws:sts::111122223333:assumed-role/viewer/{{SessionName}}";
    for user_name in [json!(""), json!("jane"), json!(""), Json::Null, json!("")] {
        world.converge(TYPE, "x", viewer(json!({ "user_name": user_name }))).await.unwrap();
        let expected = if user_name == "jane" { "jane" } else { default };
        assert_eq!(world.entry(&role("viewer")).unwrap()["username"], expected);
    }
}

#[tokio::test]
async fn order_and_absence_of_groups_are_no_diff() {
    let world = World::start().await;
    for (one, other) in [(json!(["b", "a"]), json!(["a", "b", "a"])), (json!([]), Json::Null), (Json::Null, json!([]))]
    {
        world.converge(TYPE, "x", viewer(json!({ "kubernetes_groups": one }))).await.unwrap();
        let plan = world.plan(TYPE, "x", viewer(json!({ "kubernetes_groups": other }))).await.unwrap();
        assert_eq!(plan.action, Action::NoOp, "{one} {other}");
    }
}

#[tokio::test]
async fn what_is_known_only_after_apply_is_planned_without_asking_aws() {
    let world = World::start().await;
    for (name, value) in
        [("cluster_name", json!(UNKNOWN)), ("principal_arn", json!(UNKNOWN)), ("region", json!(UNKNOWN))]
    {
        let mut config = viewer(json!({}));
        config[name] = value;
        let plan = world.plan(TYPE, "x", config).await.unwrap();
        assert_eq!(plan.action, Action::Create);
        assert_eq!(world.calls(), [""; 0], "{name}");
        world.apply_with(plan, viewer(json!({ "region": "us-east-1" }))).await.unwrap();
        world.destroy(TYPE, "x").await.unwrap();
        world.calls();
    }
}

#[tokio::test]
async fn arguments_known_only_after_apply() {
    let scope = |namespaces: Json| json!({ "access_scope": { "type": "namespace", "namespaces": namespaces } });
    for (name, unknown, known) in [
        ("type", json!(UNKNOWN), json!("EC2_LINUX")),
        ("type", json!(UNKNOWN), json!("STANDARD")),
        ("kubernetes_groups", json!(UNKNOWN), json!([])),
        ("kubernetes_groups", json!(["a", UNKNOWN]), json!(["a", "b"])),
        ("user_name", json!(UNKNOWN), json!("jane")),
        ("user_name", json!(UNKNOWN), Json::Null),
        ("access_policies", json!(UNKNOWN), json!({ VIEW: everywhere() })),
        ("access_policies", json!({ VIEW: scope(json!(UNKNOWN)) }), json!({ VIEW: scope(json!(["a"])) })),
        ("access_policies", json!({ VIEW: scope(json!(["a", UNKNOWN])) }), json!({ VIEW: scope(json!(["a", "b"])) })),
        ("access_policies", json!({ VIEW: { "access_scope": UNKNOWN } }), json!({ VIEW: everywhere() })),
        ("on_conflict", json!(UNKNOWN), json!("adopt")),
        ("principal_unique_id", json!(UNKNOWN), json!("AROA1")),
    ] {
        for exists in [false, true] {
            let world = World::start().await;
            if exists {
                world.converge(TYPE, "x", viewer(json!({ "principal_unique_id": "AROA0" }))).await.unwrap();
            }
            let plan = world.plan(TYPE, "x", viewer(json!({ name: unknown }))).await;
            let plan = plan.unwrap_or_else(|failure| panic!("{name} {unknown}: {failure:?}"));
            let applied = world.apply_with(plan, viewer(json!({ name: known }))).await;
            applied.unwrap_or_else(|failure| panic!("{name} {unknown} {known} {exists}: {failure:?}"));
            assert_eq!(world.converge(TYPE, "x", viewer(json!({ name: known }))).await.unwrap().action, Action::NoOp);
        }
    }
}

/// A provider block that takes something from what this plan is going to make.
#[tokio::test]
async fn a_provider_block_known_only_after_apply() {
    let world = World::start_with("API", json!({ "token": UNKNOWN })).await;
    let plan = world.plan(TYPE, "x", viewer(json!({}))).await.unwrap();
    assert_eq!(plan.action, Action::Create);
    assert_eq!(as_json(&plan.planned)["region"], UNKNOWN);
    assert!(summaries(&plan.warnings).is_empty());
    assert_eq!(world.calls(), [""; 0]);
}
