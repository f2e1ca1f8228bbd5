//! Calls that go wrong on order, and what is left of them.

use eks_emulator::{Emulator, Fault, FaultKind, Options};
use hyper::Method;
use serde_json::json;

use crate::http::{Reply, label, send};

const ROLE: &str = "arn:aws:iam::111122223333:role/dev";

async fn emulator() -> Emulator {
    let clusters = vec![("dev".to_owned(), "API".to_owned())];
    Emulator::start(Options { clusters, ..Options::default() }).await.unwrap()
}

async fn create(emulator: &Emulator) -> Result<Reply, hyper::Error> {
    let body = json!({"principalArn": ROLE}).to_string();
    send(&emulator.url(), Method::POST, "/clusters/dev/access-entries", &body).await
}

#[tokio::test]
async fn an_error_on_order_has_its_name_and_status_and_nothing_is_done() {
    let emulator = emulator().await;
    for (kind, status, error) in [
        (FaultKind::Throttle, 429, "ThrottlingException"),
        (FaultKind::ServerError, 500, "ServerException"),
        (FaultKind::Unavailable, 503, "ServiceUnavailableException"),
        (FaultKind::AccessDenied, 403, "AccessDeniedException"),
    ] {
        emulator.clear_calls();
        emulator.add_fault(Fault::new("CreateAccessEntry", kind));
        let reply = create(&emulator).await.unwrap();
        assert_eq!((reply.status, reply.error.as_str()), (status, error));
        let calls = emulator.calls();
        assert_eq!((calls[0].status, calls[0].error.as_deref(), calls[0].fault), (status, Some(error), Some(kind)));
    }
    assert_eq!(emulator.entries("dev"), [] as [serde_json::Value; 0]);
    assert_eq!(create(&emulator).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_denial_names_caller_action_and_resource() {
    let emulator = emulator().await;
    emulator.add_fault(Fault { times: 2, ..Fault::new("*", FaultKind::AccessDenied) });
    assert_eq!(
        create(&emulator).await.unwrap().message(),
        "User: arn:aws:sts::111122223333:assumed-role/admin/session is not authorized to perform: \
         eks:CreateAccessEntry on resource: arn:aws:eks:us-east-1:111122223333:cluster/dev"
    );
    let path = format!("/clusters/dev/access-entries/{}", label(ROLE));
    let denied = send(&emulator.url(), Method::GET, &path, "").await.unwrap().message();
    assert!(denied.ends_with("access-entry/dev/role/111122223333/dev/*"), "{denied}");
}

#[tokio::test]
async fn a_dropped_call_does_nothing_or_everything_but_never_answers() {
    for (kind, entries) in [(FaultKind::Drop, 0), (FaultKind::Hang, 0), (FaultKind::DropAfter, 1)] {
        let emulator = emulator().await;
        emulator.add_fault(Fault::new("CreateAccessEntry", kind));
        assert!(create(&emulator).await.is_err(), "{kind:?}");
        assert_eq!(emulator.entries("dev").len(), entries, "{kind:?}");
        let calls = emulator.calls();
        assert_eq!((calls.len(), calls[0].status, calls[0].fault), (1, 0, Some(kind)));
    }
}

#[tokio::test]
async fn garbage_is_a_success_that_nobody_can_read() {
    let emulator = emulator().await;
    emulator.add_fault(Fault::new("*", FaultKind::Garbage));
    let reply = create(&emulator).await.unwrap();
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&reply.body).is_err());
    assert_eq!(emulator.entries("dev").len(), 0);
}

#[tokio::test]
async fn a_delayed_call_takes_effect_before_its_reply_and_counts_as_in_flight() {
    let emulator = emulator().await;
    let hour = 3_600_000;
    emulator.add_fault(Fault { ms: hour, ..Fault::new("CreateAccessEntry", FaultKind::Delay) });
    tokio::select! {
        reply = create(&emulator) => panic!("answered too early: {reply:?}"),
        () = async {
            while emulator.entries("dev").is_empty() {
                tokio::task::yield_now().await;
            }
            send(&emulator.url(), Method::GET, "/clusters", "").await.unwrap();
        } => {}
    }
    let calls = emulator.calls();
    assert_eq!((calls[0].operation.as_str(), calls[0].in_flight), ("ListClusters", 2));
}

#[tokio::test]
async fn a_replayed_token_gets_the_first_answer_and_a_new_one_a_conflict() {
    let emulator = emulator().await;
    emulator.add_fault(Fault::new("CreateAccessEntry", FaultKind::DropAfter));
    let with_token = |token: &str, groups: &[&str]| {
        json!({"principalArn": ROLE, "clientRequestToken": token, "kubernetesGroups": groups}).to_string()
    };
    let path = "/clusters/dev/access-entries";
    assert!(send(&emulator.url(), Method::POST, path, &with_token("one", &["a"])).await.is_err());
    let mut statuses = Vec::new();
    for (token, groups) in [("one", ["a"]), ("one", ["b"]), ("two", ["a"])] {
        statuses.push(send(&emulator.url(), Method::POST, path, &with_token(token, &groups)).await.unwrap().status);
    }
    assert_eq!(statuses, [200, 409, 409]);
    emulator.settings(json!({"replay_tokens": false})).unwrap();
    let replayed = send(&emulator.url(), Method::POST, path, &with_token("one", &["a"])).await.unwrap();
    assert_eq!(replayed.status, 409);
}

