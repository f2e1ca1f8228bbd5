//! The clusters' endpoints: TLS, tokens, the aws-auth ConfigMap.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use eks_emulator::{Emulator, Options};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::http::{Reply, send_over};

const AWS_AUTH: &str = "/api/v1/namespaces/kube-system/configmaps/aws-auth";

async fn emulator() -> Emulator {
    let clusters = ["dev", "prod"].map(|name| (name.to_owned(), "CONFIG_MAP".to_owned())).to_vec();
    Emulator::start(Options { clusters, ..Options::default() }).await.unwrap()
}

/// Asks the cluster's endpoint, trusting nothing but the cluster's own certificate authority.
async fn ask(emulator: &Emulator, cluster: &str, path: &str, token: &str) -> Reply {
    ask_there(&emulator.cluster(cluster).unwrap(), path, token).await.unwrap()
}

/// Asks at the endpoint that the cluster was shown with; an error is a connection that closed without a reply.
async fn ask_there(cluster: &Value, path: &str, token: &str) -> Result<Reply, hyper::Error> {
    let endpoint = cluster["endpoint"].as_str().unwrap().strip_prefix("https://").unwrap().to_owned();
    let authority = STANDARD.decode(cluster["certificateAuthority"]["data"].as_str().unwrap()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&authority).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(&endpoint).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let request = Request::get(path)
        .header("host", endpoint)
        .header("authorization", format!("Bearer {token}"))
        .body(Full::new(Bytes::new()))
        .unwrap();
    send_over(stream, request).await
}

fn token() -> String {
    let format = format_description::parse_borrowed::<2>("[year][month][day]T[hour][minute][second]Z").unwrap();
    let now = OffsetDateTime::now_utc().format(&format).unwrap();
    let url = format!(
        "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
         &X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date={now}\
         &X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=abc"
    );
    format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url))
}

#[tokio::test]
async fn without_a_token_nothing_is_shown() {
    let emulator = emulator().await;
    for token in ["", "k8s-aws-v1.bm8"] {
        let reply = ask(&emulator, "dev", AWS_AUTH, token).await;
        assert_eq!((reply.status, reply.json()["reason"].as_str()), (401, Some("Unauthorized")));
    }
}

#[tokio::test]
async fn the_config_map_is_there_or_not_there() {
    let emulator = emulator().await;
    let absent = ask(&emulator, "dev", AWS_AUTH, &token()).await;
    assert_eq!((absent.status, absent.message().as_str()), (404, "configmaps \"aws-auth\" not found"));

    let data = BTreeMap::from([("mapRoles".to_owned(), "- rolearn: x\n".to_owned())]);
    emulator.set_aws_auth("dev", Some(data)).unwrap();
    let present = ask(&emulator, "dev", AWS_AUTH, &token()).await.json();
    assert_eq!((&present["kind"], &present["data"]["mapRoles"]), (&"ConfigMap".into(), &"- rolearn: x\n".into()));
    assert_eq!(ask(&emulator, "prod", AWS_AUTH, &token()).await.status, 404, "each cluster has its own");

    emulator.set_aws_auth("dev", None).unwrap();
    assert_eq!(ask(&emulator, "dev", AWS_AUTH, &token()).await.status, 404);
    assert_eq!(ask(&emulator, "dev", "/version", &token()).await.status, 200);
    assert_eq!(emulator.calls(), [], "the log is for EKS and STS");
}

#[tokio::test]
async fn an_unreachable_cluster_answers_nobody_who_knows_its_endpoint() {
    let emulator = emulator().await;
    let known = emulator.cluster("dev").unwrap();
    emulator.settings(json!({"api_server": "unreachable"})).unwrap();
    assert_ne!(emulator.cluster("dev").unwrap()["endpoint"], known["endpoint"]);
    for path in [AWS_AUTH, "/version"] {
        assert!(ask_there(&known, path, &token()).await.is_err(), "{path}");
    }
    assert_eq!(emulator.aws_auth_looks(), 0);
    emulator.settings(json!({"api_server": "open"})).unwrap();
    assert_eq!(ask_there(&known, AWS_AUTH, &token()).await.unwrap().status, 404);
}
