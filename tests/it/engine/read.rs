//! Read: what is there now, and what goes on beside it.

use terraform_provider_eks::framework::engine::import::Import;
use terraform_provider_eks::framework::engine::read::{Read, ReadAnswer};
use terraform_provider_eks::value::Value;

use super::toy::{Remote, ThingIdentity, ThingModel, known, went_wrong};
use super::{assert_nothing_said, assert_our_bug, assert_said, decoded, encoded, null};

async fn read(remote: Remote, state: ThingModel) -> ReadAnswer {
    let question = Read { type_name: "toy_thing".to_owned(), state: encoded(state), ..Read::default() };
    remote.engine().await.read(question).await
}

#[tokio::test]
async fn fails() {
    let remote = Remote { read: |_, _| Err(went_wrong()), ..Remote::default() };
    assert_said(&read(remote, ThingModel::state("cup")).await.diagnostics, &["error: Went wrong"]);
}

#[tokio::test]
async fn panics() {
    let remote = Remote { read: |_, _| panic!("on purpose"), ..Remote::default() };
    let answer = read(remote, ThingModel::state("cup")).await;
    assert_said(&answer.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&answer.diagnostics);
}

#[tokio::test]
async fn gone() {
    let remote = Remote { read: |_, _| Ok(None), ..Remote::default() };
    let answer = read(remote, ThingModel::state("cup")).await;
    assert_nothing_said(&answer.diagnostics);
    assert_eq!((decoded::<ThingModel>(&answer.state), answer.identity, answer.private), (None, None, vec![]));
}

/// Terraform forgets the private data and the identity that a read does not answer.
#[tokio::test]
async fn identity_and_private_data_are_kept() {
    let answer = read(Remote::default(), ThingModel::state("cup")).await;
    assert_nothing_said(&answer.diagnostics);
    assert_eq!(decoded(&answer.state), Some(ThingModel::state("cup")));
    assert_eq!(
        answer.identity.as_ref().and_then(decoded),
        Some(ThingIdentity { name: known("cup"), zone: known("north") })
    );
    assert!(!answer.private.is_empty());
}

/// What only the practitioner knows is in the prior state alone.
#[tokio::test]
async fn prior_state_is_at_hand() {
    let remote = Remote {
        read: |identity, prior| {
            assert_eq!(identity.name, known("cup"));
            Ok(Some(ThingModel { size: Value::Known(9), ..prior.unwrap().clone() }))
        },
        ..Remote::default()
    };
    let secret = ThingModel { secret: known("hush"), ..ThingModel::state("cup") };
    let answer = read(remote, secret.clone()).await;
    assert_nothing_said(&answer.diagnostics);
    assert_eq!(decoded(&answer.state), Some(ThingModel { size: Value::Known(9), ..secret }));
}

#[tokio::test]
async fn nothing_in_the_state() {
    let question = Read { type_name: "toy_thing".to_owned(), state: null::<ThingModel>(), ..Read::default() };
    let answer = Remote::default().engine().await.read(question).await;
    assert_nothing_said(&answer.diagnostics);
    assert_eq!(decoded::<ThingModel>(&answer.state), None);
}

/// Terraform generates configuration from what is read right after an import.
#[tokio::test]
async fn what_an_import_leaves_out_comes_with_the_next_read() {
    fn whole() -> ThingModel {
        ThingModel { hints: Value::Known(vec![known("hint")]), ..ThingModel::state("cup") }
    }
    let remote = || Remote { read: |_, _| Ok(Some(whole())), ..Remote::default() };
    let read = async |private: Vec<u8>, state: ThingModel| {
        let question = Read { type_name: "toy_thing".to_owned(), state: encoded(state), private };
        let answer = remote().engine().await.read(question).await;
        (answer.private, decoded::<ThingModel>(&answer.state).unwrap())
    };
    let import = Import { type_name: "toy_thing".to_owned(), id: "north/cup".to_owned(), identity: None };
    let imported = remote().engine().await.import(import).await.private;
    let bare = ThingModel { color: Value::Null, ..ThingModel::state("cup") };
    let (private, first) = read(imported, bare).await;
    // What has a default is as it is by default.
    assert_eq!(first, ThingModel { hints: Value::Null, ..whole() });
    assert_eq!(read(private, first).await.1, whole());
}
