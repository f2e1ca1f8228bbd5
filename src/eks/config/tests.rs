use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::super::Eks;
use super::*;
use crate::aws::settings::{AssumeRole, AssumeRoleWithWebIdentity, RetryMode};
use crate::framework::Model;
use crate::framework::engine::Engine;
use crate::framework::schema::{Field, Nesting};
use crate::value::Encoded;

const ROLE: &str = "arn:aws-us-gov:iam::111122223333:role/path/deployer";

fn encoded(block: &Json) -> Encoded {
    Encoded { json: serde_json::to_vec(block).unwrap(), ..Encoded::default() }
}

fn config(block: Json) -> Config {
    let ty = Engine::new(Eks).provider_schema().ty();
    Config::decode(encoded(&block).decode(&ty).unwrap()).unwrap()
}

/// A block with a role that has one more argument, behind one that has nothing special.
fn chained(name: &str, value: Json) -> Json {
    let mut role = json!({ "role_arn": ROLE });
    role[name] = value;
    json!({ "assume_role": [{ "role_arn": ROLE }, role] })
}

#[tokio::test]
async fn what_is_wrong_is_blamed_on_the_argument() {
    let account = "111122223333";
    let endpoints = json!({ "eks": "http://localhost", "sts": "" });
    let web_identity = |token: Json| json!({ "assume_role_with_web_identity": token });
    for (path, block) in [
        ("region", json!({ "region": "us east 1" })),
        ("region", json!({ "region": "us-east-1 " })),
        ("access_key", json!({ "access_key": "a" })),
        ("secret_key", json!({ "secret_key": "s3cret" })),
        ("token", json!({ "token": "s3cret" })),
        ("shared_config_files[1]", json!({ "shared_config_files": ["a", ""] })),
        ("shared_credentials_files[0]", json!({ "shared_credentials_files": [""] })),
        ("allowed_account_ids", json!({ "allowed_account_ids": ["1111"] })),
        ("forbidden_account_ids", json!({ "forbidden_account_ids": ["11112222333x"] })),
        ("forbidden_account_ids", json!({ "allowed_account_ids": [account], "forbidden_account_ids": [account] })),
        ("max_retries", json!({ "max_retries": -1 })),
        ("max_retries", json!({ "max_retries": 1_u64 << 40 })),
        ("retry_mode", json!({ "retry_mode": "legacy" })),
        ("http_proxy", json!({ "http_proxy": "jane:s3cret@proxy:3128" })),
        ("https_proxy", json!({ "https_proxy": "http://s3cret pass@proxy" })),
        ("lockout_guard", json!({ "lockout_guard": "on" })),
        ("endpoints.eks", json!({ "endpoints": { "eks": "localhost:4510" } })),
        ("endpoints.sts", json!({ "endpoints": { "sts": "https://:4510" } })),
        ("use_fips_endpoint", json!({ "endpoints": endpoints, "use_fips_endpoint": true })),
        ("use_dualstack_endpoint", json!({ "endpoints": endpoints, "use_dualstack_endpoint": true })),
        ("ignore_tags.key_prefixes", json!({ "ignore_tags": { "key_prefixes": [""] } })),
        ("assume_role[0].role_arn", json!({ "assume_role": [{ "role_arn": "" }] })),
        ("assume_role[0].role_arn", json!({ "assume_role": [{ "external_id": "x1" }] })),
        ("assume_role[1].role_arn", chained("role_arn", json!("arn:aws:sts::111122223333:assumed-role/a/b"))),
        ("assume_role[1].duration", chained("duration", json!("14m59s"))),
        ("assume_role[1].duration", chained("duration", json!("900"))),
        ("assume_role[1].duration", chained("duration", json!("61m"))),
        ("assume_role[0].duration", json!({ "assume_role": [{ "role_arn": ROLE, "duration": "13h" }] })),
        ("assume_role[1].session_name", chained("session_name", json!("jane doe"))),
        ("assume_role[1].external_id", chained("external_id", json!("x"))),
        ("assume_role[1].source_identity", chained("source_identity", json!("a/b"))),
        ("assume_role[1].policy", chained("policy", json!("{"))),
        ("assume_role[1].policy_arns", chained("policy_arns", json!([ROLE]))),
        ("assume_role_with_web_identity", web_identity(json!({ "role_arn": ROLE, "web_identity_token": "" }))),
        (
            "assume_role_with_web_identity",
            web_identity(json!({
                "role_arn": ROLE,
                "web_identity_token": "s3cret",
                "web_identity_token_file": "token",
            })),
        ),
    ] {
        let said = Engine::new(Eks).validate_provider(encoded(&block)).await.diagnostics;
        let paths: Vec<_> = said.iter().map(|wrong| wrong.path.to_string()).collect();
        assert_eq!(paths, [path], "{block}");
        assert!(!format!("{said:?}").contains("s3cret"), "{said:?}");
    }
}

