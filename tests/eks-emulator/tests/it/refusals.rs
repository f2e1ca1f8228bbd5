//! What EKS refuses, in its own words and its own order.

use eks_emulator::{Emulator, Options};
use hyper::Method;
use serde_json::{Value, json};

use crate::http::{label, send};

const ROLE: &str = "arn:aws:iam::111122223333:role/team/dev";
const NODE: &str = "arn:aws:iam::111122223333:role/node";
const ABSENT: &str = "arn:aws:iam::111122223333:role/absent";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const SERVICE_LINKED: &str =
    "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS";
const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
const NODE_TYPES: &str = "[EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, HYBRID_LINUX, EC2]";

const MALFORMED: &str = "The principalArn parameter format is not valid";
const NO_ENTRY: &str = "The specified principalArn could not be found. You can view your available access entries with \
                        'list-access-entries'.";
const NO_POLICY: &str = "The specified policyArn could not be found. You can view your available access policies with \
                         'list-access-policies'";
const STANDARD_ONLY: &str = "This operation can only be performed on Access Entries with a type of \"STANDARD\".";
const API_ONLY: &str =
    "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.";
const SERVICE_LINKED_ROLE: &str =
    "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role";

/// The clusters `dev` (API, with entries), `old` (CONFIG_MAP) and `both`.
async fn emulator() -> Emulator {
    let clusters = [("dev", "API"), ("old", "CONFIG_MAP"), ("both", "API_AND_CONFIG_MAP")];
    let clusters = clusters.map(|(name, mode)| (name.to_owned(), mode.to_owned())).to_vec();
    let emulator = Emulator::start(Options { clusters, ..Options::default() }).await.unwrap();
    emulator.put_entry("dev", json!({"principalArn": ROLE})).unwrap();
    emulator.put_entry("dev", json!({"principalArn": NODE, "type": "EC2_LINUX"})).unwrap();
    emulator.put_entry("dev", json!({"principalArn": SERVICE_LINKED})).unwrap();
    emulator
}

/// Sends a request and compares status, error name and text.
async fn refused(emulator: &Emulator, request: (Method, &str, Value), expected: (u16, &str, &str)) {
    let (method, path, body) = request;
    let reply = send(&emulator.url(), method.clone(), path, &body.to_string()).await.unwrap();
    let (status, error, message) = expected;
    assert_eq!(
        (reply.status, reply.error.as_str(), reply.message().as_str()),
        (status, error, message),
        "{method} {path} {body}"
    );
}

async fn create_refused(emulator: &Emulator, cluster: &str, body: Value, text: &str) {
    let path = format!("/clusters/{cluster}/access-entries");
    refused(emulator, (Method::POST, &path, body), (400, "InvalidParameterException", text)).await;
}

#[tokio::test]
async fn a_create_that_is_wrong_in_itself_never_reaches_the_cluster() {
    let emulator = emulator().await;
    let node = |principal: &str| json!({"principalArn": principal, "type": "EC2_LINUX"});
    for (body, text) in [
        (json!({}), MALFORMED),
        (json!({"principalArn": "junk"}), MALFORMED),
        (json!({"principalArn": "arn:aws:sts::111122223333:assumed-role/dev/alice"}), MALFORMED),
        (json!({"principalArn": "arn:aws:iam::111122223333:group/admins"}), MALFORMED),
        (json!({"principalArn": SERVICE_LINKED}), SERVICE_LINKED_ROLE),
        (json!({"principalArn": SERVICE_LINKED, "type": "EC2_LINUX"}), SERVICE_LINKED_ROLE),
        (
            node("arn:aws:iam::111122223333:user/alice"),
            &format!("AccessEntry principalArn must be IAM role when using types {NODE_TYPES}"),
        ),
        (node(ROOT), &format!("AccessEntry principalArn must be IAM role when using types {NODE_TYPES}")),
        (
            node("arn:aws:iam::444455556666:role/node"),
            &format!(
                "AccessEntry principalArn must be from the same account as the cluster when using types {NODE_TYPES}"
            ),
        ),
        (json!({"principalArn": ROLE, "username": "system:admin"}), "The username must not begin with system:"),
        (json!({"principalArn": ROLE, "username": "amazon:x"}), "The username must not begin with amazon:"),
        (
            json!({"principalArn": ROLE, "kubernetesGroups": ["viewers", "system:masters"]}),
            "The kubernetes group name system:masters is invalid, it cannot start with system:",
        ),
        (
            json!({"principalArn": ROLE, "kubernetesGroups": ["iam:x"]}),
            "The kubernetes group name iam:x is invalid, it cannot start with iam:",
        ),
        (
            json!({"principalArn": ROLE, "type": "Standard"}),
            "AccessEntry type must be one of [EC2_LINUX, EC2_WINDOWS, FARGATE_LINUX, HYBRID_LINUX, EC2, HYPERPOD_LINUX, \
             STANDARD]",
        ),
    ] {
        create_refused(&emulator, "no-such-cluster", body, text).await;
    }
}

