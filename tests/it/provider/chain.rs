//! Where the SDK looks for credentials and a region by itself: the environment decides, so the provider runs in a process of
//! its own, against little servers that stand for a portal, an agent and a machine's metadata.

use std::fs;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use eks_emulator::{Emulator, Options};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::support::client::{Handshake, Identity};
use crate::support::core::Core;
use crate::support::eks::CLUSTER;
use crate::support::front::Proxy;

const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// A provider whose environment holds what the test gives it and nothing else, in front of an emulator.
struct World {
    core: Core,
    proxy: Proxy,
    _emulator: Emulator,
    _process: Child,
    _home: TempDir,
}

impl World {
    async fn start(home: TempDir, variables: &[(&str, String)], block: Json) -> Self {
        let clusters = vec![(CLUSTER.to_owned(), "API".to_owned())];
        let emulator = Emulator::start(Options { clusters, ..Options::default() }).await.unwrap();
        emulator.put_cluster_in("eu-west-1", CLUSTER, "API");
        let proxy = Proxy::start().await;
        proxy.lead_to(&emulator);

        let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-eks"));
        command.env_clear().kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.envs([COOKIE, ("PLUGIN_CLIENT_CERT", Identity::CORE_PEM)]).envs(variables.iter().cloned());
        let mut process = command.env("HOME", home.path()).env("TMPDIR", home.path()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
        let channel = Handshake::parse(line.trim_end()).channel(&Identity::core()).await.unwrap();

        let mut core = Core::start(channel).await.unwrap();
        let mut config = json!({ "endpoints": { "eks": proxy.url, "sts": proxy.url }, "max_retries": 0 });
        config.as_object_mut().unwrap().extend(block.as_object().unwrap().clone());
        core.configure(config).await.unwrap();
        Self { core, proxy, _emulator: emulator, _process: process, _home: home }
    }

    async fn ask(&self) -> Result<(), String> {
        let asked = self.core.data("eks_authentication_mode", json!({ "cluster_name": CLUSTER })).await;
        asked.map(drop).map_err(|failure| format!("{}: {}", failure.only().summary, failure.only().detail))
    }

    /// Whose key signed the request to EKS, and for which region.
    fn signed(&self) -> (String, String) {
        let asked = self.proxy.asked();
        let (_, credential) = asked.last().unwrap().split_once("Credential=").unwrap();
        let parts: Vec<_> = credential.split('/').collect();
        (parts[0].to_owned(), parts[2].to_owned())
    }
}

/// A server with an answer for some requests, known by their first line up to the version, and 404 for all others.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answers: &[(&str, String)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Vec<_> = answers.iter().map(|(request, answer)| ((*request).to_owned(), answer.clone())).collect();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => break,
                    }
                }
                let head = String::from_utf8(head).unwrap();
                let answer = answers.iter().find(|(request, _)| head.starts_with(&format!("{request} HTTP/")));
                let (status, body) = answer.map_or(("404 Not Found", ""), |(_, body)| ("200 OK", body));
                let ttl = "x-aws-ec2-metadata-token-ttl-seconds: 21600";
                let reply = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\n{ttl}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                log.lock().unwrap().push(head);
                // Whoever hangs up needs no answer.
                let _ = stream.write_all(reply.as_bytes()).await;
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|head| head.to_lowercase()).collect()
    }
}

const NEVER: &str = "2099-01-01T00:00:00Z";

fn keys(id: &str) -> String {
    let keys = json!({
        "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z", "Expiration": NEVER,
        "AccessKeyId": id, "SecretAccessKey": "s3cret", "Token": "t0ken",
    });
    keys.to_string()
}

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn region() -> Json {
    json!({ "region": "us-east-1" })
}

fn text(text: &str) -> String {
    text.to_owned()
}

/// What the agents of ECS and of EKS Pod Identity give: a URL, and a file with a token for it.
#[tokio::test]
async fn pod_identity() {
    let agent = Server::start(&[("GET /v1/credentials", keys("AKIDPOD"))]).await;
    let home = home();
    let token = home.path().join("eks-pod-identity-token");
    fs::write(&token, "jwt-of-the-pod").unwrap();
    let variables = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/v1/credentials", agent.url)),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", text(token.to_str().unwrap())),
    ];
    let world = World::start(home, &variables, region()).await;
    world.ask().await.unwrap();
    assert_eq!(world.signed().0, "AKIDPOD");
    let asked = agent.asked();
    assert!(asked[0].contains("authorization: jwt-of-the-pod"), "{asked:?}");
}