#[test]
fn whatever_decides_what_is_read_has_to_be_known() {
    for field in Config::fields() {
        let name = field.name;
        let config = Config::decode(Dynamic::object([(name, Dynamic::Unknown)])).unwrap();
        let paths: Vec<_> = config.unknown().iter().map(ToString::to_string).collect();
        match name {
            "default_tags" | "lockout_guard" => assert!(paths.is_empty(), "{paths:?}"),
            _ => assert_eq!(paths, [name]),
        }
    }
}

#[tokio::test]
async fn unknown_arguments_are_no_mistake_and_are_named_at_any_depth() {
    let role = Dynamic::object([
        ("role_arn", Dynamic::Unknown),
        ("duration", Dynamic::Unknown),
        ("tags", Dynamic::Map([("team".to_owned(), Dynamic::Unknown)].into())),
    ]);
    let token = Dynamic::object([("role_arn", ROLE.into()), ("web_identity_token", Dynamic::Unknown)]);
    let config = Config::decode(Dynamic::object([
        ("assume_role", Dynamic::List(vec![role])),
        ("assume_role_with_web_identity", token),
        ("allowed_account_ids", Dynamic::set([Dynamic::Unknown])),
        ("max_retries", Dynamic::Unknown),
        ("region", "eu-west-1".into()),
    ]))
    .unwrap();
    let paths: Vec<_> = config.unknown().iter().map(ToString::to_string).collect();
    assert_eq!(
        paths,
        [
            "allowed_account_ids",
            "assume_role[0].duration",
            "assume_role[0].role_arn",
            "assume_role[0].tags",
            "assume_role_with_web_identity.web_identity_token",
            "max_retries",
        ]
    );
    assert_eq!(config.check(), Ok(()));
}

#[test]
fn what_is_left_out_or_empty_stays_open() {
    let empty = config(json!({
        "region": "", "profile": "", "access_key": "", "retry_mode": "", "no_proxy": "", "custom_ca_bundle": "",
        "endpoints": { "eks": "", "sts": "" },
        "assume_role": [], "shared_config_files": [],
    }));
    assert_eq!(empty.check(), Ok(()));
    assert_eq!(empty.into_settings(), Settings::default());
    assert_eq!(Config::default().into_settings(), Settings::default());
}