#[tokio::test]
async fn a_create_is_refused_for_the_state_of_the_cluster() {
    let emulator = emulator().await;
    for (body, text) in [
        (
            json!({"principalArn": ABSENT, "type": "EC2_LINUX", "kubernetesGroups": ["a"]}),
            "The specified kubernetesGroups is invalid: setting kubernetesGroups is not allowed when the type is \
             \"EC2_LINUX\"",
        ),
        (
            json!({"principalArn": ABSENT, "type": "EC2_WINDOWS", "username": "a"}),
            "The specified username is invalid: setting username is not allowed when the type is \"EC2_WINDOWS\"",
        ),
    ] {
        create_refused(&emulator, "dev", body, text).await;
    }
    let taken = "The specified access entry resource is already in use on this cluster.";
    let again = (Method::POST, "/clusters/dev/access-entries", json!({"principalArn": ROLE}));
    refused(&emulator, again, (409, "ResourceInUseException", taken)).await;

    emulator.set_principals(Some(vec![ROLE.to_owned()]));
    let unknown = "The specified principalArn is invalid: invalid principal.";
    // The path left out, another partition, and simply absent: all the same to EKS.
    for principal in ["arn:aws:iam::111122223333:role/dev", "arn:aws-cn:iam::111122223333:role/team/dev", ABSENT, ROOT]
    {
        create_refused(&emulator, "dev", json!({"principalArn": principal}), unknown).await;
    }
    emulator.set_principals(Some(vec![ROOT.to_owned()]));
    let root = json!({"principalArn": ROOT}).to_string();
    assert_eq!(send(&emulator.url(), Method::POST, "/clusters/dev/access-entries", &root).await.unwrap().status, 200);
}

#[tokio::test]
async fn an_empty_map_of_tags_and_a_session_name_without_a_colon_are_refused() {
    let emulator = emulator().await;
    for body in [
        json!({"principalArn": ABSENT, "tags": {}}),
        json!({"principalArn": ABSENT, "tags": {"aws:x": "y"}}),
        json!({"principalArn": ABSENT, "username": "john{{SessionName}}"}),
    ] {
        let reply =
            send(&emulator.url(), Method::POST, "/clusters/dev/access-entries", &body.to_string()).await.unwrap();
        assert_eq!((reply.status, reply.error.as_str()), (400, "InvalidParameterException"), "{body}");
    }
}

