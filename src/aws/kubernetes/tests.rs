use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use eks_emulator::{Emulator, Options};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::aws::settings::{Endpoints, Secret, Settings};
use crate::aws::{AuthenticationMode, Kind};

fn settings(url: Option<String>) -> Settings {
    Settings {
        access_key: Some("AKID".to_owned()),
        secret_key: Some(Secret::new("s3cret")),
        region: Some("us-east-1".to_owned()),
        endpoints: Endpoints { eks: url.clone(), sts: url },
        use_fips_endpoint: Some(false),
        max_retries: Some(0),
        use_dualstack_endpoint: Some(false),
        ..Settings::default()
    }
}

fn budget() -> Budget {
    Budget::new(Duration::from_secs(60), CancellationToken::new())
}

fn token() -> ClusterToken {
    ClusterToken { token: Secret::new("k8s-aws-v1.t0ken"), expires_at: SystemTime::UNIX_EPOCH }
}

/// An API server that gives every request the same answer, and the cluster that it belongs to.
async fn cluster(status: &str, body: &[u8]) -> Cluster {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der()).into();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut answer =
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut request).await.unwrap();
            }
            // Whoever has heard enough hangs up.
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    at(address, &cert.pem())
}

fn at(address: SocketAddr, authority: &str) -> Cluster {
    Cluster {
        name: "dev".to_owned(),
        arn: "arn:aws:eks:us-east-1:111122223333:cluster/dev".to_owned(),
        account: "111122223333".to_owned(),
        region: "us-east-1".to_owned(),
        partition: "aws".to_owned(),
        status: "ACTIVE".to_owned(),
        authentication_mode: AuthenticationMode::ConfigMap,
        endpoint: Some(format!("https://{address}")),
        certificate_authority: Some(STANDARD.encode(authority)),
    }
}

async fn read(cluster: &Cluster) -> Result<Option<BTreeMap<String, String>>, KubernetesError> {
    Aws::new(settings(None)).aws_auth_config_map(cluster, &token(), &budget()).await
}

/// The problem and the whole message, which must have every word and not the token.
async fn problem(cluster: &Cluster, words: &[&str]) -> Problem {
    let error = read(cluster).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("cluster dev") && !text.contains("t0ken"), "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} in {text}");
    }
    error.problem
}

#[tokio::test]
async fn a_cluster_without_an_api_server_is_not_asked() {
    let there = at(([127, 0, 0, 1], 9).into(), "");
    let creating = Cluster { endpoint: None, status: "CREATING".to_owned(), ..there.clone() };
    assert!(matches!(problem(&creating, &["CREATING"]).await, Problem::NoEndpoint { .. }));
    let plain = Cluster { endpoint: Some("http://127.0.0.1:9".to_owned()), ..there.clone() };
    assert!(matches!(problem(&plain, &["http://127.0.0.1:9"]).await, Problem::BadEndpoint));
    assert!(matches!(problem(&there, &["no PEM certificate"]).await, Problem::BadAuthority { .. }));
    let garbage = Cluster { certificate_authority: Some("***".to_owned()), ..there };
    assert!(matches!(problem(&garbage, &["authority"]).await, Problem::BadAuthority { .. }));
}

#[tokio::test]
async fn nobody_there_and_somebody_else_there() {
    let there = cluster("200 OK", b"").await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Some(format!("https://{}", gone.local_addr().unwrap()));
    drop(gone);
    let nobody = Cluster { endpoint, ..there.clone() };
    assert!(matches!(problem(&nobody, &["private", "https_proxy", "refused"]).await, Problem::Unreachable { .. }));
    let CertifiedKey { cert, .. } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let stranger = Cluster { certificate_authority: Some(STANDARD.encode(cert.pem())), ..there };
    assert!(matches!(problem(&stranger, &["certificate", "Nothing was sent"]).await, Problem::Untrusted { .. }));
}

