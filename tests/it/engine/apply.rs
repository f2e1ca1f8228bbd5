//! Apply: whatever goes wrong, the state that goes back is what is true.

use terraform_provider_eks::framework::engine::apply::{Applied, Apply};
use terraform_provider_eks::framework::{Diagnostic, Failed};
use terraform_provider_eks::value::{Encoded, Value};

use super::toy::{Part, Remote, ThingIdentity, ThingModel, known, went_wrong};
use super::{assert_nothing_said, assert_our_bug, assert_said, decoded, encoded, null};

fn apply(prior: Option<ThingModel>, planned: Option<ThingModel>, config: Option<ThingModel>) -> Apply {
    let sent = |model: Option<ThingModel>| model.map_or_else(null::<ThingModel>, encoded);
    Apply { type_name: "toy_thing".to_owned(), prior: sent(prior), planned: sent(planned), config: sent(config) }
}

/// A thing that the configuration names and nothing else.
fn create() -> Apply {
    let unknown = ThingModel {
        color: known("red"),
        zone: Value::Unknown,
        hints: Value::Unknown,
        id: Value::Unknown,
        revision: Value::Unknown,
        ..ThingModel::config("cup")
    };
    apply(None, Some(unknown), Some(ThingModel::config("cup")))
}

/// A thing that gets another size.
fn update() -> Apply {
    let config = ThingModel { size: Value::Known(2), ..ThingModel::config("cup") };
    let planned = ThingModel { size: Value::Known(2), revision: Value::Unknown, ..ThingModel::state("cup") };
    apply(Some(ThingModel::state("cup")), Some(planned), Some(config))
}

fn delete() -> Apply {
    apply(Some(ThingModel::state("cup")), None, None)
}

fn state(applied: &Applied) -> Option<ThingModel> {
    decoded(&applied.state)
}

fn identity(applied: &Applied) -> Option<ThingIdentity> {
    applied.identity.as_ref().and_then(decoded)
}

fn cup() -> ThingIdentity {
    ThingIdentity { name: known("cup"), zone: known("north") }
}

#[tokio::test]
async fn create_fails() {
    let remote = Remote { create: |_| Err(went_wrong().into()), ..Remote::default() };
    let applied = remote.engine().await.apply(create()).await;
    assert_said(&applied.diagnostics, &["error: Went wrong"]);
    assert_eq!((state(&applied), applied.identity, applied.private), (None, None, vec![]));
}

/// The remote object exists and is not all that it should be: without it in the state, nobody would ever remove it.
#[tokio::test]
async fn create_half_fails() {
    let remote = Remote { create: |create| Err(Failed::leaving(create.planned, went_wrong())), ..Remote::default() };
    let applied = remote.engine().await.apply(create()).await;
    assert_said(&applied.diagnostics, &["error: Went wrong"]);
    let half = ThingModel { color: known("red"), ..ThingModel::config("cup") };
    assert_eq!(state(&applied), Some(half));
    assert_eq!(identity(&applied), Some(ThingIdentity { name: known("cup"), zone: Value::Null }));
    assert!(!applied.private.is_empty());
}

#[tokio::test]
async fn create_panics() {
    let remote = Remote { create: |_| panic!("on purpose"), ..Remote::default() };
    let engine = remote.engine().await;
    let applied = engine.apply(create()).await;
    assert_said(&applied.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&applied.diagnostics);
    assert_eq!(state(&applied), None);
    assert_nothing_said(&engine.apply(delete()).await.diagnostics);
}

#[tokio::test]
async fn create_changes_what_was_planned() {
    let create_another = Remote {
        create: |create| Ok(ThingModel { color: known("blue"), ..create.planned.made() }),
        ..Remote::default()
    };
    let applied = create_another.engine().await.apply(create()).await;
    assert_said(&applied.diagnostics, &["error at color: Result differs from plan"]);
    assert_our_bug(&applied.diagnostics);
    assert_eq!(state(&applied), Some(ThingModel { color: known("blue"), ..ThingModel::state("cup") }));
    assert_eq!(identity(&applied), Some(cup()));
}

#[tokio::test]
async fn create_leaves_something_unknown() {
    let remote =
        Remote { create: |create| Ok(ThingModel { id: Value::Unknown, ..create.planned.made() }), ..Remote::default() };
    let applied = remote.engine().await.apply(create()).await;
    assert_said(&applied.diagnostics, &["error at id: Unfinished result"]);
    assert_our_bug(&applied.diagnostics);
    assert_eq!(state(&applied), Some(ThingModel { id: Value::Null, ..ThingModel::state("cup") }));
}

/// An object with something unknown in it could not be saved, at whatever depth it is.
#[tokio::test]
async fn create_leaves_an_element_unknown() {
    let remote = Remote {
        create: |create| {
            Ok(ThingModel { hints: Value::Known(vec![known("a"), Value::Unknown]), ..create.planned.made() })
        },
        ..Remote::default()
    };
    let applied = remote.engine().await.apply(create()).await;
    assert_said(&applied.diagnostics, &["error at hints[1]: Unfinished result"]);
    let hints = Value::Known(vec![known("a"), Value::Null]);
    assert_eq!(state(&applied), Some(ThingModel { hints, ..ThingModel::state("cup") }));
}

