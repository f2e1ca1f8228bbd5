//! Upgrades: state and identities that other versions wrote.

use terraform_provider_eks::framework::RawState;
use terraform_provider_eks::framework::engine::upgrade::{Upgrade, Upgraded};
use terraform_provider_eks::value::Value;

use super::toy::{ThingIdentity, ThingModel, known, raw};
use super::{assert_nothing_said, assert_our_bug, assert_said, decoded};

/// No client is needed to read state; the engine is not even configured.
async fn upgrade(version: i64, state: RawState) -> Upgraded {
    let engine = super::unconfigured();
    engine.upgrade(Upgrade { type_name: "toy_thing".to_owned(), version, state }).await
}

#[tokio::test]
async fn no_way_from_there() {
    let upgraded = upgrade(2, raw("{}")).await;
    assert_said(&upgraded.diagnostics, &["error: Cannot upgrade state"]);
}

#[tokio::test]
async fn newer_than_we_are() {
    assert_said(&upgrade(4, raw("{}")).await.diagnostics, &["error: Cannot upgrade state"]);
}

#[tokio::test]
async fn not_an_object() {
    assert_said(&upgrade(3, raw("[1]")).await.diagnostics, &["error: Cannot read stored state"]);
    assert_said(&upgrade(1, raw("nonsense")).await.diagnostics, &["error: Cannot read stored state"]);
}

#[tokio::test]
async fn flatmap() {
    let state = RawState { is_flatmap: true, ..RawState::default() };
    assert_said(&upgrade(3, state.clone()).await.diagnostics, &["error: Cannot read stored state"]);
    assert_said(&upgrade(1, state).await.diagnostics, &["error: Cannot read stored state"]);
}

#[tokio::test]
async fn panics() {
    let upgraded = upgrade(0, raw("{}")).await;
    assert_said(&upgraded.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&upgraded.diagnostics);
}

/// A form of the state may gain and lose attributes without a new number.
#[tokio::test]
async fn same_version() {
    let upgraded = upgrade(3, raw(r#"{"name": "cup", "size": 3, "weight": 5}"#)).await;
    assert_nothing_said(&upgraded.diagnostics);
    assert_eq!(decoded(&upgraded.state), Some(ThingModel { size: Value::Known(3), ..ThingModel::config("cup") }));
}

#[tokio::test]
async fn older() {
    let upgraded = upgrade(1, raw(r#"{"title": "cup"}"#)).await;
    assert_nothing_said(&upgraded.diagnostics);
    assert_eq!(decoded(&upgraded.state), Some(ThingModel::config("cup")));
}

#[tokio::test]
async fn identity() {
    let upgraded = super::unconfigured().upgrade_identity("toy_thing", raw(r#"{"name": "cup"}"#)).await;
    assert_nothing_said(&upgraded.diagnostics);
    let identity = ThingIdentity { name: known("cup"), zone: Value::Null };
    assert_eq!(upgraded.identity.as_ref().and_then(decoded), Some(identity));
}
