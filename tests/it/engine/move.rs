//! Moves: objects that the state holds under another type.

use terraform_provider_eks::framework::RawState;
use terraform_provider_eks::framework::engine::r#move::{Move, Moved};

use super::toy::{ThingModel, raw};
use super::{assert_nothing_said, assert_our_bug, assert_said, decoded, unconfigured};

fn thing() -> Move {
    Move {
        provider: "registry.example/acme/things".to_owned(),
        type_name: "things_thing".to_owned(),
        version: 1,
        state: raw(r#"{"title": "cup", "weight": 5}"#),
        target: "toy_thing".to_owned(),
    }
}

/// Terraform asks a process that nobody has configured.
async fn take_over(question: Move) -> Moved {
    unconfigured().take_over(question).await
}

/// The one thing said, in full.
#[track_caller]
fn detail(moved: &Moved) -> &str {
    assert_said(&moved.diagnostics, &["error: Cannot move this object"]);
    &moved.diagnostics.iter().next().unwrap().detail
}

#[tokio::test]
async fn from_an_unknown_type() {
    for question in [
        Move { type_name: "things_box".to_owned(), ..thing() },
        Move { provider: "registry.example/other/things".to_owned(), ..thing() },
    ] {
        let moved = take_over(question).await;
        let detail = detail(&moved);
        assert!(detail.contains("things_thing of acme/things, schema versions 1 to 2"), "{detail}");
        assert!(detail.contains("old_thing of acme/old, schema versions 0 to 0"), "{detail}");
    }
}

#[tokio::test]
async fn from_an_unknown_version() {
    let moved = take_over(Move { version: 3, ..thing() }).await;
    let detail = detail(&moved);
    assert!(detail.starts_with("The state of this things_thing is of schema version 3"), "{detail}");
}

#[tokio::test]
async fn to_a_type_that_takes_nothing_over() {
    let moved = take_over(Move { target: "toy_slow".to_owned(), ..thing() }).await;
    let detail = detail(&moved);
    assert!(detail.contains("No other type can."), "{detail}");
}

#[tokio::test]
async fn to_an_unknown_type() {
    let moved = take_over(Move { target: "toy_thin".to_owned(), ..thing() }).await;
    assert_said(&moved.diagnostics, &["error: Unknown type"]);
}

#[tokio::test]
async fn panics() {
    let (provider, type_name) = ("registry.example/acme/old".to_owned(), "old_thing".to_owned());
    let moved = take_over(Move { provider, type_name, version: 0, ..thing() }).await;
    assert_said(&moved.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&moved.diagnostics);
}

#[tokio::test]
async fn unreadable_state() {
    let moved = take_over(Move { state: raw("[]"), ..thing() }).await;
    assert_said(&moved.diagnostics, &["error: Cannot read stored state"]);
    let flatmap = RawState { is_flatmap: true, ..RawState::default() };
    let moved = take_over(Move { state: flatmap, ..thing() }).await;
    assert_said(&moved.diagnostics, &["error: Cannot read stored state"]);
}

/// OpenTofu has another registry.
#[tokio::test]
async fn whatever_the_host() {
    for host in ["registry.example/", "other.example/", "example.com:8080/", ""] {
        let moved = take_over(Move { provider: format!("{host}acme/things"), ..thing() }).await;
        assert_nothing_said(&moved.diagnostics);
        assert_eq!(decoded(&moved.state), Some(ThingModel::config("cup")), "{host}");
        // Half an identity would change with the next read, and none may.
        assert_eq!(moved.identity, None);
        assert!(!moved.private.is_empty());
    }
}
