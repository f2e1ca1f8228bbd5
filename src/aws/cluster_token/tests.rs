use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::aws::Kind;
use crate::aws::settings::{Endpoints, Settings};

/// 2026-11-22T10:11:12Z
const NOW: Duration = Duration::from_secs(1_795_342_272);

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW
}

fn credentials(token: Option<&str>, expiry: Option<SystemTime>) -> Credentials {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    Credentials::new("AKIDEXAMPLE", secret, token.map(str::to_owned), expiry, "test")
}

fn question(cluster_name: &str) -> Question<'_> {
    Question { cluster_name, region: "eu-west-1", endpoint: "https://sts.eu-west-1.amazonaws.com" }
}

/// The URL in a token, without its query, and the query.
fn taken_apart(token: &ClusterToken) -> (String, BTreeMap<String, String>) {
    let encoded = token.token.reveal().strip_prefix("k8s-aws-v1.").unwrap();
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap();
    let (address, query) = url.split_once('?').unwrap();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    (address.to_owned(), pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

fn aws(sts: Option<&str>) -> Aws {
    Aws::new(Settings {
        access_key: Some("AKIDEXAMPLE".to_owned()),
        secret_key: Some(Secret::new("s3cret")),
        region: Some("us-east-1".to_owned()),
        endpoints: Endpoints { eks: None, sts: sts.map(str::to_owned) },
        use_fips_endpoint: Some(false),
        use_dualstack_endpoint: Some(false),
        ..Settings::default()
    })
}

fn budget() -> Budget {
    Budget::new(Duration::from_secs(60), CancellationToken::new())
}

#[test]
fn a_name_that_no_header_can_carry_is_refused() {
    let error = question("dev\nx-amz-evil: 1").signed(credentials(None, None), now()).unwrap_err();
    assert_eq!(error.kind(), &Kind::BadSettings);
    assert!(error.to_string().contains(r#""dev\nx-amz-evil: 1""#), "{error}");
}

#[tokio::test]
async fn an_endpoint_that_is_none_is_refused() {
    let error = aws(Some("nowhere")).cluster_token(None, "dev", &budget()).await.unwrap_err();
    assert_eq!(error.kind(), &Kind::BadSettings);
}

/// The signatures are botocore's, for the same keys, time, region and cluster.
#[test]
fn the_signature_is_what_another_sdk_makes_of_it() {
    let common = [
        ("Action", "GetCallerIdentity"),
        ("Version", "2011-06-15"),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", "AKIDEXAMPLE%2F20261122%2Feu-west-1%2Fsts%2Faws4_request"),
        ("X-Amz-Date", "20261122T101112Z"),
        ("X-Amz-Expires", "60"),
        ("X-Amz-SignedHeaders", "host%3Bx-k8s-aws-id"),
    ];
    for (session, signature) in [
        (None, "b7f13b98091eb70e3f22fb07429dc26454606e81bc5ef2cc5ac4640e491af105"),
        (Some("t0ken/+="), "73b63dd6f98cc59075fe372c1083f0b3c6c39f6f9e34aab0fe35ad544462e2de"),
    ] {
        let token = question("dev").signed(credentials(session, None), now()).unwrap();
        let (address, query) = taken_apart(&token);
        assert_eq!(address, "https://sts.eu-west-1.amazonaws.com/");
        let session = session.map(|_| ("X-Amz-Security-Token", "t0ken%2F%2B%3D"));
        let all = common.into_iter().chain(session).chain([("X-Amz-Signature", signature)]);
        let all: BTreeMap<String, String> = all.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        assert_eq!(query, all);
    }
}

#[test]
fn a_token_lives_fourteen_minutes_and_never_longer_than_its_credentials() {
    let expires_at = |expiry| question("dev").signed(credentials(None, expiry), now()).unwrap().expires_at;
    let minutes = |minutes: u64| now() + Duration::from_secs(minutes * 60);
    assert_eq!(expires_at(None), minutes(14));
    assert_eq!(expires_at(Some(minutes(60))), minutes(14));
    assert_eq!(expires_at(Some(minutes(5))), minutes(5));
}

#[tokio::test]
async fn sts_is_asked_in_the_clusters_region_or_where_the_settings_say() {
    for (sts, region, address) in [
        (None, Some("ap-southeast-2"), "https://sts.ap-southeast-2.amazonaws.com/"),
        (None, None, "https://sts.us-east-1.amazonaws.com/"),
        (None, Some("cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn/"),
        (Some("http://127.0.0.1:4510/"), Some("eu-west-1"), "http://127.0.0.1:4510/"),
    ] {
        let token = aws(sts).cluster_token(region, "dev", &budget()).await.unwrap();
        let (actual, query) = taken_apart(&token);
        assert_eq!(actual, address);
        let region = region.unwrap_or("us-east-1");
        assert!(query["X-Amz-Credential"].contains(&format!("%2F{region}%2Fsts%2F")), "{query:?}");
    }
}

#[tokio::test]
async fn no_token_is_shown() {
    let token = aws(None).cluster_token(None, "dev", &budget()).await.unwrap();
    assert!(!format!("{token:?}").contains("k8s-aws"), "{token:?}");
}