#[tokio::test]
async fn the_role_of_the_machine() {
    let machine = Server::start(&[
        ("PUT /latest/api/token", text("imds-token")),
        ("GET /latest/meta-data/iam/security-credentials/", text("deployer")),
        ("GET /latest/meta-data/iam/security-credentials/deployer", keys("AKIDMACHINE")),
    ])
    .await;
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", machine.url.clone())];
    let world = World::start(home(), &variables, region()).await;
    world.ask().await.unwrap();
    assert_eq!(world.signed().0, "AKIDMACHINE");
    let asked = machine.asked();
    assert!(asked.last().unwrap().contains("x-aws-ec2-metadata-token: imds-token"), "{asked:?}");
}

const WITH_SESSION: &str = "[profile corp]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n\
     [sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example/start\n";

/// As profiles were before there were sessions.
const WITHOUT_SESSION: &str = "[profile corp]\nregion = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = Admin\n\
     sso_region = us-east-1\nsso_start_url = https://corp.example/start\n";

const PORTAL: &str = "GET /federation/credentials?role_name=Admin&account_id=111122223333";

/// After `aws sso login`, with the profile in the provider block or in the environment. Of a login that was ended, nothing is
/// left.
async fn after_login(config: &str, expires: Option<&str>, profile: Option<&str>, block: Json) -> (World, Server) {
    let keys = json!({ "roleCredentials": {
        "accessKeyId": "AKIDSSO", "secretAccessKey": "s3cret", "sessionToken": "t0ken", "expiration": 4_070_908_800_000_u64,
    } });
    let portal = Server::start(&[(PORTAL, keys.to_string())]).await;
    let home = home();
    let aws = home.path().join(".aws");
    fs::create_dir_all(aws.join("sso/cache")).unwrap();
    fs::write(aws.join("config"), config).unwrap();
    let login = json!({
        "accessToken": "login-token", "expiresAt": expires, "region": "us-east-1", "startUrl": "https://corp.example/start",
    });
    // The file is named after the session: `printf corp | sha1sum`.
    if expires.is_some() {
        fs::write(aws.join("sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"), login.to_string()).unwrap();
    }
    let mut variables = vec![("AWS_ENDPOINT_URL_SSO", portal.url.clone())];
    variables.extend(profile.map(|profile| ("AWS_PROFILE", text(profile))));
    (World::start(home, &variables, block).await, portal)
}

#[tokio::test]
async fn single_sign_on() {
    for (profile, block) in [(Some("corp"), json!({})), (None, json!({ "profile": "corp" }))] {
        let (world, portal) = after_login(WITH_SESSION, Some(NEVER), profile, block).await;
        world.ask().await.unwrap();
        assert_eq!(world.signed(), (text("AKIDSSO"), text("eu-west-1")));
        let asked = portal.asked();
        assert!(asked[0].contains("x-amz-sso_bearer_token: login-token"), "{asked:?}");
    }
}

/// Also where the profile is only what a role is assumed with.
#[tokio::test]
async fn single_sign_on_after_the_login_is_over() {
    let with_role = json!({ "assume_role": [{ "role_arn": "arn:aws:iam::999922223333:role/deployer" }] });
    let long_ago = Some("2020-01-01T00:00:00Z");
    for (config, expires, block) in [
        (WITH_SESSION, long_ago, json!({})),
        (WITH_SESSION, None, json!({})),
        (WITHOUT_SESSION, None, json!({})),
        (WITH_SESSION, long_ago, with_role),
    ] {
        let (world, portal) = after_login(config, expires, Some("corp"), block).await;
        let error = world.ask().await.unwrap_err();
        assert!(error.contains("aws sso login"), "{error}");
        assert_eq!(portal.asked(), [""; 0]);
    }
}

