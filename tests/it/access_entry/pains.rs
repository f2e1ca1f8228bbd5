//! What users of other providers suffer from, by number; those that another test of this folder shows bear the number there.

use eks_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{TYPE, VIEW, assert_refused, assert_says, everywhere, policies_of_viewer, viewer};
use crate::support::core::{Action, Origin, UNKNOWN, as_json};
use crate::support::eks::{World, role};

/// An argument misspelt that silently grants nothing.
#[tokio::test]
async fn pain_16_an_argument_that_does_not_exist_is_refused() {
    let world = World::start().await;
    for config in [
        json!({ "policy_associations": { VIEW: everywhere() } }),
        json!({ "access_policies": { VIEW: { "scope": { "type": "cluster" } } } }),
    ] {
        let failure = world.validate(TYPE, viewer(config)).await.unwrap_err();
        assert_eq!(failure.diagnostics[0].origin, Origin::Core);
        assert_says(&failure.diagnostics[0], &["unsupported argument"]);
    }
}

/// The role is made anew under the same name in the same apply: its ARN and its unique id are known only then.
#[tokio::test]
async fn pain_20_a_role_made_anew_gets_a_new_entry() {
    let world = World::start().await;
    let config = |arn: &str, id: &str| {
        let mut config = viewer(json!({ "principal_unique_id": id, "access_policies": { VIEW: everywhere() } }));
        config["principal_arn"] = arn.into();
        config
    };
    world.converge(TYPE, "x", config(&role("viewer"), "AROA1")).await.unwrap();
    let plan = world.plan(TYPE, "x", config(UNKNOWN, UNKNOWN)).await.unwrap();
    assert_eq!(plan.action, Action::Replace);
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    assert_eq!(plan.requires_replace, ["principal_arn", "principal_unique_id"]);
    world.changes();
    world.apply_with(plan, config(&role("viewer"), "AROA2")).await.unwrap();
    assert_eq!(
        world.changes(),
        ["DeleteAccessEntry viewer", "CreateAccessEntry viewer", "AssociateAccessPolicy viewer"]
    );
    assert_eq!(policies_of_viewer(&world), json!({ VIEW: "cluster" }));
}

/// The entry and what it may do are one resource: nothing to order, and nothing to go round in a circle.
#[tokio::test]
async fn pain_34_an_entry_goes_with_its_policies_in_one_step() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({ "access_policies": { VIEW: everywhere() } }))).await.unwrap();
    world.changes();
    world.destroy(TYPE, "x").await.unwrap();
    assert_eq!(world.changes(), ["DeleteAccessEntry viewer"]);
}

/// Partitions: nothing is built from `arn:aws:`.
#[tokio::test]
async fn pain_44_china_and_govcloud() {
    for (region, partition) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
        let world = World::start_with("API", json!({ "region": region })).await;
        world.emulator.put_cluster_in(region, "dev", "API");
        let principal = format!("arn:{partition}:iam::111122223333:role/viewer");
        let mut config = viewer(json!({ "access_policies": { VIEW: everywhere() } }));
        config["principal_arn"] = principal.as_str().into();
        let created = world.converge(TYPE, "x", config).await.unwrap();
        let state = as_json(&created.state);
        assert_eq!(
            state["user_name"],
            format!("arn:{partition}:sts::111122223333:assumed-role/viewer/{{{{SessionName}}}}")
        );
        assert_eq!(state["region"], region);
        world.verify_import(TYPE, "x", &format!("dev:{principal}"), &["access_policies"]).await.unwrap();
    }
}

/// The entry is deleted by hand; other tools believe their own record of it.
#[tokio::test]
async fn pain_48_an_entry_that_is_gone_is_made_again() {
    let world = World::start().await;
    world.converge(TYPE, "x", viewer(json!({}))).await.unwrap();
    world.emulator.remove_entry("dev", &role("viewer"));
    assert_eq!(world.converge(TYPE, "x", viewer(json!({}))).await.unwrap().action, Action::Create);
    assert!(world.entry(&role("viewer")).is_some());
}

/// A create that fails halfway is finished by the next apply, without anybody's help and without a loop.
#[tokio::test]
async fn pain_49_a_half_made_entry_is_finished() {
    let world = World::start().await;
    let config = viewer(json!({ "access_policies": { VIEW: everywhere() } }));
    world.emulator.add_fault(Fault::new("AssociateAccessPolicy", FaultKind::AccessDenied));
    let plan = world.plan(TYPE, "x", config.clone()).await.unwrap();
    assert_refused(&world.apply(plan).await.unwrap_err(), "access_policies", &["eks:AssociateAccessPolicy"]);
    world.converge(TYPE, "x", config.clone()).await.unwrap();
    assert_eq!(world.converge(TYPE, "x", config).await.unwrap().action, Action::NoOp);
}
