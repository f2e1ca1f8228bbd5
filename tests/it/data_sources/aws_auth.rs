use std::collections::BTreeMap;
use std::env;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use eks_emulator::{Fault, FaultKind};
use serde_json::{Value as Json, json};

use super::{count, counts, fail, find};
use crate::support::core::{Diag, as_json};
use crate::support::eks::{CLUSTER, World, policy, role};

const TYPE: &str = "eks_aws_auth";

/// A row of each kind: a node's, an administrator's and a viewer's roles.
const ROLES: &str = "\
- rolearn: arn:aws:iam::111122223333:role/nodes
  username: system:node:{{EC2PrivateDNSName}}
  groups: [system:bootstrappers, system:nodes]
- rolearn: arn:aws:iam::111122223333:role/admin
  username: admin
  groups: [system:masters, auditors]
- rolearn: arn:aws:iam::111122223333:role/viewer
  username: viewer
  groups: [viewers]
";

/// [`CLUSTER`] in a mode, with these rows in mapRoles.
async fn with_roles(mode: &str, rows: &str) -> World {
    let world = World::start_in(mode).await;
    set(&world, &[("mapRoles", rows)]);
    world
}

fn set(world: &World, data: &[(&str, &str)]) {
    let data = data.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    world.emulator.set_aws_auth(CLUSTER, Some(data)).unwrap();
}

fn asked() -> Json {
    json!({ "cluster_name": CLUSTER })
}

fn put(world: &World, entry: Json) {
    world.emulator.put_entry(CLUSTER, entry).unwrap();
}

fn everywhere(name: &str) -> Json {
    json!([{ "policyArn": policy(name), "accessScope": { "type": "cluster" } }])
}

fn verdicts(found: &Json) -> Vec<&str> {
    found["rows"].as_array().unwrap().iter().map(|row| row["verdict"].as_str().unwrap()).collect()
}

fn reason(found: &Json, row: usize) -> &str {
    found["rows"][row]["reason"].as_str().unwrap()
}

/// The message has every word, and no token.
#[track_caller]
fn assert_says(error: &Diag, words: &[&str]) {
    for word in words {
        assert!(error.detail.contains(word), "{word:?} in {error:?}");
    }
    assert!(!error.detail.contains("k8s-aws-v1") && !error.detail.contains("X-Amz-"), "{error:?}");
}

#[tokio::test]
async fn an_api_server_that_does_not_show_it() {
    for (api_server, words) in [
        ("unreachable", &["https://127.0.0.1:1", "private", "publicAccessCidrs"][..]),
        ("stranger", &["certificate", "Nothing was sent"]),
        ("unauthorized", &["401", "access entry"]),
        ("forbidden", &["403", "cannot get resource \"configmaps\"", "AmazonEKSViewPolicy"]),
    ] {
        let world = with_roles("API_AND_CONFIG_MAP", ROLES).await;
        world.emulator.settings(json!({ "api_server": api_server })).unwrap();
        let endpoint = world.emulator.cluster(CLUSTER).unwrap()["endpoint"].as_str().unwrap().to_owned();
        let error = fail(&world, TYPE, asked()).await;
        assert_eq!((error.summary.as_str(), error.path.as_str()), ("Cannot read aws-auth", ""));
        assert_says(&error, &[words, &["cluster dev", &endpoint, "who would lose access"]].concat());
    }
}

#[tokio::test]
async fn a_cluster_that_is_not_there_or_not_yet() {
    let world = World::start().await;
    let error = fail(&world, TYPE, json!({ "cluster_name": "nowhere" })).await;
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("No such cluster", "cluster_name"));
    assert_eq!(count(&world), counts([("DescribeCluster", 1)]));
}

#[tokio::test]
async fn entries_that_may_not_be_looked_at() {
    for operation in ["ListAccessEntries", "DescribeAccessEntry", "ListAssociatedAccessPolicies"] {
        let world = with_roles("API", ROLES).await;
        put(&world, json!({ "principalArn": role("viewer") }));
        world.emulator.add_fault(Fault::new(operation, FaultKind::AccessDenied));
        let error = fail(&world, TYPE, asked()).await;
        assert_says(&error, &["cluster dev", &format!("eks:{operation}")]);
    }
}

#[tokio::test]
async fn what_is_no_yaml_is_told_with_its_place() {
    let bomb = "- &a [x, x, x, x, x, x, x, x, x]\n- &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n- &c [*b, *b, *b, *b, *b, *b]\n\
                - &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\n- &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\n- [*e, *e, *e, *e]\n";
    let long = format!("- '{}'\n", "x".repeat(1024 * 1024));
    for (text, words) in [
        ("- rolearn: x\n\tusername: y\n", &["mapRoles", "line 2", "tab"][..]),
        ("rolearn: x\n", &["mapRoles", "a mapping, not a list"]),
        (bomb, &["mapRoles", "more than"]),
        (&long, &["mapRoles", "bytes"]),
    ] {
        let world = with_roles("CONFIG_MAP", text).await;
        let error = fail(&world, TYPE, asked()).await;
        assert_eq!(error.summary, "Cannot read aws-auth");
        assert_says(&error, &[words, &["cluster dev", "Nothing is translated"]].concat());
    }
}

