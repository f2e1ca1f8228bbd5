//! Ephemeral resources: opened, kept open, closed, and never stored.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use terraform_provider_eks::framework::engine::ephemeral::Opened as Answer;
use terraform_provider_eks::framework::schema::{computed, required};
use terraform_provider_eks::framework::{Cx, Diagnostic, Diagnostics, Ephemeral, Opened, Renewed};
use terraform_provider_eks::model;
use terraform_provider_eks::value::Value;

use super::toy::{Client, Remote, known, went_wrong};
use super::{assert_nothing_said, assert_our_bug, assert_said, decoded, encoded, unconfigured};

/// `toy_token`: a token for somebody.
pub(super) struct Token;

model! {
    /// What is asked for, and what there is.
    pub(super) struct TokenModel {
        /// Who it is for. Some are not served well.
        bearer: Value<String> = required(),
        /// The token.
        token: Value<String> = computed().sensitive(),
    }
}

/// What is kept.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    bearer: String,
    renewals: u32,
}

impl Ephemeral for Token {
    const NAME: &'static str = "toy_token";
    const DESCRIPTION: &'static str = "A token.";
    const TIMEOUT: Duration = Duration::from_secs(60);
    type Client = Client;
    type Model = TokenModel;
    type Private = Kept;

    fn validate(&self, config: &TokenModel) -> Result<(), Diagnostics> {
        match config.bearer.known().map(String::as_str) {
            Some("") => Err(Diagnostic::error("Nobody", "").at_attribute("bearer").into()),
            _ => Ok(()),
        }
    }

    async fn open(&self, cx: &Cx<'_, Client>, config: TokenModel) -> Result<Opened<TokenModel, Kept>, Diagnostics> {
        let bearer = config.bearer.known().unwrap().clone();
        let result = match bearer.as_str() {
            "thief" => return Err(went_wrong()),
            "clumsy" => panic!("on purpose"),
            "double" => TokenModel { bearer: known("somebody else"), token: known("secret") },
            "slow" => TokenModel { token: Value::Unknown, ..config },
            _ => TokenModel { token: known("secret"), ..config },
        };
        cx.warn(Diagnostic::warning("Keep it safe", ""));
        Ok(Opened { result, private: Kept { bearer, renewals: 0 }, renew_at: Some(at(60)) })
    }

    async fn renew(&self, _cx: &Cx<'_, Client>, private: Kept) -> Result<Renewed<Kept>, Diagnostics> {
        match private.bearer.as_str() {
            "forgetful" => Err(went_wrong()),
            _ => {
                let renewals = private.renewals + 1;
                let renew_at = (renewals < 2).then(|| at(120));
                Ok(Renewed { private: Kept { renewals, ..private }, renew_at })
            }
        }
    }

    async fn close(&self, _cx: &Cx<'_, Client>, private: Kept) -> Result<(), Diagnostics> {
        if private.bearer == "keeper" { Err(went_wrong()) } else { Ok(()) }
    }
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn config(bearer: &str) -> TokenModel {
    TokenModel { bearer: known(bearer), token: Value::Null }
}

async fn open(bearer: &str) -> Answer {
    Remote::default().engine().await.open_ephemeral("toy_token", encoded(config(bearer))).await
}

fn kept(private: &[u8]) -> Kept {
    serde_json::from_slice(private).unwrap()
}

#[tokio::test]
async fn open_fails() {
    assert_said(&open("thief").await.diagnostics, &["error: Went wrong"]);
}

#[tokio::test]
async fn open_panics() {
    let opened = open("clumsy").await;
    assert_said(&opened.diagnostics, &["error: Provider panicked"]);
    assert_our_bug(&opened.diagnostics);
}

#[tokio::test]
async fn open_breaks_a_rule() {
    let opened = open("double").await;
    assert_said(&opened.diagnostics, &["error at bearer: Result differs from configuration"]);
    assert_our_bug(&opened.diagnostics);
    assert_said(&open("slow").await.diagnostics, &["error at token: Unfinished result"]);
}

#[tokio::test]
async fn renew_fails() {
    let engine = Remote::default().engine().await;
    let opened = engine.open_ephemeral("toy_token", encoded(config("forgetful"))).await;
    assert_said(&engine.renew_ephemeral("toy_token", &opened.private).await.diagnostics, &["error: Went wrong"]);
}

#[tokio::test]
async fn close_fails() {
    let engine = Remote::default().engine().await;
    let opened = engine.open_ephemeral("toy_token", encoded(config("keeper"))).await;
    assert_said(&engine.close_ephemeral("toy_token", &opened.private).await.diagnostics, &["error: Went wrong"]);
}

/// What is kept may be secret: it is not in the message.
#[tokio::test]
async fn unreadable_private_data() {
    let engine = Remote::default().engine().await;
    for private in [&b""[..], br#"{"bearer": 12345}"#] {
        let closed = engine.close_ephemeral("toy_token", private).await;
        assert_said(&closed.diagnostics, &["error: Unusable private data"]);
        assert_our_bug(&closed.diagnostics);
        assert!(!closed.diagnostics.iter().any(|bug| bug.detail.contains("12345")));
    }
}

#[tokio::test]
async fn unknown_type() {
    let opened = Remote::default().engine().await.open_ephemeral("toy_thing", encoded(config("me"))).await;
    assert_said(&opened.diagnostics, &["error: Unknown type"]);
}

#[tokio::test]
async fn configuration_is_wrong() {
    let validate = |config: TokenModel| async { unconfigured().validate_ephemeral("toy_token", encoded(config)).await };
    assert_said(&validate(config("")).await.diagnostics, &["error at bearer: Nobody"]);
    let mine = TokenModel { token: known("mine"), ..config("me") };
    assert_said(&validate(mine).await.diagnostics, &["error at token: Read-only attribute"]);
}

#[tokio::test]
async fn opened_renewed_and_closed() {
    let engine = Remote::default().engine().await;
    let opened = engine.open_ephemeral("toy_token", encoded(config("me"))).await;
    assert_said(&opened.diagnostics, &["warning: Keep it safe"]);
    assert_eq!(decoded(&opened.result), Some(TokenModel { token: known("secret"), ..config("me") }));
    assert_eq!(opened.renew_at, Some(at(60)));

    let once = engine.renew_ephemeral("toy_token", &opened.private).await;
    assert_nothing_said(&once.diagnostics);
    assert_eq!((kept(&once.private).renewals, once.renew_at), (1, Some(at(120))));
    let twice = engine.renew_ephemeral("toy_token", &once.private).await;
    assert_eq!((kept(&twice.private).renewals, twice.renew_at), (2, None));

    engine.stop();
    assert_nothing_said(&engine.close_ephemeral("toy_token", &opened.private).await.diagnostics);
}
