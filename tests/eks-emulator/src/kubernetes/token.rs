//! The bearer token of EKS: a presigned GetCallerIdentity URL behind `k8s-aws-v1.`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Uri;

use crate::clock::Moment;
use crate::request::{Credential, Query};

/// Longer than any token: what aws-iam-authenticator takes as the age at which a signed date is too old.
const MAX_AGE_MS: u64 = 15 * 60 * 1000;

/// Whose token it is.
///
/// Checked is what the URL shows: host, action, lifetime, date, and that the header `x-k8s-aws-id` was signed. The
/// value of that header is not in the URL, and the emulator has no key to verify the signature with, so a token for
/// another cluster passes here that a real cluster refuses.
///
/// # Errors
///
/// What is wrong with the token.
pub(super) fn check(token: &str, now: Moment) -> Result<Credential, &'static str> {
    let encoded = token.strip_prefix("k8s-aws-v1.").ok_or("the token does not start with k8s-aws-v1.")?;
    let url = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| "the token is not base64url without padding")?;
    let url: Uri = Uri::try_from(url).map_err(|_| "the token is not a URL")?;
    if !url.host().is_some_and(|host| host.starts_with("sts.") || is_loopback(host)) {
        return Err("the URL is not one of STS");
    }
    let query = Query::parse(url.query().unwrap_or_default());
    if query.first("Action") != Some("GetCallerIdentity") {
        return Err("the action is not GetCallerIdentity");
    }
    let lifetime: u64 = query.first("X-Amz-Expires").and_then(|text| text.parse().ok()).ok_or("no X-Amz-Expires")?;
    if lifetime > 900 {
        return Err("X-Amz-Expires is beyond 900 seconds");
    }
    let signed_headers = query.first("X-Amz-SignedHeaders").ok_or("no X-Amz-SignedHeaders")?;
    if !signed_headers.split(';').any(|header| header == "x-k8s-aws-id") {
        return Err("the header x-k8s-aws-id is not signed");
    }
    if query.first("X-Amz-Signature").is_none_or(str::is_empty) {
        return Err("no X-Amz-Signature");
    }
    let signed_at = query.first("X-Amz-Date").and_then(Moment::signed).ok_or("no X-Amz-Date that is a date")?;
    // A date that is too far ahead passes the authenticator, but not STS.
    if signed_at.ms_from(now) > MAX_AGE_MS {
        return Err("X-Amz-Date is more than 15 minutes ago or ahead");
    }
    query.first("X-Amz-Credential").and_then(Credential::parse).ok_or("no X-Amz-Credential")
}

/// Where a client's STS endpoint points when it is this emulator.
fn is_loopback(host: &str) -> bool {
    host == "127.0.0.1" || host == "localhost"
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
                       &X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Fus-east-1%2Fsts%2Faws4_request\
                       &X-Amz-Date=20261122T101112Z&X-Amz-Expires=60\
                       &X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=abc";

    fn check_url(url: &str) -> Result<Credential, &'static str> {
        let signed_at = Moment::signed("20261122T101112Z").unwrap();
        check(&format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url)), signed_at.plus_ms(MAX_AGE_MS))
    }

    #[test]
    fn each_part_of_the_url_is_needed() {
        for (part, without) in [
            ("https://sts.", "https://iam."),
            ("GetCallerIdentity", "GetSessionToken"),
            ("X-Amz-Expires=60", "X-Amz-Expires=901"),
            ("X-Amz-Expires=60", ""),
            ("%3Bx-k8s-aws-id", ""),
            ("20261122T101112Z", "20261122T101111Z"),
            ("20261122T101112Z", "yesterday"),
            ("&X-Amz-Signature=abc", ""),
            ("AKIDEXAMPLE%2F", ""),
        ] {
            assert!(URL.contains(part), "{part}");
            assert!(check_url(&URL.replace(part, without)).is_err(), "{part} -> {without}");
        }
    }

    #[test]
    fn a_whole_url_names_the_key_behind_it() {
        assert_eq!(check_url(URL).unwrap().access_key, "AKIDEXAMPLE");
    }

    #[test]
    fn what_is_no_token_of_eks_is_refused() {
        let now = Moment::now();
        assert!(check("", now).is_err());
        assert!(check("eyJhbGciOi", now).is_err());
        assert!(check("k8s-aws-v1.***", now).is_err());
        assert!(check(&format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode("not a url")), now).is_err());
    }
}
