//! Import: by id, by identity, and of what is not there.

use terraform_provider_eks::framework::engine::import::{Import, Imported};
use terraform_provider_eks::value::Value;

use super::toy::{Remote, ThingIdentity, ThingModel, known, went_wrong};
use super::{assert_nothing_said, assert_our_bug, assert_said, decoded, encoded};

async fn by_id(remote: Remote, id: &str) -> Imported {
    let question = Import { type_name: "toy_thing".to_owned(), id: id.to_owned(), identity: None };
    remote.engine().await.import(question).await
}

async fn by_identity(remote: Remote, identity: ThingIdentity) -> Imported {
    let identity = Some(encoded(identity));
    let question = Import { type_name: "toy_thing".to_owned(), id: String::new(), identity };
    remote.engine().await.import(question).await
}

fn cup() -> ThingIdentity {
    ThingIdentity { name: known("cup"), zone: known("south") }
}

#[track_caller]
fn assert_imported(imported: &Imported, state: ThingModel, identity: ThingIdentity) {
    assert_nothing_said(&imported.diagnostics);
    assert_eq!(imported.type_name, "toy_thing");
    assert_eq!(decoded(&imported.state), Some(state));
    assert_eq!(imported.identity.as_ref().and_then(decoded), Some(identity));
    assert!(!imported.private.is_empty());
}

#[tokio::test]
async fn nothing_there() {
    let remote = Remote { read: |_, _| Ok(None), ..Remote::default() };
    let imported = by_id(remote, "south/cup").await;
    assert_said(&imported.diagnostics, &["error: Nothing to import"]);
    assert!(imported.diagnostics.iter().all(|error| error.detail.contains("\"south/cup\"")));
    assert_said(&by_identity(remote, cup()).await.diagnostics, &["error: Nothing to import"]);
}

#[tokio::test]
async fn unreadable_id() {
    assert_said(&by_id(Remote::default(), "cup").await.diagnostics, &["error: Unreadable import id"]);
}

/// An identity is no configuration: Terraform has nobody look at it before.
#[tokio::test]
async fn unusable_identity() {
    let remote = Remote { read: |_, _| panic!("nothing is looked for"), ..Remote::default() };
    for (name, said) in
        [(Value::Null, "error at name: Missing required argument"), (known("Cup"), "error at name: Not in lower case")]
    {
        assert_said(&by_identity(remote, ThingIdentity { name, ..cup() }).await.diagnostics, &[said]);
    }
    assert_said(&by_id(remote, "south/Cup").await.diagnostics, &["error at name: Not in lower case"]);
}

#[tokio::test]
async fn panics() {
    let imported = by_id(Remote::default(), "panic/cup").await;
    assert_said(&imported.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&imported.diagnostics);
}

#[tokio::test]
async fn read_fails() {
    let remote = Remote { read: |_, _| Err(went_wrong()), ..Remote::default() };
    assert_said(&by_id(remote, "south/cup").await.diagnostics, &["error: Went wrong"]);
}

#[tokio::test]
async fn id() {
    let state = ThingModel { zone: known("south"), ..ThingModel::state("cup") };
    assert_imported(&by_id(Remote::default(), "south/cup").await, state, cup());
}

#[tokio::test]
async fn identity() {
    let state = ThingModel { zone: known("south"), ..ThingModel::state("cup") };
    assert_imported(&by_identity(Remote::default(), cup()).await, state, cup());
}

/// What an identity may leave out, the object itself tells.
#[tokio::test]
async fn identity_in_part() {
    let remote = Remote {
        read: |identity, _| {
            assert_eq!(identity.zone, Value::Null);
            Ok(Some(ThingModel { zone: known("south"), ..ThingModel::state("cup") }))
        },
        ..Remote::default()
    };
    let state = ThingModel { zone: known("south"), ..ThingModel::state("cup") };
    let imported = by_identity(remote, ThingIdentity { zone: Value::Null, ..cup() }).await;
    assert_imported(&imported, state, cup());
}
