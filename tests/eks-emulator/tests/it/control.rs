//! The control API over HTTP, and the library's own methods where they differ.

use eks_emulator::{Call, Emulator, FaultKind, Options};
use hyper::Method;
use serde_json::{Value, json};

use crate::http::{Reply, label, send};

const ROLE: &str = "arn:aws:iam::111122223333:role/dev";

async fn emulator() -> Emulator {
    let clusters = vec![("dev".to_owned(), "CONFIG_MAP".to_owned())];
    Emulator::start(Options { clusters, ..Options::default() }).await.unwrap()
}

async fn control(emulator: &Emulator, method: Method, path: &str, body: Value) -> Reply {
    let body = if method == Method::GET { String::new() } else { body.to_string() };
    send(&emulator.url(), method, &format!("/_emulator/{path}"), &body).await.unwrap()
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_name() {
    let emulator = emulator().await;
    for (method, path, body, named) in [
        (Method::PATCH, "settings", json!({"latency": 1}), "latency"),
        (Method::PATCH, "settings", json!({"update_outcome": "Lost"}), "Lost"),
        (Method::POST, "faults", json!([{"kind": "explode"}]), "explode"),
        (Method::PUT, "clusters/dev", json!({"mode": "CONFIGMAP"}), "CONFIGMAP"),
        (Method::PUT, "clusters/nix/aws-auth", json!({}), "nix"),
        (Method::PUT, "clusters/dev/aws-auth", json!({"mapRoles": []}), "aws-auth"),
        (Method::PUT, "clusters/dev/entries", json!({"principalArn": ROLE, "groups": []}), "groups"),
        (Method::POST, "clusters/dev/updates", json!({"authentication_mode": "X"}), "X"),
    ] {
        let reply = control(&emulator, method, path, body).await;
        assert_eq!(reply.status, 400, "{path}");
        assert!(reply.message().contains(named), "{}", reply.message());
    }
}

#[tokio::test]
async fn no_emulator_starts_with_a_mode_that_is_none_or_on_a_port_that_is_taken() {
    let clusters = vec![("dev".to_owned(), "BOTH".to_owned())];
    let refusal = Emulator::start(Options { clusters, ..Options::default() }).await.unwrap_err();
    assert!(refusal.to_string().contains("BOTH"), "{refusal}");
    let first = emulator().await;
    let port = first.url().rsplit(':').next().unwrap().parse().unwrap();
    assert!(Emulator::start(Options { port, ..Options::default() }).await.is_err());
    drop(first);
    assert!(Emulator::start(Options { port, ..Options::default() }).await.is_ok(), "a dropped one frees its port");
}

#[tokio::test]
async fn calls_are_written_down_and_control_calls_are_not() {
    let emulator = emulator().await;
    control(&emulator, Method::GET, "calls", Value::Null).await;
    let path = format!("/clusters/dev/access-entries/{}", label(ROLE));
    send(&emulator.url(), Method::GET, &path, "").await.unwrap();
    send(&emulator.url(), Method::GET, "/nowhere", "").await.unwrap();
    let logged = control(&emulator, Method::GET, "calls", Value::Null).await;
    let calls: Vec<Call> = serde_json::from_str(&logged.body).unwrap();
    assert_eq!(calls, emulator.calls());
    let seen: Vec<_> = calls.iter().map(|call| (call.seq, call.operation.as_str(), call.status)).collect();
    assert_eq!(seen, [(1, "DescribeAccessEntry", 400), (2, "GET /nowhere", 501)]);
    assert_eq!((calls[0].cluster.as_deref(), calls[0].principal_arn.as_deref()), (Some("dev"), Some(ROLE)));
    assert_eq!((calls[0].service.as_str(), calls[0].error.as_deref()), ("eks", Some("InvalidRequestException")));
    assert_eq!(calls[0].in_flight, 1);

    control(&emulator, Method::DELETE, "calls", Value::Null).await;
    assert_eq!(emulator.calls(), []);
}

#[tokio::test]
async fn faults_may_be_ordered_and_cancelled() {
    let emulator = emulator().await;
    let faults = json!([{"operation": "ListClusters", "times": 2, "kind": "server_error"}, {"kind": "throttle"}]);
    assert_eq!(control(&emulator, Method::POST, "faults", faults).await.status, 200);
    assert_eq!(send(&emulator.url(), Method::GET, "/clusters", "").await.unwrap().status, 500);
    let left = control(&emulator, Method::GET, "faults", Value::Null).await.json();
    assert_eq!((left[0]["times"].as_u64(), left[1]["operation"].as_str()), (Some(1), Some("*")));
    control(&emulator, Method::DELETE, "faults", Value::Null).await;
    assert_eq!(send(&emulator.url(), Method::GET, "/clusters", "").await.unwrap().status, 200);
    assert_eq!(emulator.calls()[0].fault, Some(FaultKind::ServerError));
}

#[tokio::test]
async fn a_reset_brings_back_the_start() {
    let emulator = emulator().await;
    emulator.put_cluster("new", "API");
    emulator.set_cluster_mode("dev", "API");
    emulator.put_entry("dev", json!({"principalArn": ROLE})).unwrap();
    emulator.settings(json!({"max_policies_per_entry": 1})).unwrap();
    control(&emulator, Method::POST, "faults", json!([{"kind": "throttle"}])).await;
    send(&emulator.url(), Method::GET, "/access-policies", "").await.unwrap();
    assert_eq!(control(&emulator, Method::POST, "reset", Value::Null).await.status, 200);

    assert_eq!(emulator.calls(), []);
    assert_eq!(emulator.cluster("new"), None);
    assert_eq!(emulator.cluster("dev").unwrap()["accessConfig"]["authenticationMode"], "CONFIG_MAP");
    assert_eq!(emulator.entries("dev").len(), 0);
    let settings = control(&emulator, Method::GET, "settings", Value::Null).await.json();
    assert_eq!(settings["max_policies_per_entry"], 20);
    assert_eq!(send(&emulator.url(), Method::GET, "/clusters", "").await.unwrap().status, 200);
}

#[tokio::test]
async fn entries_may_be_changed_behind_the_clients_backs() {
    let emulator = emulator().await;
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS";
    let insights = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterInsightsPolicy";
    let policies = json!([{"policyArn": insights, "accessScope": {"type": "cluster"}}]);
    let entry = json!({"principalArn": linked, "accessPolicies": policies});
    assert_eq!(control(&emulator, Method::PUT, "clusters/dev/entries", entry).await.status, 200);
    let scope = json!({"type": "namespace", "namespaces": ["a"]});
    assert!(emulator.set_scope("dev", linked, insights, scope.clone()));
    assert!(!emulator.set_scope("dev", linked, insights, json!({"type": "galaxy"})));
    let entries = control(&emulator, Method::GET, "clusters/dev/entries", Value::Null).await.json();
    assert_eq!(entries[0]["associatedAccessPolicies"][0]["accessScope"], scope);
    assert!(emulator.remove_policy("dev", linked, insights));
    assert!(!emulator.remove_policy("dev", linked, insights));

    let arn = emulator.entries("dev")[0]["accessEntryArn"].clone();
    emulator.put_entry("dev", json!({"principalArn": linked, "tags": {"k": "v"}})).unwrap();
    assert_eq!(emulator.entries("dev")[0]["accessEntryArn"], arn);

    let path = format!("clusters/dev/entries/{}", label(linked));
    assert_eq!(control(&emulator, Method::DELETE, &path, Value::Null).await.json(), json!({"removed": true}));
    assert!(!emulator.remove_entry("dev", linked));
    assert_eq!(emulator.calls(), []);
}

#[tokio::test]
async fn somebody_elses_update_may_change_the_mode() {
    let emulator = emulator().await;
    let update = json!({"authentication_mode": "API_AND_CONFIG_MAP", "duration_ms": 3_600_000});
    let id = control(&emulator, Method::POST, "clusters/dev/updates", update).await.json()["id"].clone();
    let path = format!("/clusters/dev/updates/{}", id.as_str().unwrap());
    let running = send(&emulator.url(), Method::GET, &path, "").await.unwrap().json();
    assert_eq!(
        (&running["update"]["status"], &running["update"]["type"]),
        (&json!("InProgress"), &json!("AccessConfigUpdate"))
    );
    assert_eq!(emulator.cluster("dev").unwrap()["status"], "UPDATING");
    control(&emulator, Method::POST, "clusters/dev/updates/finish", Value::Null).await;
    let cluster = emulator.cluster("dev").unwrap();
    assert_eq!(
        (&cluster["status"], &cluster["accessConfig"]["authenticationMode"]),
        (&json!("ACTIVE"), &json!("API_AND_CONFIG_MAP"))
    );
}

#[tokio::test]
async fn leaving_config_map_makes_the_entries_that_the_settings_ask_for() {
    let emulator = emulator().await;
    emulator.settings(json!({"creator_entry": false, "service_linked_role_entry": true})).unwrap();
    emulator.start_mode_update("dev", "API_AND_CONFIG_MAP", 0).unwrap();
    let principals: Vec<_> = emulator.entries("dev").iter().map(|entry| entry["principalArn"].clone()).collect();
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS";
    assert_eq!(principals, [linked]);
}

#[tokio::test]
async fn a_cluster_may_show_that_it_is_updating_late() {
    let emulator = emulator().await;
    emulator.settings(json!({"updating_visible_after_ms": 3_600_000})).unwrap();
    emulator.start_update("dev", "VersionUpdate", 3_600_000).unwrap();
    assert_eq!(emulator.cluster("dev").unwrap()["status"], "ACTIVE");
    emulator.settings(json!({"updating_visible_after_ms": 0})).unwrap();
    assert_eq!(emulator.cluster("dev").unwrap()["status"], "UPDATING");
}

#[tokio::test]
async fn auto_mode_brings_the_entries_of_cluster_and_nodes() {
    let emulator = emulator().await;
    let role = |name: &str| format!("arn:aws:iam::111122223333:role/{name}");
    let body = json!({
        "name": "auto",
        "roleArn": role("cluster"),
        "resourcesVpcConfig": {"subnetIds": ["subnet-1"]},
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false},
        "computeConfig": {"enabled": true, "nodeRoleArn": role("node")},
    });
    send(&emulator.url(), Method::POST, "/clusters", &body.to_string()).await.unwrap();
    let made: Vec<_> = emulator
        .entries("auto")
        .iter()
        .map(|entry| {
            let policies = entry["associatedAccessPolicies"].as_array().unwrap().len();
            (entry["principalArn"].as_str().unwrap().to_owned(), entry["type"].as_str().unwrap().to_owned(), policies)
        })
        .collect();
    assert_eq!(made, [(role("cluster"), "STANDARD".to_owned(), 8), (role("node"), "EC2".to_owned(), 1)]);
}
