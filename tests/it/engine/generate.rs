//! Generated configuration: applied as it is, it changes nothing.

use std::collections::BTreeMap;

use terraform_provider_eks::framework::Timeouts;
use terraform_provider_eks::framework::engine::generate::Generated;
use terraform_provider_eks::framework::engine::plan::Plan;
use terraform_provider_eks::value::Value;

use super::toy::{Bit, Part, Remote, ThingModel, known};
use super::{assert_nothing_said, assert_said, decoded, encoded, null, unconfigured};

async fn generate(state: ThingModel) -> ThingModel {
    let generated = unconfigured().generate_config("toy_thing", encoded(state)).await;
    assert_nothing_said(&generated.diagnostics);
    decoded(&generated.config).unwrap()
}

#[tokio::test]
async fn unknown_type() {
    let Generated { diagnostics, .. } =
        unconfigured().generate_config("toy_thin", encoded(ThingModel::state("cup"))).await;
    assert_said(&diagnostics, &["error: Unknown type"]);
}

/// A list may find no more than an identity.
#[tokio::test]
async fn nothing_of_nothing() {
    let generated = unconfigured().generate_config("toy_thing", null::<ThingModel>()).await;
    assert_nothing_said(&generated.diagnostics);
    assert_eq!(decoded::<ThingModel>(&generated.config), None);
}

/// What the provider gives, what is as it is by default and what the remote side has chosen need not be written.
#[tokio::test]
async fn what_need_not_be_written() {
    assert_eq!(generate(ThingModel::state("cup")).await, ThingModel::config("cup"));
}

#[tokio::test]
async fn what_should_not_be_written() {
    let old = Value::Known(vec![Part::config("round")]);
    let state = ThingModel { nickname: known("mug"), old_rule: old, ..ThingModel::state("cup") };
    assert_eq!(generate(state).await, ThingModel::config("cup"));
}

#[tokio::test]
async fn what_has_to_be_written() {
    let config = ThingModel { color: known("blue"), zone: known("south"), ..ThingModel::config("cup") };
    assert_eq!(generate(config.clone().made()).await, config);
}

#[tokio::test]
async fn what_is_inside() {
    let part = |kind: &str| Part { finish: known("matte"), serial: known("serial-1"), ..Part::config(kind) };
    let state = ThingModel {
        body: Value::Known(part("round")),
        parts: Value::Known(BTreeMap::from([("left".to_owned(), part("round"))])),
        bits: Value::Known([Bit { kind: known("round") }].into()),
        place: Value::Known(Part { finish: known("glossy"), ..part("round") }),
        rule: Value::Known(vec![part("round"), part("square")]),
        ..ThingModel::state("cup")
    };
    let config = ThingModel {
        body: Value::Known(Part::config("round")),
        parts: Value::Known(BTreeMap::from([("left".to_owned(), Part::config("round"))])),
        bits: state.bits.clone(),
        place: Value::Known(Part { finish: known("glossy"), ..Part::config("round") }),
        rule: Value::Known(vec![Part::config("round"), Part::config("square")]),
        ..ThingModel::config("cup")
    };
    assert_eq!(generate(state).await, config);
}

#[tokio::test]
async fn block_with_nothing_in_it() {
    let state = ThingModel { timeouts: Value::Known(Timeouts::default()), ..ThingModel::state("cup") };
    assert_eq!(generate(state).await.timeouts, Value::Null);
    let timeouts = Timeouts { create: known("5m"), ..Timeouts::default() };
    let state = ThingModel { timeouts: Value::Known(timeouts.clone()), ..ThingModel::state("cup") };
    assert_eq!(generate(state).await.timeouts, Value::Known(timeouts));
}

/// The proof: the plan for the object with the configuration generated from it is that object.
#[tokio::test]
async fn plans_empty() {
    for zone in ["north", "south"] {
        let state = ThingModel { zone: known(zone), size: Value::Known(3), ..ThingModel::state("cup") };
        let config = generate(state.clone()).await;
        // Terraform's proposal, for what the configuration leaves to the provider.
        let proposed = ThingModel { color: Value::Null, nickname: Value::Null, ..state.clone() };
        let question = Plan {
            type_name: "toy_thing".to_owned(),
            prior: encoded(state.clone()),
            proposed: encoded(proposed),
            config: encoded(config),
            ..Plan::default()
        };
        let planned = Remote::default().engine().await.plan(question).await;
        assert_nothing_said(&planned.diagnostics);
        assert_eq!(decoded(&planned.state), Some(state));
    }
}