/// Where Terraform wants an empty list of blocks, a resource may say that there are none.
#[tokio::test]
async fn no_blocks_are_an_empty_list() {
    let remote =
        Remote { create: |create| Ok(ThingModel { rule: Value::Null, ..create.planned.made() }), ..Remote::default() };
    let applied = remote.engine().await.apply(create()).await;
    assert_nothing_said(&applied.diagnostics);
    assert_eq!(state(&applied), Some(ThingModel::state("cup")));
}

#[tokio::test]
async fn creates() {
    let applied = Remote::default().engine().await.apply(create()).await;
    assert_nothing_said(&applied.diagnostics);
    assert_eq!(state(&applied), Some(ThingModel::state("cup")));
    assert_eq!(identity(&applied), Some(cup()));
    assert!(!applied.private.is_empty());
}

#[tokio::test]
async fn update_fails() {
    let remote = Remote { update: |_| Err(went_wrong().into()), ..Remote::default() };
    let applied = remote.engine().await.apply(update()).await;
    assert_said(&applied.diagnostics, &["error: Went wrong"]);
    assert_eq!(state(&applied), Some(ThingModel::state("cup")));
    assert_eq!(identity(&applied), Some(cup()));
    assert!(!applied.private.is_empty());
}

#[tokio::test]
async fn update_half_fails() {
    let remote = Remote {
        update: |update| Err(Failed::leaving(ThingModel { size: Value::Known(1), ..update.prior }, went_wrong())),
        ..Remote::default()
    };
    let applied = remote.engine().await.apply(update()).await;
    assert_said(&applied.diagnostics, &["error: Went wrong"]);
    assert_eq!(state(&applied), Some(ThingModel { size: Value::Known(1), ..ThingModel::state("cup") }));
}

#[tokio::test]
async fn update_panics() {
    let remote = Remote { update: |_| panic!("on purpose"), ..Remote::default() };
    let applied = remote.engine().await.apply(update()).await;
    assert_said(&applied.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&applied.diagnostics);
}

#[tokio::test]
async fn update_changes_what_was_planned() {
    let change = |body: Value<Part>| ThingModel { body, ..ThingModel::state("cup") };
    let planned = Part { finish: known("matte"), serial: known("serial-1"), ..Part::config("round") };
    let question =
        apply(Some(change(Value::Null)), Some(change(Value::Known(planned))), Some(ThingModel::config("cup")));
    let remote = Remote {
        update: |update| {
            let body = update.planned.body.map(|body| Part { finish: known("glossy"), ..body });
            Ok(ThingModel { body, ..update.prior })
        },
        ..Remote::default()
    };
    let applied = remote.engine().await.apply(question).await;
    assert_said(&applied.diagnostics, &["error at body.finish: Result differs from plan"]);
}

#[tokio::test]
async fn updates() {
    let applied = Remote::default().engine().await.apply(update()).await;
    assert_nothing_said(&applied.diagnostics);
    assert_eq!(state(&applied), Some(ThingModel { size: Value::Known(2), ..ThingModel::state("cup") }));
    assert_eq!(identity(&applied), Some(cup()));
}

#[tokio::test]
async fn delete_fails() {
    let remote = Remote { delete: |_| Err(went_wrong()), ..Remote::default() };
    let applied = remote.engine().await.apply(delete()).await;
    assert_said(&applied.diagnostics, &["error: Went wrong"]);
    assert_eq!(state(&applied), Some(ThingModel::state("cup")));
    assert_eq!(identity(&applied), Some(cup()));
    assert!(!applied.private.is_empty());
}

#[tokio::test]
async fn delete_panics() {
    let remote = Remote { delete: |_| panic!("on purpose"), ..Remote::default() };
    let applied = remote.engine().await.apply(delete()).await;
    assert_said(&applied.diagnostics, &["error: Provider panicked"]);
}

#[tokio::test]
async fn deletes() {
    let applied = Remote::default().engine().await.apply(delete()).await;
    assert_nothing_said(&applied.diagnostics);
    assert_eq!((state(&applied), applied.identity, applied.private), (None, None, vec![]));
}

#[tokio::test]
async fn unknown_type() {
    let question = Apply { type_name: "toy_thin".to_owned(), ..create() };
    let applied = Remote::default().engine().await.apply(question).await;
    assert_said(&applied.diagnostics, &["error: Unknown type"]);
}

#[tokio::test]
async fn unreadable_value() {
    let question = Apply { planned: Encoded { msgpack: vec![0xc3], json: vec![] }, ..create() };
    let applied = Remote::default().engine().await.apply(question).await;
    assert_said(&applied.diagnostics, &["error: Value does not fit the schema"]);
    assert_our_bug(&applied.diagnostics);
}

/// What a resource calls a bug is its own, and the sentence that says so is added once.
#[tokio::test]
async fn a_bug_of_the_resource() {
    let remote = Remote { create: |_| Err(Diagnostic::bug("Odd", "This cannot be.").into()), ..Remote::default() };
    let applied = remote.engine().await.apply(create()).await;
    assert_eq!(applied.diagnostics.iter().next().unwrap().detail, "This cannot be. This is a bug in the toy provider.");
}