#[tokio::test]
async fn every_call_on_an_entry_wants_a_cluster_in_an_api_mode_that_has_the_entry() {
    let emulator = emulator().await;
    let associate = json!({"policyArn": VIEW, "accessScope": {"type": "cluster"}});
    let calls = |cluster: &str| {
        let entry = format!("/clusters/{cluster}/access-entries/{}", label(ABSENT));
        [
            (Method::GET, entry.clone(), json!({})),
            (Method::POST, entry.clone(), json!({})),
            (Method::DELETE, entry.clone(), json!({})),
            (Method::GET, format!("{entry}/access-policies"), json!({})),
            (Method::POST, format!("{entry}/access-policies"), associate.clone()),
            (Method::DELETE, format!("{entry}/access-policies/{}", label(VIEW)), json!({})),
        ]
    };
    for (method, path, body) in calls("nix") {
        let expected = (404, "ResourceNotFoundException", "No cluster found for name: nix.");
        refused(&emulator, (method, &path, body), expected).await;
    }
    for (method, path, body) in calls("old") {
        refused(&emulator, (method, &path, body), (400, "InvalidRequestException", API_ONLY)).await;
    }
    for (method, path, body) in calls("dev") {
        refused(&emulator, (method, &path, body), (404, "ResourceNotFoundException", NO_ENTRY)).await;
    }
    for (method, body) in [(Method::POST, json!({"principalArn": ROLE})), (Method::GET, json!({}))] {
        let path = "/clusters/old/access-entries";
        refused(&emulator, (method, path, body), (400, "InvalidRequestException", API_ONLY)).await;
    }
}

#[tokio::test]
async fn no_call_takes_a_malformed_principal_and_none_changes_a_service_linked_one() {
    let emulator = emulator().await;
    let junk = format!("/clusters/dev/access-entries/{}", label("arn:aws:sts::111122223333:assumed-role/dev/alice"));
    for method in [Method::GET, Method::POST, Method::DELETE] {
        refused(&emulator, (method, &junk, json!({})), (400, "InvalidParameterException", MALFORMED)).await;
    }
    let linked = format!("/clusters/dev/access-entries/{}", label(SERVICE_LINKED));
    for method in [Method::POST, Method::DELETE] {
        let expected = (400, "InvalidParameterException", SERVICE_LINKED_ROLE);
        refused(&emulator, (method, &linked, json!({})), expected).await;
    }
    assert_eq!(send(&emulator.url(), Method::GET, &linked, "").await.unwrap().status, 200);
}

#[tokio::test]
async fn an_update_is_refused_for_a_reserved_name_before_its_type() {
    let emulator = emulator().await;
    let node = format!("/clusters/dev/access-entries/{}", label(NODE));
    for (body, text) in [
        (
            json!({"username": "system:node:{{EC2PrivateDNSName}}", "kubernetesGroups": ["system:nodes"]}),
            "The username must not begin with system:",
        ),
        (
            json!({"kubernetesGroups": ["system:nodes"]}),
            "The kubernetes group name system:nodes is invalid, it cannot start with system:",
        ),
        (json!({"kubernetesGroups": []}), STANDARD_ONLY),
    ] {
        refused(&emulator, (Method::POST, &node, body), (400, "InvalidParameterException", text)).await;
    }
}

#[tokio::test]
async fn an_association_is_refused_for_its_scope_its_policy_or_its_entry() {
    let emulator = emulator().await;
    let policy = |name: &str| format!("arn:aws:eks::aws:cluster-access-policy/{name}");
    let cluster = json!({"type": "cluster"});
    let invalid = |text| (400, "InvalidParameterException", text);
    let no_policy = (404, "ResourceNotFoundException", NO_POLICY);
    let linked_only = invalid("The specified policyArn can only be associated with service-linked roles");
    for (principal, policy_arn, scope, expected) in [
        (
            ROLE,
            VIEW.to_owned(),
            json!({"type": "cluster", "namespaces": ["a"]}),
            invalid("accessScope should not include namespaces if the type is not set as namespace"),
        ),
        (
            ROLE,
            VIEW.to_owned(),
            json!({"type": "namespace", "namespaces": []}),
            invalid("At least 1 namespace must be provided if the type is set as namespace"),
        ),
        (
            ROLE,
            "arn:aws:iam::aws:policy/AdministratorAccess".to_owned(),
            cluster.clone(),
            invalid("The policyArn parameter format is not valid"),
        ),
        (ROLE, policy("AmazonEKSNoSuchPolicy"), cluster.clone(), no_policy),
        (ROLE, VIEW.replace("arn:aws:", "arn:aws-cn:"), cluster.clone(), no_policy),
        (ROLE, "arn:aws:eks:aws:cluster-access-policy/AmazonEKSViewPolicy".to_owned(), cluster.clone(), no_policy),
        (ROLE, "arn:aws:eks:::cluster-access-policy/AmazonEKSViewPolicy".to_owned(), cluster.clone(), no_policy),
        (ROLE, policy("AmazonEKSComputeClusterPolicy"), cluster.clone(), linked_only),
        (ROLE, policy("AmazonEKSBlockStorageClusterPolicy"), cluster.clone(), linked_only),
        (NODE, VIEW.to_owned(), cluster.clone(), invalid(STANDARD_ONLY)),
    ] {
        let path = format!("/clusters/dev/access-entries/{}/access-policies", label(principal));
        let body = json!({"policyArn": policy_arn, "accessScope": scope});
        refused(&emulator, (Method::POST, &path, body), expected).await;
    }
    let path = format!("/clusters/dev/access-entries/{}/access-policies/{}", label(ROLE), label(VIEW));
    let expected =
        (404, "ResourceNotFoundException", "The specified policyArn is not associated with the access entry.");
    refused(&emulator, (Method::DELETE, &path, json!({})), expected).await;
}