#[tokio::test]
async fn role_paths_that_contradict_themselves() {
    let world = with_roles("CONFIG_MAP", ROLES).await;
    let mut config = asked();
    config["role_paths"] = json!({ (role("viewer")): role("team/other") });
    let error = fail(&world, TYPE, config).await;
    assert_eq!(error.path, format!("role_paths[{:?}]", role("viewer")));
    assert_says(&error, &["team/other"]);
}

#[tokio::test]
async fn no_config_map_has_no_rows_and_is_covered() {
    for mode in ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"] {
        let world = World::start_in(mode).await;
        let found = find(&world, TYPE, asked()).await;
        let wanted = json!({
            "cluster_name": CLUSTER, "role_paths": null, "region": "us-east-1",
            "data": {}, "entries": {}, "fully_covered": true, "rows": [],
        });
        assert_eq!(found, wanted);
    }
}

/// In this mode a cluster has no entries, and is not asked for any.
#[tokio::test]
async fn pain_36_of_a_cluster_in_mode_config_map() {
    let world = with_roles("CONFIG_MAP", ROLES).await;
    let found = find(&world, TYPE, asked()).await;
    assert_eq!(count(&world), counts([("DescribeCluster", 1)]));
    assert_eq!(found["data"], json!({ "mapRoles": ROLES }));
    assert_eq!(verdicts(&found), ["migrate"; 3]);
    assert_eq!(found["fully_covered"], false);
    let first = &found["rows"][0];
    assert_eq!(
        (&first["source"], &first["index"], &first["arn"]),
        (&json!("mapRoles"), &json!(0), &json!(role("nodes")))
    );

    let translated = world.call_function("aws_auth_access_entries", &[json!({ "mapRoles": ROLES })]).await;
    let translated = as_json(&translated.unwrap_or_else(|_| panic!("the function fails")));
    assert_eq!(
        (&found["entries"], &found["rows"]),
        (&translated["entries"], &translated["rows"]),
        "as the function has it"
    );
}

#[tokio::test]
async fn pain_36_each_row_beside_the_entry_of_its_principal() {
    let rows = format!(
        "{ROLES}- rolearn: {}\n  username: x\n  groups: [system:x]\n- rolearn: {}\n  username: dead\n- rolearn: {}\n  \
         username: system:node:{{{{SessionName}}}}\n  groups: [system:nodes, system:node-proxier]\n",
        role("blocked"),
        role("team/pathed"),
        role("fargate"),
    );
    let world = with_roles("API_AND_CONFIG_MAP", &rows).await;
    let before = find(&world, TYPE, asked()).await;
    assert_eq!(verdicts(&before), ["migrate", "migrate", "migrate", "blocked", "dead", "owned_by_eks"]);

    put(&world, json!({ "principalArn": role("nodes"), "type": "EC2_LINUX" }));
    put(&world, json!({ "principalArn": role("admin"), "username": "admin", "kubernetesGroups": ["auditors"] }));
    put(&world, json!({ "principalArn": role("viewer"), "username": "viewer", "kubernetesGroups": ["viewers"] }));
    world.new_walk().await.unwrap();
    let found = find(&world, TYPE, asked()).await;
    assert_eq!(verdicts(&found), ["covered", "conflict", "covered", "blocked", "dead", "owned_by_eks"]);
    assert!(reason(&found, 1).contains("AmazonEKSClusterAdminPolicy"), "{}", reason(&found, 1));
    assert_eq!((&found["entries"], &found["fully_covered"]), (&before["entries"], &json!(false)));

    put(
        &world,
        json!({
            "principalArn": role("admin"), "username": "admin", "kubernetesGroups": ["auditors"],
            "accessPolicies": everywhere("AmazonEKSClusterAdminPolicy"),
        }),
    );
    put(&world, json!({ "principalArn": role("fargate"), "type": "FARGATE_LINUX" }));
    set(&world, &[("mapRoles", &rows.replace("[system:x]", "[x]"))]);
    put(&world, json!({ "principalArn": role("blocked"), "username": "x", "kubernetesGroups": ["x"] }));
    world.new_walk().await.unwrap();
    let found = find(&world, TYPE, asked()).await;
    assert_eq!(verdicts(&found), ["covered", "covered", "covered", "covered", "dead", "covered"]);
    assert_eq!(found["fully_covered"], true);
}

/// One listing, then only the entries that rows are about; of nodes no policies.
#[tokio::test]
async fn the_calls_do_not_grow_with_other_peoples_entries() {
    let world = with_roles("API", ROLES).await;
    for number in 0..150 {
        put(&world, json!({ "principalArn": role(&format!("other-{number}")) }));
    }
    put(&world, json!({ "principalArn": role("nodes"), "type": "EC2_LINUX" }));
    put(&world, json!({ "principalArn": role("team/viewer") }));
    find(&world, TYPE, asked()).await;
    let expected = counts([
        ("DescribeCluster", 1),
        ("ListAccessEntries", 2),
        ("DescribeAccessEntry", 2),
        ("ListAssociatedAccessPolicies", 1),
    ]);
    assert_eq!(count(&world), expected);
}