#[test]
fn every_argument_becomes_a_setting() {
    let policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()];
    let block = json!({
        "region": "eu-west-1", "profile": "jane",
        "access_key": "AKID", "secret_key": "s3cret", "token": "t0ken",
        "shared_config_files": ["/a", "b"], "shared_credentials_files": ["/c"],
        "allowed_account_ids": ["111122223333"], "forbidden_account_ids": ["999922223333"],
        "max_retries": 3, "retry_mode": "adaptive",
        "http_proxy": "http://a:1", "https_proxy": "http://b:2", "no_proxy": "c", "custom_ca_bundle": "/d",
        "use_fips_endpoint": true, "use_dualstack_endpoint": false,
        "endpoints": { "eks": "http://e", "sts": "http://s" },
        "assume_role": [{
            "role_arn": ROLE, "session_name": "session", "external_id": "ext/1", "duration": "1h30m", "policy": "{}",
            "policy_arns": policies, "tags": { "team": "a" }, "transitive_tag_keys": ["team"], "source_identity": "jane",
        }],
        "assume_role_with_web_identity": {
            "role_arn": ROLE, "session_name": "web", "web_identity_token_file": "/t", "duration": "15m", "policy": "[]",
            "policy_arns": policies,
        },
    });
    let settings = config(block).into_settings();
    let wanted = Settings {
        region: Some("eu-west-1".to_owned()),
        profile: Some("jane".to_owned()),
        shared_config_files: vec!["/a".into(), "b".into()],
        shared_credentials_files: vec!["/c".into()],
        access_key: Some("AKID".to_owned()),
        secret_key: Some(Secret::new("s3cret")),
        token: Some(Secret::new("t0ken")),
        assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
            role_arn: ROLE.to_owned(),
            session_name: Some("web".to_owned()),
            web_identity_token: None,
            web_identity_token_file: Some("/t".into()),
            duration: Some(Duration::from_secs(900)),
            policy: Some("[]".to_owned()),
            policy_arns: policies.to_vec(),
        }),
        assume_role: vec![AssumeRole {
            role_arn: ROLE.to_owned(),
            session_name: Some("session".to_owned()),
            external_id: Some("ext/1".to_owned()),
            duration: Some(Duration::from_secs(5400)),
            policy: Some("{}".to_owned()),
            policy_arns: policies.to_vec(),
            tags: [("team".to_owned(), "a".to_owned())].into(),
            transitive_tag_keys: vec!["team".to_owned()],
            source_identity: Some("jane".to_owned()),
        }],
        endpoints: Endpoints { eks: Some("http://e".to_owned()), sts: Some("http://s".to_owned()) },
        max_retries: Some(3),
        retry_mode: Some(RetryMode::Adaptive),
        http_proxy: Some(Secret::new("http://a:1")),
        https_proxy: Some(Secret::new("http://b:2")),
        no_proxy: Some("c".to_owned()),
        custom_ca_bundle: Some("/d".into()),
        use_fips_endpoint: Some(true),
        use_dualstack_endpoint: Some(false),
        allowed_account_ids: ["111122223333".to_owned()].into(),
        forbidden_account_ids: ["999922223333".to_owned()].into(),
    };
    assert_eq!(settings, wanted);
}

#[test]
fn a_tilde_is_the_home_folder() {
    let home = std::env::home_dir().unwrap();
    let settings = config(json!({ "custom_ca_bundle": "~/ca.pem", "shared_config_files": ["~x/a"] })).into_settings();
    assert_eq!(settings.custom_ca_bundle, Some(home.join("ca.pem")));
    assert_eq!(settings.shared_config_files, [PathBuf::from("~x/a")]);
}

#[test]
fn the_lockout_guard_warns_unless_told_otherwise() {
    use LockoutGuard::{Off, Refuse, Warn};
    for (given, guard) in [(json!(null), Warn), (json!(""), Warn), (json!("refuse"), Refuse), (json!("off"), Off)] {
        assert_eq!(config(json!({ "lockout_guard": given })).lockout_guard(), guard);
    }
    let unknown = Config { lockout_guard: Value::Unknown, ..Config::default() };
    assert_eq!(unknown.lockout_guard(), Warn);
}

/// The block with a value for every argument that the schema calls sensitive, wherever it is.
fn with_all_secrets(fields: &[Field]) -> (Json, usize) {
    let (mut block, mut secrets) = (serde_json::Map::new(), 0);
    for field in fields {
        if let Some((nesting, fields)) = field.inner() {
            let (inner, count) = with_all_secrets(fields);
            secrets += count;
            let inner = if nesting == Nesting::List { json!([inner]) } else { inner };
            block.insert(field.name.to_owned(), inner);
        } else if field.sensitive {
            secrets += 1;
            block.insert(field.name.to_owned(), json!("s3cret"));
        }
    }
    (Json::Object(block), secrets)
}

#[test]
fn no_secret_is_shown() {
    let (block, secrets) = with_all_secrets(&Config::fields());
    assert_eq!(secrets, 5, "{block}");
    let config = config(block);
    for shown in [format!("{config:?}"), format!("{:?}", config.clone().into_settings())] {
        assert!(!shown.contains("s3cret") && shown.matches("***").count() == secrets, "{shown}");
    }
}
