use std::fs;

use serde_json::json;

use super::{ask, file, operations, refused, without_keys};
use crate::support::eks::World;
use crate::support::front::Proxy;

#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_named() {
    let role = "arn:aws:iam::999922223333:role/deployer";
    let world = World::start_with("API", json!({ "assume_role": [{ "role_arn": role }], "max_retries": 0 })).await;
    world.emulator.add_fault(eks_emulator::Fault::new("AssumeRole", eks_emulator::FaultKind::AccessDenied));
    let error = refused(&world).await;
    assert!(error.contains(role) && error.contains("sts:AssumeRole") && error.contains("trust policy"), "{error}");
    assert_eq!(operations(&world), ["AssumeRole"]);
}

#[tokio::test]
async fn an_outage_of_sts_is_not_the_roles_fault() {
    let role = "arn:aws:iam::999922223333:role/deployer";
    let world = World::start_with("API", json!({ "assume_role": [{ "role_arn": role }], "max_retries": 0 })).await;
    let outage = eks_emulator::Fault::new("AssumeRole", eks_emulator::FaultKind::Unavailable);
    world.emulator.add_fault(eks_emulator::Fault { times: 9, ..outage });
    let error = refused(&world).await;
    assert!(error.contains(role) && error.contains("request id") && error.contains("Health Dashboard"), "{error}");
    assert!(!error.contains("trust policy") && !error.contains("proxy"), "{error}");
}

#[tokio::test]
async fn a_web_identity_token_that_cannot_be_read_is_named() {
    let block = json!({ "assume_role_with_web_identity": {
        "role_arn": "arn:aws:iam::111122223333:role/ci", "web_identity_token_file": "/nowhere/token",
    } });
    let world = World::start_with("API", block).await;
    let error = refused(&world).await;
    assert!(error.contains("/nowhere/token") && error.contains("web_identity_token_file"), "{error}");
    assert_eq!(operations(&world), Vec::<String>::new());
}

#[tokio::test]
async fn shared_files_that_are_not_there_are_named() {
    for name in ["shared_config_files", "shared_credentials_files"] {
        let world = World::start_with("API", json!({ name: ["/nowhere/aws"] })).await;
        let error = refused(&world).await;
        assert!(error.contains("/nowhere/aws") && error.contains(name), "{error}");
    }
}

#[tokio::test]
async fn roles_are_a_chain_behind_the_web_identity() {
    let token = file("t0ken\n");
    let [ci, hub, spoke] = [("111122223333", "ci"), ("111122223333", "hub"), ("999922223333", "spoke")]
        .map(|(account, name)| format!("arn:aws:iam::{account}:role/{name}"));
    let read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let world = World::start_with(
        "API",
        json!({
            "assume_role_with_web_identity": {
                "role_arn": ci, "web_identity_token_file": token.path(), "session_name": "pipeline", "duration": "15m",
                "policy": "{}", "policy_arns": [read_only],
            },
            "assume_role": [
                { "role_arn": hub },
                {
                    "role_arn": spoke, "session_name": "apply", "external_id": "ext/1", "duration": "30m", "policy": "{ }",
                    "policy_arns": [read_only], "tags": { "team": "a" }, "transitive_tag_keys": ["team"],
                    "source_identity": "jane",
                },
            ],
            // The credentials that are used in the end are those of the last role.
            "allowed_account_ids": ["999922223333"],
        }),
    )
    .await;
    ask(&world).await.unwrap();

    let calls = ["AssumeRoleWithWebIdentity", "AssumeRole", "AssumeRole", "GetCallerIdentity", "DescribeCluster"];
    assert_eq!(operations(&world), calls);
    let sent: Vec<_> = world.emulator.calls().into_iter().take(3).map(|call| json!(call.params)).collect();
    let has = |call: usize, params: serde_json::Value| {
        for (name, value) in params.as_object().unwrap() {
            assert_eq!(&sent[call][name], value, "{name} of {}", sent[call]);
        }
    };
    has(
        0,
        json!({
            "RoleArn": ci, "RoleSessionName": "pipeline", "DurationSeconds": "900", "Policy": "{}",
            "PolicyArns.member.1.arn": read_only,
        }),
    );
    has(1, json!({ "RoleArn": hub, "RoleSessionName": "terraform-provider-eks", "DurationSeconds": null }));
    has(
        2,
        json!({
            "RoleArn": spoke, "RoleSessionName": "apply", "ExternalId": "ext/1", "DurationSeconds": "1800",
            "Policy": "{ }", "PolicyArns.member.1.arn": read_only, "Tags.member.1.Key": "team",
            "Tags.member.1.Value": "a", "TransitiveTagKeys.member.1": "team", "SourceIdentity": "jane",
        }),
    );
}

#[tokio::test]
async fn a_web_identity_token_may_be_given_itself() {
    let block = without_keys(json!({ "assume_role_with_web_identity": {
        "role_arn": "arn:aws:iam::111122223333:role/ci", "web_identity_token": "t0ken",
    } }));
    let world = World::start_with("API", block).await;
    ask(&world).await.unwrap();
    assert_eq!(operations(&world), ["AssumeRoleWithWebIdentity", "DescribeCluster"]);
}

/// Asks with credentials from a profile; gives what signed the request.
async fn ask_as(profile: &str, config: &str, credentials: &str) -> (World, String) {
    let (config, credentials) = (file(config), file(credentials));
    let proxy = Proxy::start().await;
    let block = without_keys(json!({
        "profile": profile,
        "region": null,
        "shared_config_files": [config.path()],
        "shared_credentials_files": [credentials.path()],
        "http_proxy": proxy.url,
        "no_proxy": "elsewhere.example",
        "endpoints": { "eks": "http://eks.example", "sts": "http://sts.example" },
    }));
    let world = World::start_with("API", block).await;
    proxy.lead_to(&world.emulator);
    ask(&world).await.unwrap();
    let asked = proxy.asked();
    let signed = asked.last().unwrap().split_once("Credential=").unwrap().1.split_once("/aws4_request").unwrap().0;
    (world, signed.to_owned())
}

#[tokio::test]
async fn a_profile_of_the_shared_files_gives_keys_and_region() {
    if region_of_environment() {
        return;
    }
    let config = "[profile jane]\nregion = us-east-1\n";
    let credentials = "[jane]\naws_access_key_id = AKIDJANE\naws_secret_access_key = s3cret\n";
    let (_, signed) = ask_as("jane", config, credentials).await;
    assert!(signed.starts_with("AKIDJANE/") && signed.ends_with("/us-east-1/eks"), "{signed}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_profile_may_run_a_credential_process() {
    if region_of_environment() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("credentials.sh");
    let answer = r#"{"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "s3cret"}"#;
    fs::write(&script, format!("echo '{answer}'\n")).unwrap();
    let config = format!("[profile tool]\nregion = us-east-1\ncredential_process = sh {}\n", script.to_str().unwrap());
    let (_, signed) = ask_as("tool", &config, "").await;
    assert!(signed.starts_with("AKIDPROCESS/"), "{signed}");
}

/// The environment goes before the profile, and the tests do not change it.
fn region_of_environment() -> bool {
    ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().any(|name| std::env::var_os(name).is_some())
}