#[tokio::test]
async fn limits_are_refused_with_their_own_error() {
    let emulator = emulator().await;
    emulator.settings(json!({"max_entries_per_cluster": 3, "max_policies_per_entry": 1})).unwrap();
    let create = json!({"principalArn": ABSENT}).to_string();
    let reply = send(&emulator.url(), Method::POST, "/clusters/dev/access-entries", &create).await.unwrap();
    assert_eq!((reply.status, reply.error.as_str()), (400, "ResourceLimitExceededException"));

    let path = format!("/clusters/dev/access-entries/{}/access-policies", label(ROLE));
    let mut answers = Vec::new();
    // The same policy again is no further one.
    for name in ["AmazonEKSViewPolicy", "AmazonEKSViewPolicy", "AmazonEKSEditPolicy"] {
        let policy_arn = format!("arn:aws:eks::aws:cluster-access-policy/{name}");
        let body = json!({"policyArn": policy_arn, "accessScope": {"type": "cluster"}}).to_string();
        answers.push(send(&emulator.url(), Method::POST, &path, &body).await.unwrap().error);
    }
    assert_eq!(answers, ["", "", "ResourceLimitExceededException"]);
}

#[tokio::test]
async fn the_authentication_mode_goes_one_step_at_a_time_and_never_back() {
    let emulator = emulator().await;
    for (cluster, from, to) in [
        ("old", "CONFIG_MAP", "API"),
        ("old", "CONFIG_MAP", "CONFIG_MAP"),
        ("both", "API_AND_CONFIG_MAP", "CONFIG_MAP"),
        ("both", "API_AND_CONFIG_MAP", "API_AND_CONFIG_MAP"),
        ("dev", "API", "API_AND_CONFIG_MAP"),
    ] {
        let path = format!("/clusters/{cluster}/update-config");
        let text = format!("Unsupported authentication mode update from {from} to {to}");
        let body = json!({"accessConfig": {"authenticationMode": to}});
        refused(&emulator, (Method::POST, &path, body), (400, "InvalidParameterException", &text)).await;
    }
    for other in ["logging", "controlPlaneScalingConfig", "somethingOfTomorrow"] {
        let mut two = json!({"accessConfig": {"authenticationMode": "API"}});
        two[other] = json!({});
        let expected = (400, "InvalidParameterException", "Only one type of update can be allowed.");
        refused(&emulator, (Method::POST, "/clusters/both/update-config", two), expected).await;
    }
    let body = json!({"accessConfig": {"authenticationMode": "API"}, "logging": null, "clientRequestToken": "t"});
    let reply = send(&emulator.url(), Method::POST, "/clusters/both/update-config", &body.to_string()).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[tokio::test]
async fn an_update_in_progress_keeps_the_next_one_out() {
    let emulator = emulator().await;
    let id = emulator.start_update("both", "VersionUpdate", 3_600_000).unwrap();
    let body = json!({"accessConfig": {"authenticationMode": "API"}});
    let text = format!("Cannot AccessConfigUpdate because cluster both currently has update {id} in progress");
    let call = (Method::POST, "/clusters/both/update-config", body.clone());
    refused(&emulator, call, (409, "ResourceInUseException", &text)).await;

    emulator.finish_updates("both").unwrap();
    let reply = send(&emulator.url(), Method::POST, "/clusters/both/update-config", &body.to_string()).await.unwrap();
    assert_eq!(reply.json()["update"]["status"], "InProgress");

    let expected = (404, "ResourceNotFoundException", "No update found for ID: 0");
    refused(&emulator, (Method::GET, "/clusters/both/updates/0", json!({})), expected).await;
}

#[tokio::test]
async fn a_cluster_is_refused_for_its_name_its_mode_or_its_state() {
    let emulator = emulator().await;
    emulator.settings(json!({"update_duration_ms": 3_600_000})).unwrap();
    let cluster = |name: &str, access: Value| {
        json!({
            "name": name,
            "roleArn": "arn:aws:iam::111122223333:role/eks",
            "resourcesVpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]},
            "accessConfig": access,
        })
    };
    let mut auto_mode = cluster("new", json!({}));
    auto_mode["computeConfig"] = json!({"enabled": true});
    let mut hybrid_nodes = cluster("new", json!({}));
    hybrid_nodes["remoteNetworkConfig"] = json!({"remoteNodeNetworks": [{"cidrs": ["10.80.0.0/16"]}]});
    for (body, expected) in [
        (cluster("dev", json!({})), (409, "ResourceInUseException", "Cluster already exists with name: dev")),
        (
            cluster("new", json!({"bootstrapClusterCreatorAdminPermissions": false})),
            (
                400,
                "InvalidParameterException",
                "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP",
            ),
        ),
        (
            auto_mode,
            (
                400,
                "InvalidParameterException",
                "When EKS Auto Mode is enabled, you must use an EKS access config authentication mode of \
                 API_AND_CONFIG_MAP or API",
            ),
        ),
        (
            hybrid_nodes,
            (
                400,
                "InvalidParameterException",
                "When EKS Hybrid Nodes is enabled, you must use an EKS access config authentication mode of \
                 API_AND_CONFIG_MAP or API",
            ),
        ),
    ] {
        refused(&emulator, (Method::POST, "/clusters", body), expected).await;
    }
    let body = cluster("new", json!({"authenticationMode": "API"})).to_string();
    let created = send(&emulator.url(), Method::POST, "/clusters", &body).await.unwrap();
    assert_eq!(created.json()["cluster"]["status"], "CREATING");
    let expected = (400, "InvalidRequestException", "Cluster 'new' is not in ACTIVE status");
    refused(&emulator, (Method::GET, "/clusters/new/access-entries", json!({})), expected).await;
}

#[tokio::test]
async fn tags_are_refused_with_the_errors_of_the_tag_operations() {
    let emulator = emulator().await;
    let gone = label("arn:aws:eks:us-east-1:111122223333:access-entry/dev/role/111122223333/x/0");
    for (resource, status, error) in [(gone.as_str(), 404, "NotFoundException"), ("junk", 400, "BadRequestException")] {
        let path = format!("/tags/{resource}");
        let reply = send(&emulator.url(), Method::GET, &path, "").await.unwrap();
        assert_eq!((reply.status, reply.error.as_str()), (status, error));
    }
    let arn = label("arn:aws:eks:us-east-1:111122223333:cluster/dev");
    let fifty: Value =
        (0..50).map(|number| (format!("k{number}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
    let path = format!("/tags/{arn}");
    for (tags, status) in [(fifty, 200), (json!({"k0": "again"}), 200), (json!({"k50": "v"}), 400), (json!({}), 400)] {
        let reply = send(&emulator.url(), Method::POST, &path, &json!({"tags": tags}).to_string()).await.unwrap();
        assert_eq!(reply.status, status, "{}", reply.body);
    }
}

#[tokio::test]
async fn what_the_emulator_does_not_know_it_names() {
    let emulator = emulator().await;
    for (method, path) in [
        (Method::GET, "/clusters/dev/node-groups"),
        (Method::PUT, "/clusters/dev"),
        (Method::GET, "/"),
        (Method::POST, "/_emulator/explode"),
    ] {
        let reply = send(&emulator.url(), method.clone(), path, "").await.unwrap();
        assert_eq!(reply.status, 501);
        assert!(reply.message().contains(&format!("{method} {path}")), "{}", reply.message());
    }
    for member in ["logging", "storageConfig", "controlPlaneScalingConfig"] {
        let mut body = json!({});
        body[member] = json!({});
        let reply =
            send(&emulator.url(), Method::POST, "/clusters/dev/update-config", &body.to_string()).await.unwrap();
        assert_eq!((reply.status, reply.message().contains(member)), (501, true), "{}", reply.body);
    }
    for parameter in ["nodegroupName", "addonName", "capabilityName"] {
        for path in ["/clusters/dev/updates", "/clusters/dev/updates/0"] {
            let reply = send(&emulator.url(), Method::GET, &format!("{path}?{parameter}=x"), "").await.unwrap();
            assert_eq!((reply.status, reply.message().contains(parameter)), (501, true), "{}", reply.body);
        }
    }
    let reply = send(&emulator.url(), Method::POST, "/", "Action=GetSessionToken&Version=2011-06-15").await.unwrap();
    assert_eq!((reply.status, reply.body.contains("GetSessionToken")), (501, true));
}

#[tokio::test]
async fn what_nobody_knows_may_be_had_the_other_way() {
    let emulator = emulator().await;
    emulator.put_entry("dev", json!({"principalArn": ABSENT, "type": "EC2"})).unwrap();
    emulator.start_update("dev", "VersionUpdate", 3_600_000).unwrap();
    let entry = |principal: &str| format!("/clusters/dev/access-entries/{}", label(principal));
    let policies = |principal: &str| format!("{}/access-policies", entry(principal));
    let view = json!({"policyArn": VIEW, "accessScope": {"type": "cluster"}});
    let missing = format!("{}/{}", policies(ROLE), label(VIEW));
    let node = emulator.entries("dev").into_iter().find(|entry| entry["principalArn"] == NODE).unwrap();
    let tags = format!("/tags/{}", label(node["accessEntryArn"].as_str().unwrap()));
    let entries = "/clusters/dev/access-entries".to_owned();
    let user = json!({"principalArn": "arn:aws:iam::111122223333:user/a", "type": "HYPERPOD_LINUX"});
    let nameless = json!({"principalArn": "arn:aws:iam::111122223333:user/b", "username": ""});
    for (setting, other, call, before, after) in [
        ("tags_on_node_types", false, (Method::POST, tags.clone(), json!({"tags": {"k": "v"}})), 200, 400),
        ("tags_on_node_types", true, (Method::DELETE, format!("{tags}?tagKeys=k"), json!({})), 400, 200),
        ("hyperpod_needs_role", false, (Method::POST, entries.clone(), user), 400, 200),
        ("empty_username_is_default", false, (Method::POST, entry(ROLE), json!({"username": ""})), 200, 400),
        ("empty_username_is_default", true, (Method::POST, entries, nameless), 400, 200),
        ("updates_on_ec2_types", true, (Method::POST, entry(ABSENT), json!({})), 400, 200),
        ("policies_on_ec2_types", false, (Method::POST, policies(ABSENT), view), 200, 400),
        ("missing_association_is_error", false, (Method::DELETE, missing, json!({})), 404, 200),
        ("service_linked_entries_locked", false, (Method::POST, entry(SERVICE_LINKED), json!({})), 400, 200),
        ("entries_wait_for_updates", true, (Method::GET, entry(ROLE), json!({})), 200, 400),
    ] {
        let (method, path, body) = call;
        for status in [before, after] {
            let reply = send(&emulator.url(), method.clone(), &path, &body.to_string()).await.unwrap();
            assert_eq!(reply.status, status, "{setting}: {}", reply.body);
            let mut patch = json!({});
            patch[setting] = json!(other);
            emulator.settings(patch).unwrap();
        }
    }
}