/// eksctl reads one page.
#[tokio::test]
async fn eksctl_defect_08_entries_beyond_the_first_page_cover_their_rows() {
    let row = |n: usize| format!("- {{rolearn: {}, username: u, groups: [g]}}\n", role(&format!("role-{n}")));
    let world = with_roles("API", &(0..120).map(row).collect::<String>()).await;
    for number in 0..120 {
        let principal = role(&format!("role-{number}"));
        put(&world, json!({ "principalArn": principal, "username": "u", "kubernetesGroups": ["g"] }));
    }
    let found = find(&world, TYPE, asked()).await;
    assert_eq!((verdicts(&found), &found["fully_covered"]), (vec!["covered"; 120], &json!(true)));
    let calls = [
        ("DescribeCluster", 1),
        ("ListAccessEntries", 2),
        ("DescribeAccessEntry", 120),
        ("ListAssociatedAccessPolicies", 120),
    ];
    assert_eq!(count(&world), counts(calls));
}

#[tokio::test]
async fn a_path_comes_from_role_paths_or_from_the_entry_and_else_is_asked_for() {
    let world =
        with_roles("API", &format!("- {{rolearn: {}, username: viewer, groups: [viewers]}}\n", role("viewer"))).await;
    let unresolved = find(&world, TYPE, asked()).await;
    let wanted = format!("If {} has a path, map it to its real ARN in role_paths", role("viewer"));
    assert!(reason(&unresolved, 0).contains(&wanted), "{}", reason(&unresolved, 0));
    assert!(unresolved["entries"].get(role("viewer")).is_some());

    let mut config = asked();
    config["role_paths"] = json!({ (role("viewer")): role("team/viewer"), (role("nobody")): role("else/nobody") });
    let resolved = find(&world, TYPE, config).await;
    assert!(resolved["entries"].get(role("team/viewer")).is_some(), "{}", resolved["entries"]);
    assert!(!reason(&resolved, 0).contains("role_paths"));

    put(&world, json!({ "principalArn": role("team/viewer"), "username": "viewer", "kubernetesGroups": ["viewers"] }));
    world.new_walk().await.unwrap();
    let told = find(&world, TYPE, asked()).await;
    assert_eq!((verdicts(&told), told["entries"].get(role("team/viewer")).is_some()), (vec!["covered"], true));
}

#[tokio::test]
async fn in_another_region() {
    let world = World::start().await;
    world.emulator.put_cluster_in("eu-west-1", "far", "CONFIG_MAP");
    let found = find(&world, TYPE, json!({ "cluster_name": "far", "region": "eu-west-1" })).await;
    assert_eq!((&found["region"], &found["fully_covered"]), (&json!("eu-west-1"), &json!(true)));
}

/// Kubernetes' own client, with the provider's own token, as judge of both.
#[tokio::test]
async fn kubectl_reads_the_same() {
    let there = Command::new("kubectl").args(["version", "--client"]).output().is_ok_and(|ran| ran.status.success());
    if !there {
        eprintln!("NOT TESTED: there is no kubectl on the PATH, so nobody judged the token and the ConfigMap");
        return;
    }
    let world = with_roles("CONFIG_MAP", ROLES).await;
    let data = find(&world, TYPE, asked()).await["data"].take();
    let opened = world.open("eks_cluster_auth", json!({ "name": CLUSTER })).await.unwrap();
    let token = as_json(&opened.result)["token"].as_str().unwrap().to_owned();
    world.close(opened).await.unwrap();
    let cluster = world.emulator.cluster(CLUSTER).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    let pem = STANDARD.decode(cluster["certificateAuthority"]["data"].as_str().unwrap()).unwrap();
    std::fs::write(&authority, pem).unwrap();
    let kubectl = |token: &str| {
        let variables: BTreeMap<_, _> = env::vars().filter(|(name, _)| name == "PATH").collect();
        let output = Command::new("kubectl")
            .env_clear()
            .envs(variables)
            .env("HOME", folder.path())
            .arg("--server")
            .arg(cluster["endpoint"].as_str().unwrap())
            .arg("--certificate-authority")
            .arg(&authority)
            .args(["--token", token, "get", "cm", "aws-auth", "-n", "kube-system", "-o", "json"])
            .output()
            .unwrap();
        (output.status.success(), output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (succeeded, _, said) = kubectl("k8s-aws-v1.bm8");
    assert!(!succeeded && said.contains("You must be logged in to the server"), "{said}");
    let (succeeded, shown, said) = kubectl(&token);
    assert!(succeeded, "{said}");
    assert_eq!(serde_json::from_slice::<Json>(&shown).unwrap()["data"], data);
}
