//! Clients whose clock is not AWS's.

use aws_sdk_eks::config::Credentials;
use aws_sdk_eks::config::retry::RetryConfig;
use aws_sdk_eks::error::ProvideErrorMetadata;
use eks_emulator::Emulator;
use serde_json::json;

use crate::sdk::{eks, emulator, sts};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The client that does not try again: the SDK mends the time of its second try by itself.
fn once(emulator: &Emulator) -> aws_sdk_eks::Client {
    let once = eks(emulator, "us-east-1").config().to_builder().retry_config(RetryConfig::disabled()).build();
    aws_sdk_eks::Client::from_conf(once)
}

#[tokio::test]
async fn a_request_from_another_day_is_refused_in_awss_words() {
    let emulator = emulator("dev", "API").await;
    for (ahead, words, sign) in [
        (DAY_MS, ["Signature expired: ", " is now earlier than "], " - 5 min.)"),
        (-DAY_MS, ["Signature not yet current: ", " is still later than "], " + 5 min.)"),
    ] {
        emulator.settings(json!({ "clock_ahead_ms": ahead })).unwrap();
        let refusal = once(&emulator).list_access_policies().send().await.unwrap_err();
        assert_eq!(refusal.code(), Some("InvalidSignatureException"));
        let said = refusal.message().unwrap();
        assert!(words.iter().all(|word| said.contains(word)) && said.ends_with(sign), "{said}");

        let keys = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let once = sts(&emulator, keys).config().to_builder().retry_config(RetryConfig::disabled()).build();
        let refusal = aws_sdk_sts::Client::from_conf(once).get_caller_identity().send().await.unwrap_err();
        assert_eq!(refusal.code(), Some("SignatureDoesNotMatch"));
        assert_eq!(refusal.message().unwrap().split(' ').next(), Some("Signature"));
    }
}

#[tokio::test]
async fn four_minutes_are_no_matter() {
    let emulator = emulator("dev", "API").await;
    for minutes in [4, -4] {
        emulator.settings(json!({ "clock_ahead_ms": minutes * 60_000 })).unwrap();
        once(&emulator).list_access_policies().send().await.unwrap();
    }
}

/// By the `Date` of the refusal.
#[tokio::test]
async fn the_sdk_learns_what_time_it_is_and_tries_again() {
    let emulator = emulator("dev", "API").await;
    emulator.settings(json!({ "clock_ahead_ms": DAY_MS })).unwrap();
    let eks = eks(&emulator, "us-east-1");
    for calls in [2, 3] {
        eks.list_access_policies().send().await.unwrap();
        assert_eq!(emulator.calls().len(), calls);
    }
}
