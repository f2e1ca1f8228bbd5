use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::io::Write;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry;
use futures_util::stream::{self, StreamExt};
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::aws::settings::{AssumeRole, AssumeRoleWithWebIdentity, Endpoints, Secret};
use crate::aws::{Cluster, Kind};

const CLUSTER: &str = r#"{"cluster": {"name": "dev", "arn": "arn:aws:eks:us-east-1:111122223333:cluster/dev",
    "status": "ACTIVE", "accessConfig": {"authenticationMode": "API"}}}"#;

const CALLER: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Arn>arn:aws:sts::111122223333:assumed-role/admin/session</Arn><Account>111122223333</Account>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";

/// A server that answers the requests it gets with the bodies given, and writes the requests down.
#[derive(Clone, Default)]
struct Stub {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    async fn start(answers: &[&str]) -> Self {
        Self::listen("http", answers, async |stream| Ok(stream)).await
    }

    async fn listen<S, F>(
        scheme: &str,
        answers: &[&str],
        wrap: impl Fn(tokio::net::TcpStream) -> F + Send + 'static,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
        F: Future<Output = std::io::Result<S>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let stub = Self { url, asked: Arc::default() };
        let asked = stub.asked.clone();
        let answers: Vec<String> = answers.iter().map(ToString::to_string).collect();
        tokio::spawn(async move {
            for answer in answers {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = wrap(stream).await else { continue };
                let request = read_request(&mut stream).await;
                asked.lock().unwrap().push(request);
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", answer.len());
                stream.write_all((head + &answer).as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        stub
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut request = Vec::new();
    loop {
        stream.read_buf(&mut request).await.unwrap();
        let text = String::from_utf8(request.clone()).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
    }
}

/// Settings that leave nothing to this machine's environment and files.
fn settings(eks: &Stub, sts: &Stub) -> Settings {
    let url = |stub: &Stub| Some(stub.url.clone()).filter(|url| !url.is_empty());
    Settings {
        region: Some("us-east-1".to_owned()),
        access_key: Some("AKID0".to_owned()),
        secret_key: Some(Secret::new("s3cret")),
        max_retries: Some(0),
        endpoints: Endpoints { eks: url(eks), sts: url(sts) },
        use_fips_endpoint: Some(false),
        use_dualstack_endpoint: Some(false),
        ..Settings::default()
    }
}

fn budget() -> Budget {
    Budget::new(Duration::from_secs(60), CancellationToken::new())
}

async fn find_cluster(settings: Settings) -> Result<Option<Cluster>, AwsError> {
    let budget = budget();
    Aws::new(settings).eks(None, &budget).await?.find_cluster("dev", &budget).await
}

fn file(contents: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(contents.as_bytes()).unwrap();
    file
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named() {
    let none = Stub::default();
    let settings = || settings(&none, &none);
    let not_pem = file("not PEM");
    let bundle = |path: &std::path::Path| Settings { custom_ca_bundle: Some(path.to_owned()), ..settings() };
    let web_identity = AssumeRoleWithWebIdentity { role_arn: "a".to_owned(), ..AssumeRoleWithWebIdentity::default() };
    for (settings, named) in [
        (Settings { secret_key: None, ..settings() }, "secret_key"),
        (Settings { https_proxy: Some(Secret::new("::s3cret::")), ..settings() }, "https_proxy"),
        (bundle("/nowhere".as_ref()), "/nowhere"),
        (Settings { region: None, shared_config_files: vec!["/nowhere".into()], ..settings() }, "/nowhere"),
        (Settings { shared_credentials_files: vec!["/nowhere".into()], ..settings() }, "/nowhere"),
        (bundle(not_pem.path()), "no PEM certificate"),
        (Settings { assume_role_with_web_identity: Some(web_identity), ..settings() }, "web_identity_token_file"),
        (Settings { profile: Some("nope".to_owned()), ..settings() }, "no profile \"nope\", which the argument"),
        (Settings { region: Some("us east 1".to_owned()), ..settings() }, "It is the default one"),
        (
            Settings { endpoints: Endpoints { eks: Some("localhost:4510".to_owned()), sts: None }, ..settings() },
            "is no URL",
        ),
    ] {
        let error = find_cluster(settings).await.unwrap_err();
        assert_eq!(error.kind(), &Kind::BadSettings);
        assert!(error.to_string().contains(named) && !error.to_string().contains("s3cret"), "{error}");
    }
}

#[tokio::test]
async fn a_region_that_cannot_be_is_refused_before_anything_is_asked() {
    let none = Stub::default();
    let aws = Aws::new(settings(&none, &none));
    for region in ["us-east-1 ", ""] {
        let error = aws.eks(Some(region), &budget()).await.unwrap_err();
        assert_eq!(error.kind(), &Kind::BadSettings);
        assert!(error.to_string().starts_with(&format!("{region:?} cannot be the name of a region")), "{error}");
    }
}

#[tokio::test]
async fn retries_are_as_many_as_somebody_asked_for() {
    let stub = Stub::default();
    let nothing = file("");
    let quiet = Settings {
        max_retries: None,
        shared_config_files: vec![nothing.path().to_owned()],
        shared_credentials_files: vec![nothing.path().to_owned()],
        ..settings(&stub, &stub)
    };
    let profile = file("[default]\nmax_attempts = 7\n");
    let adaptive = Settings { retry_mode: Some(RetryMode::Adaptive), ..quiet.clone() };
    let asked = Settings { max_retries: Some(2), ..quiet.clone() };
    let in_profile = Settings { shared_config_files: vec![profile.path().to_owned()], ..quiet.clone() };
    // The environment has a say as well, but the tests do not change it.
    if std::env::var_os("AWS_MAX_ATTEMPTS").is_some() {
        return;
    }
    for (settings, mode, attempts, is_patient) in [
        (quiet, retry::RetryMode::Standard, DEFAULT_ATTEMPTS, true),
        (adaptive, retry::RetryMode::Adaptive, DEFAULT_ATTEMPTS, true),
        (asked, retry::RetryMode::Standard, 3, false),
        (in_profile, retry::RetryMode::Standard, 7, false),
    ] {
        let loaded = Aws::new(settings).0.load(Region::from_static("us-east-1")).await.unwrap();
        let retries = loaded.config.retry_config().unwrap();
        assert_eq!((retries.mode(), retries.max_attempts(), loaded.is_patient), (mode, attempts, is_patient));
    }
}

#[tokio::test]
async fn nobody_at_the_other_end_is_told_as_such() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = Stub { url: format!("http://{}", gone.local_addr().unwrap()), ..Stub::default() };
    drop(gone);
    let error = find_cluster(settings(&nobody, &nobody)).await.unwrap_err();
    assert_eq!(error.kind(), &Kind::Unreachable);
    assert!(error.to_string().starts_with("DescribeCluster failed in us-east-1: AWS gave no answer: "), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn an_endpoint_that_the_sdk_refuses_is_a_matter_of_settings() {
    let stub = Stub { url: "http://127.0.0.1:9".to_owned(), ..Stub::default() };
    let error = find_cluster(Settings { use_fips_endpoint: Some(true), ..settings(&stub, &stub) }).await.unwrap_err();
    assert_eq!(error.kind(), &Kind::BadSettings);
    assert!(error.to_string().contains("FIPS and custom endpoint are not supported"), "{error}");
}

#[tokio::test]
async fn a_profile_without_credentials_is_told_as_such() {
    let stub = Stub::default();
    let empty = file("[profile nobody]\nregion = eu-west-1\n");
    let settings = Settings {
        access_key: None,
        secret_key: None,
        profile: Some("nobody".to_owned()),
        shared_config_files: vec![empty.path().to_owned()],
        shared_credentials_files: vec![empty.path().to_owned()],
        ..settings(&stub, &stub)
    };
    let error = find_cluster(settings).await.unwrap_err();
    assert_eq!(error.kind(), &Kind::NoCredentials);
    assert!(error.to_string().contains("nobody"), "{error}");
}

#[tokio::test]
async fn a_profile_of_the_shared_files_is_used() {
    let stub = Stub::start(&[CLUSTER]).await;
    let credentials = file("[jane]\naws_access_key_id = AKIDJANE\naws_secret_access_key = s3cret\n");
    let settings = Settings {
        access_key: None,
        secret_key: None,
        profile: Some("jane".to_owned()),
        shared_config_files: vec![credentials.path().to_owned()],
        shared_credentials_files: vec![credentials.path().to_owned()],
        ..settings(&stub, &stub)
    };
    find_cluster(settings).await.unwrap();
    assert!(stub.asked()[0].contains("Credential=AKIDJANE/"));
}

#[tokio::test]
async fn a_wrong_account_is_refused_before_eks_is_asked() {
    let account = || BTreeSet::from(["111122223333".to_owned()]);
    let other = BTreeSet::from(["999999999999".to_owned()]);
    let eks = Stub::default();
    for (allowed, forbidden) in [(other, BTreeSet::new()), (BTreeSet::new(), account()), (account(), account())] {
        let sts = Stub::start(&[CALLER]).await;
        let settings =
            Settings { allowed_account_ids: allowed, forbidden_account_ids: forbidden, ..settings(&eks, &sts) };
        let error = find_cluster(settings).await.unwrap_err();
        assert_eq!(error.kind(), &Kind::WrongAccount);
        assert!(error.to_string().contains("111122223333"), "{error}");
    }
}

#[tokio::test]
async fn the_caller_is_asked_for_once_and_stands_for_its_role() {
    let (eks, sts) = (Stub::start(&[CLUSTER]).await, Stub::start(&[CALLER]).await);
    let allowed_account_ids = BTreeSet::from(["111122223333".to_owned()]);
    let aws = Aws::new(Settings { allowed_account_ids, ..settings(&eks, &sts) });
    let budget = budget();
    let caller = aws.caller(Some("eu-west-1"), &budget).await.unwrap();
    assert!(caller.is(&"arn:aws:iam::111122223333:role/team/admin".parse().unwrap()));
    assert_eq!(aws.caller(None, &budget).await.unwrap(), caller);
    aws.eks(None, &budget).await.unwrap().find_cluster("dev", &budget).await.unwrap();
    assert_eq!(sts.asked().len(), 1);
}

#[tokio::test]
async fn handles_of_one_region_share_what_was_read() {
    let eks = Stub::start(&[CLUSTER, CLUSTER]).await;
    let aws = Aws::new(settings(&eks, &eks));
    let budget = budget();
    for region in [None, Some("us-east-1"), Some("eu-west-1")] {
        let eks = aws.eks(region, &budget).await.unwrap();
        assert_eq!(eks.region(), region.unwrap_or("us-east-1"));
        eks.find_cluster("dev", &budget).await.unwrap();
    }
    let [here, there] = &eks.asked()[..] else { panic!("one request for each region") };
    assert!(here.contains("/us-east-1/eks/") && there.contains("/eu-west-1/eks/"));
    assert!(here.contains(concat!("lib/terraform-provider-eks/", env!("CARGO_PKG_VERSION"))), "{here}");
}

#[tokio::test]
async fn roles_are_assumed_one_after_the_other() {
    let keys = |operation: &str, id: &str| {
        format!(
            "<{operation}Response><{operation}Result><Credentials><AccessKeyId>{id}</AccessKeyId>\
             <SecretAccessKey>s3cret</SecretAccessKey><SessionToken>t0ken</SessionToken>\
             <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></{operation}Result></{operation}Response>"
        )
    };
    let sts = Stub::start(&[
        &keys("AssumeRoleWithWebIdentity", "AKID1"),
        &keys("AssumeRole", "AKID2"),
        &keys("AssumeRole", "AKID3"),
    ])
    .await;
    let eks = Stub::start(&[CLUSTER]).await;
    let token = file("webt0ken\n");
    let settings = Settings {
        assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
            role_arn: "arn:aws:iam::111122223333:role/one".to_owned(),
            web_identity_token_file: Some(token.path().to_owned()),
            duration: Some(Duration::from_secs(900)),
            ..AssumeRoleWithWebIdentity::default()
        }),
        assume_role: vec![
            AssumeRole {
                role_arn: "arn:aws:iam::111122223333:role/two".to_owned(),
                external_id: Some("ext".to_owned()),
                tags: BTreeMap::from([("team".to_owned(), "x".to_owned())]),
                transitive_tag_keys: vec!["team".to_owned()],
                source_identity: Some("jane".to_owned()),
                policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
                ..AssumeRole::default()
            },
            AssumeRole {
                role_arn: "arn:aws:iam::999922223333:role/three".to_owned(),
                session_name: Some("mine".to_owned()),
                ..AssumeRole::default()
            },
        ],
        ..settings(&eks, &sts)
    };
    find_cluster(settings).await.unwrap();

    let [one, two, three] = &sts.asked()[..] else { panic!("one request for each role") };
    for part in
        ["role%2Fone", "WebIdentityToken=webt0ken&", "DurationSeconds=900", "RoleSessionName=terraform-provider-eks"]
    {
        assert!(format!("{one}&").contains(part), "{part}: {one}");
    }
    for part in [
        "Credential=AKID1/",
        "role%2Ftwo",
        "ExternalId=ext",
        "Tags.member.1.Key=team",
        "TransitiveTagKeys.member.1=team",
        "SourceIdentity=jane",
        "PolicyArns.member.1.arn=",
    ] {
        assert!(two.contains(part), "{part}: {two}");
    }
    for part in ["Credential=AKID2/", "role%2Fthree", "RoleSessionName=mine"] {
        assert!(three.contains(part), "{part}: {three}");
    }
    assert!(eks.asked()[0].contains("Credential=AKID3/"));
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_named() {
    let sts = Stub::start(&["<AssumeRoleResponse><AssumeRoleResult></AssumeRoleResult></AssumeRoleResponse>"]).await;
    let eks = Stub::default();
    let role_arn = "arn:aws:iam::111122223333:role/two".to_owned();
    let settings =
        Settings { assume_role: vec![AssumeRole { role_arn, ..AssumeRole::default() }], ..settings(&eks, &sts) };
    let error = find_cluster(settings).await.unwrap_err();
    assert_eq!(error.kind(), &Kind::NoCredentials);
    assert!(error.to_string().contains("role/two"), "{error}");
}

/// Sends half an answer, and then nothing.
#[derive(Debug, Clone)]
struct Stalling;

impl HttpClient for Stalling {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Stalling {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let half = Ok::<_, Infallible>(Frame::data(Bytes::from_static(&CLUSTER.as_bytes()[..CLUSTER.len() / 2])));
        let body = SdkBody::from_body_1_x(StreamBody::new(stream::iter([half]).chain(stream::pending())));
        HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), body)))
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stalls_is_not_waited_for_longer_than_any_other() {
    let none = Stub::default();
    let aws = Aws::new(settings(&none, &none));
    let (_, Loaded { config, .. }) = aws.connect(None, &budget()).await.unwrap();
    let config = aws_sdk_eks::config::Builder::from(config).http_client(Stalling);
    let eks = Eks::new(Arc::new(Regional::new(config, "us-east-1".to_owned(), false)));
    let began = Instant::now();
    let error = eks.find_cluster("dev", &budget()).await.unwrap_err();
    assert_eq!((error.kind(), began.elapsed()), (&Kind::Unreachable, ATTEMPT_TIMEOUT), "{error}");
}

#[tokio::test]
async fn a_proxy_is_used_for_what_is_elsewhere_only() {
    let (proxy, eks) = (Stub::start(&[CLUSTER]).await, Stub::start(&[CLUSTER]).await);
    let through = |eks: &Stub| Settings {
        http_proxy: Some(Secret::new(&proxy.url)),
        no_proxy: Some("direct.example".to_owned()),
        ..settings(eks, eks)
    };
    let elsewhere = Stub { url: "http://eks.example".to_owned(), ..Stub::default() };
    find_cluster(through(&elsewhere)).await.unwrap();
    assert!(proxy.asked()[0].starts_with("GET http://eks.example/clusters/dev "), "{:?}", proxy.asked());
    find_cluster(through(&eks)).await.unwrap();
    assert_eq!((proxy.asked().len(), eks.asked().len()), (1, 1));
}

#[tokio::test]
async fn a_bundle_of_certificates_replaces_the_machines_own() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der()).into();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let bundle = file(&cert.pem());
    for (custom_ca_bundle, trusted) in [(Some(bundle.path().to_owned()), true), (None, false)] {
        let acceptor = acceptor.clone();
        let eks = Stub::listen("https", &[CLUSTER], move |stream| acceptor.accept(stream)).await;
        let found = find_cluster(Settings { custom_ca_bundle, ..settings(&eks, &eks) }).await;
        match found {
            Ok(found) => assert!(trusted && found.is_some()),
            Err(error) => {
                assert!(!trusted && error.kind() == &Kind::Untrusted, "{error}");
                assert!(error.to_string().contains("certificate"), "{error}");
            }
        }
    }
}