#[tokio::test]
async fn each_refusal_has_its_own_advice() {
    let status = |reason: &str, message: &str| {
        serde_json::json!({"kind": "Status", "reason": reason, "message": message}).to_string()
    };
    let denied = status("Forbidden", "User \"jane\" cannot get resource \"configmaps\"");
    let unauthorized = cluster("401 Unauthorized", status("Unauthorized", "Unauthorized").as_bytes()).await;
    assert!(matches!(problem(&unauthorized, &["access entry", "clock"]).await, Problem::Unauthorized));
    let forbidden = cluster("403 Forbidden", denied.as_bytes()).await;
    let words = ["User \"jane\" cannot get", "AmazonEKSViewPolicy", "kube-system"];
    assert!(matches!(problem(&forbidden, &words).await, Problem::Forbidden { .. }));
    let busy = cluster("429 Too Many Requests", status("TooManyRequests", "later").as_bytes()).await;
    assert!(matches!(problem(&busy, &["429", "later"]).await, Problem::Refused { status: 429, .. }));
}

#[tokio::test]
async fn what_is_no_answer_of_kubernetes_is_not_taken_for_one() {
    for (status, body) in [
        ("404 Not Found", &b"<html>no such page</html>"[..]),
        ("200 OK", b"<html>log in first</html>"),
        ("200 OK", br#"{"kind": "Secret", "data": {}}"#),
        ("200 OK", b"{\"kind\": \"ConfigMap\", \"data\": {\"mapRoles\": \"\xff\"}}"),
        ("200 OK", br#"{"kind": "ConfigMap", "data": {"mapRoles": [1]}}"#),
        ("302 Found", b""),
    ] {
        let cluster = cluster(status, body).await;
        let number = status.split(' ').next().unwrap();
        assert!(matches!(problem(&cluster, &[number]).await, Problem::NotUnderstood { .. }), "{status}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_short() {
    let endless = cluster("200 OK", &vec![b' '; MAX_BYTES + 1]).await;
    assert!(matches!(problem(&endless, &["longer than"]).await, Problem::Unreachable { .. }));
}

#[tokio::test]
async fn the_budget_holds() {
    let there = cluster("200 OK", b"").await;
    let over = Budget::new(Duration::ZERO, CancellationToken::new());
    let error = Aws::new(settings(None)).aws_auth_config_map(&there, &token(), &over).await.unwrap_err();
    assert!(matches!(&error.problem, Problem::Aws(error) if error.kind() == &Kind::TimedOut), "{error}");
}

#[tokio::test]
async fn a_config_map_without_data_is_empty() {
    let empty = cluster("200 OK", br#"{"kind": "ConfigMap", "metadata": {}}"#).await;
    assert_eq!(read(&empty).await.unwrap(), Some(BTreeMap::new()));
}

#[tokio::test]
async fn the_config_map_of_a_cluster_is_read_with_its_token() {
    let clusters = vec![("dev".to_owned(), "CONFIG_MAP".to_owned())];
    let emulator = Emulator::start(Options { clusters, ..Options::default() }).await.unwrap();
    let (aws, budget) = (Aws::new(settings(Some(emulator.url()))), budget());
    let dev = aws.eks(None, &budget).await.unwrap().find_cluster("dev", &budget).await.unwrap().unwrap();
    let token = aws.cluster_token(Some(&dev.region), &dev.name, &budget).await.unwrap();
    assert_eq!(aws.aws_auth_config_map(&dev, &token, &budget).await.unwrap(), None);

    let data = BTreeMap::from([("mapRoles".to_owned(), "- rolearn: x\n".to_owned())]);
    emulator.set_aws_auth("dev", Some(data.clone())).unwrap();
    assert_eq!(aws.aws_auth_config_map(&dev, &token, &budget).await.unwrap(), Some(data));

    let nobody = ClusterToken { token: Secret::new("k8s-aws-v1.t0ken"), ..token };
    let error = aws.aws_auth_config_map(&dev, &nobody, &budget).await.unwrap_err();
    assert!(matches!(error.problem, Problem::Unauthorized), "{error}");
}
