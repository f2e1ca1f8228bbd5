//! An HTTP request, read whole and taken apart the way AWS clients put it together.

use std::collections::BTreeMap;

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::{Method, Uri};
use percent_encoding::percent_decode_str;

use crate::clock::Moment;

/// A request with its body.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// As it came, still encoded.
    pub(crate) path: String,
    /// The path split at its slashes and decoded after that: clients send an ARN as one segment with `%2F` in it.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Query,
    pub(crate) body: Bytes,
    pub(crate) headers: HeaderMap,
}

impl Request {
    pub(crate) async fn read(request: hyper::Request<Incoming>) -> Result<Request, hyper::Error> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Request::new(head.method, &head.uri, head.headers, body))
    }

    fn new(method: Method, uri: &Uri, headers: HeaderMap, body: Bytes) -> Request {
        Request {
            method,
            path: uri.path().to_owned(),
            segments: segments(uri.path()),
            query: Query::parse(uri.query().unwrap_or_default()),
            body,
            headers,
        }
    }

    /// Who signed the request and for which region; `None` for a request without a signature.
    ///
    /// The signature itself is not checked: any credentials will do.
    pub(crate) fn credential(&self) -> Option<Credential> {
        let scope = match self.headers.get(AUTHORIZATION) {
            Some(value) => value.to_str().ok()?.split_once("Credential=")?.1.split(',').next()?.trim().to_owned(),
            None => self.query.first("X-Amz-Credential")?.to_owned(),
        };
        Credential::parse(&scope)
    }
    /// When the request was signed, as the client's clock has it; `None` for a request without a signature in its headers.
    pub(crate) fn signed_at(&self) -> Option<Moment> {
        self.headers.get("x-amz-date").and_then(|date| date.to_str().ok()).and_then(Moment::signed)
    }
}

/// The credential scope of a SigV4 signature: `AKID/20261122/us-east-1/eks/aws4_request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) access_key: String,
    pub(crate) region: String,
}

impl Credential {
    pub(crate) fn parse(scope: &str) -> Option<Credential> {
        let parts: Vec<&str> = scope.split('/').collect();
        let [access_key, _date, region, _service, "aws4_request"] = parts[..] else { return None };
        Some(Credential { access_key: access_key.to_owned(), region: region.to_owned() })
    }
}

/// The names and values of a query or of a form, in their order and with repetitions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(encoded: impl AsRef<[u8]>) -> Query {
        Query(form_urlencoded::parse(encoded.as_ref()).into_owned().collect())
    }

    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What may be shown: everything but signatures, tokens and the two names that every STS call repeats.
    pub(crate) fn without_secrets(&self) -> BTreeMap<String, String> {
        const LEFT_OUT: [&str; 5] = ["Action", "Version", "WebIdentityToken", "TokenCode", "SerialNumber"];
        self.0
            .iter()
            .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()) && !name.to_ascii_lowercase().starts_with("x-amz-"))
            .cloned()
            .collect()
    }
}

/// A trailing slash counts for nothing: botocore sends one where a label is empty.
fn segments(path: &str) -> Vec<String> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Vec::new();
    }
    // A plus in a path is a plus, unlike in a query.
    path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_slash_does_not_split_and_a_plus_stays() {
        let path = "/clusters/c1/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fdev%2Fmy%20role+x%40y";
        assert_eq!(segments(path)[3], "arn:aws:iam::111122223333:role/dev/my role+x@y");
        assert_eq!(segments(path).len(), 4);
    }

    #[test]
    fn an_empty_last_label_looks_like_the_collection() {
        assert_eq!(segments("/clusters/c1/access-entries/"), ["clusters", "c1", "access-entries"]);
        assert!(segments("/").is_empty());
    }

    #[test]
    fn the_scope_of_the_signature_names_key_and_region() {
        let credential = Credential::parse("AKIDEXAMPLE/20261122/eu-central-1/eks/aws4_request").unwrap();
        assert_eq!((credential.access_key.as_str(), credential.region.as_str()), ("AKIDEXAMPLE", "eu-central-1"));
        assert_eq!(Credential::parse("nonsense"), None);
    }

    #[test]
    fn tokens_and_signatures_are_never_shown() {
        let form = Query::parse("Action=AssumeRoleWithWebIdentity&RoleArn=r&WebIdentityToken=s&X-Amz-Signature=t");
        assert_eq!(form.without_secrets().into_keys().collect::<Vec<_>>(), ["RoleArn"]);
    }
}