/// The portal knows no such role for who has signed in.
#[tokio::test]
async fn single_sign_on_to_a_role_that_was_not_assigned() {
    let config = WITH_SESSION.replace("Admin", "Owner");
    let (world, portal) = after_login(&config, Some(NEVER), Some("corp"), json!({})).await;
    let error = world.ask().await.unwrap_err();
    assert!(error.contains("the account and the permission set that the profile names"), "{error}");
    assert!(portal.asked()[0].contains("role_name=owner"));
}

/// A file of configuration, and a profile that the environment names.
async fn with_profile(profile: &str, config: &str, more: &[(&'static str, &str)]) -> World {
    let home = home();
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let mut variables = vec![("AWS_PROFILE", text(profile))];
    variables.extend(more.iter().map(|(name, value)| (*name, text(value))));
    World::start(home, &variables, region()).await
}

/// Whoever the machine is, is not who was asked for.
#[tokio::test]
async fn a_profile_that_is_not_there_is_named_and_the_machine_is_not_asked() {
    let machine = Server::start(&[]).await;
    let more = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", machine.url.as_str())];
    let error = with_profile("nope", "[profile corp]\n", &more).await.ask().await.unwrap_err();
    assert!(error.contains("no profile \"nope\", which AWS_PROFILE names") && error.contains(".aws/config"), "{error}");
    assert_eq!(machine.asked(), [""; 0]);
}

#[tokio::test]
async fn half_an_access_key_is_told() {
    let world = World::start(home(), &[("AWS_ACCESS_KEY_ID", text("AKIDENV"))], region()).await;
    let error = world.ask().await.unwrap_err();
    assert!(error.contains("has AWS_ACCESS_KEY_ID but not AWS_SECRET_ACCESS_KEY"), "{error}");
}

#[tokio::test]
async fn a_profile_of_aws_login_is_told_the_way_out() {
    let config = "[profile corp]\nlogin_session = arn:aws:iam::111122223333:user/jane\n";
    let error = with_profile("corp", config, &[]).await.ask().await.unwrap_err();
    assert!(error.contains("aws configure export-credentials --profile NAME --format process"), "{error}");
    assert!(!error.contains("cargo"), "{error}");
}

/// The SDK tells of it with the whole request.
#[tokio::test]
async fn an_endpoint_of_the_environment_that_is_no_url_is_named() {
    let keys = [("AWS_ACCESS_KEY_ID", text("AKIDENV")), ("AWS_SECRET_ACCESS_KEY", text("s3cret"))];
    let sts_first = json!(["111122223333"]);
    for (name, accounts) in [("AWS_ENDPOINT_URL_EKS", Json::Null), ("AWS_ENDPOINT_URL_STS", sts_first)] {
        let mut variables = vec![(name, text("localhost:4730"))];
        variables.extend(keys.clone());
        let block = json!({ "region": "us-east-1", "endpoints": null, "allowed_account_ids": accounts });
        let error = World::start(home(), &variables, block).await.ask().await.unwrap_err();
        assert!(error.contains("\"localhost:4730\" is no URL") && error.contains(name), "{error}");
        assert!(!error.contains("SdkBody"), "{error}");
    }
}

#[tokio::test]
async fn a_region_of_the_environment_that_cannot_be_is_named() {
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        let world = World::start(home(), &[(name, text("us-east-1 "))], json!({})).await;
        let error = world.ask().await.unwrap_err();
        assert!(error.contains("\"us-east-1 \" cannot be the name of a region") && error.contains(name), "{error}");
        assert_eq!(world.proxy.asked(), [""; 0]);
    }
}

/// Scripts hand on what they have not been given that way.
#[tokio::test]
async fn a_region_of_the_environment_that_is_empty_is_none() {
    let keys = |region: &str, default: &str| {
        [
            ("AWS_ACCESS_KEY_ID", text("AKIDENV")),
            ("AWS_SECRET_ACCESS_KEY", text("s3cret")),
            ("AWS_REGION", text(region)),
            ("AWS_DEFAULT_REGION", text(default)),
        ]
    };
    let world = World::start(home(), &keys("", "eu-west-1"), json!({})).await;
    world.ask().await.unwrap();
    assert_eq!(world.signed().1, "eu-west-1");

    let world = World::start(home(), &keys("", ""), json!({})).await;
    let error = world.ask().await.unwrap_err();
    assert!(error.contains("No region is set"), "{error}");
    assert_eq!(world.proxy.asked(), [""; 0]);
}