#[tokio::test]
async fn a_token_is_honoured_where_eks_documents_one() {
    let emulator = emulator().await;
    emulator.put_cluster("old", "CONFIG_MAP");
    let entry = format!("/clusters/dev/access-entries/{}", label(ROLE));
    let cluster = json!({
        "name": "new",
        "roleArn": "arn:aws:iam::111122223333:role/eks",
        "resourcesVpcConfig": {"subnetIds": ["subnet-1"]},
    });
    let mode = json!({"accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"}});
    for (path, mut body) in [
        ("/clusters/dev/access-entries", json!({"principalArn": ROLE})),
        (entry.as_str(), json!({"username": "jane"})),
        ("/clusters", cluster),
        ("/clusters/old/update-config", mode),
    ] {
        body["clientRequestToken"] = json!("one");
        let first = send(&emulator.url(), Method::POST, path, &body.to_string()).await.unwrap();
        // Somebody else's change, that no call undoes.
        emulator.put_entry("dev", json!({"principalArn": ROLE, "username": "joe"})).unwrap();
        let again = send(&emulator.url(), Method::POST, path, &body.to_string()).await.unwrap();
        assert_eq!((first.status, again.body), (200, first.body), "{path}");
    }
    assert_eq!(emulator.entries("dev")[0]["username"], "joe");
}

#[tokio::test]
async fn a_token_means_nothing_to_an_operation_that_has_none() {
    let emulator = emulator().await;
    create(&emulator).await.unwrap();
    let policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
    let body = json!({"policyArn": policy, "accessScope": {"type": "cluster"}, "clientRequestToken": "one"});
    let path = format!("/clusters/dev/access-entries/{}/access-policies", label(ROLE));
    for _ in 0..2 {
        assert_eq!(send(&emulator.url(), Method::POST, &path, &body.to_string()).await.unwrap().status, 200);
        assert!(emulator.remove_policy("dev", ROLE, policy), "it was associated");
    }
}

#[tokio::test]
async fn beyond_the_rate_calls_are_throttled_and_sts_is_not() {
    let emulator = emulator().await;
    emulator.settings(json!({"rate_per_second": 0.001, "burst": 2})).unwrap();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(send(&emulator.url(), Method::GET, "/clusters", "").await.unwrap().status);
    }
    statuses.push(send(&emulator.url(), Method::POST, "/", "Action=GetCallerIdentity").await.unwrap().status);
    assert_eq!(statuses, [200, 200, 429, 200]);
}

#[tokio::test]
async fn a_new_entry_is_invisible_for_as_long_as_asked() {
    let emulator = emulator().await;
    emulator.settings(json!({"entry_visible_after_ms": 3_600_000})).unwrap();
    assert_eq!(create(&emulator).await.unwrap().status, 200);
    let entry = format!("/clusters/dev/access-entries/{}", label(ROLE));
    let policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
    let associate = json!({"policyArn": policy, "accessScope": {"type": "cluster"}}).to_string();
    let policies = format!("{entry}/access-policies");
    for (method, path, body) in [
        (Method::GET, entry.as_str(), ""),
        (Method::GET, policies.as_str(), ""),
        (Method::POST, policies.as_str(), associate.as_str()),
    ] {
        assert_eq!(send(&emulator.url(), method, path, body).await.unwrap().status, 404);
    }
    let listed = send(&emulator.url(), Method::GET, "/clusters/dev/access-entries", "").await.unwrap().json();
    assert_eq!(listed["accessEntries"], json!([]));
    let tags = format!("/tags/{}", label(emulator.entries("dev")[0]["accessEntryArn"].as_str().unwrap()));
    let read = send(&emulator.url(), Method::GET, &tags, "").await.unwrap();
    assert_eq!((read.status, read.error.as_str()), (404, "NotFoundException"));
    let tagged = send(&emulator.url(), Method::POST, &tags, &json!({"tags": {"k": "v"}}).to_string()).await.unwrap();
    assert_eq!(tagged.status, 200);
    assert_eq!(send(&emulator.url(), Method::DELETE, &format!("{tags}?tagKeys=k"), "").await.unwrap().status, 200);
    assert_eq!(create(&emulator).await.unwrap().status, 409);
}

#[tokio::test]
async fn a_new_principal_does_not_exist_for_as_long_as_asked() {
    let emulator = emulator().await;
    emulator.set_principals(Some(vec!["arn:aws:iam::111122223333:role/old".to_owned()]));
    emulator.settings(json!({"principal_visible_after_ms": 3_600_000})).unwrap();
    emulator.set_principals(Some(vec!["arn:aws:iam::111122223333:role/old".to_owned(), ROLE.to_owned()]));
    assert_eq!(create(&emulator).await.unwrap().status, 400);
    let old = json!({"principalArn": "arn:aws:iam::111122223333:role/old"}).to_string();
    assert_eq!(send(&emulator.url(), Method::POST, "/clusters/dev/access-entries", &old).await.unwrap().status, 200);
}
