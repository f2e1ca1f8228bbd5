use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use aws_sdk_eks::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::aws::{AccessScope, AuthenticationMode, Budget, EntryType, Kind, NewAccessEntry};

const ROLE: &str = "arn:aws:iam::111122223333:role/team/reader";
const ENTRY_ARN: &str = "arn:aws:eks:us-east-1:111122223333:access-entry/dev/role/111122223333/reader/1-2-3";
const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
const EDIT: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy";

/// An AWS of prepared answers, in memory, so that time can be paused. It answers requests in the order given and
/// writes down what it was asked.
#[derive(Debug, Clone, Default)]
struct Canned(Arc<Mutex<CannedState>>);

#[derive(Debug, Default)]
struct CannedState {
    answers: VecDeque<(u16, String)>,
    asked: Vec<(String, Value)>,
    under_way: usize,
    most_under_way: usize,
}

impl Canned {
    fn new(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        let canned = Self::default();
        canned.add(answers);
        canned
    }

    fn add(&self, answers: impl IntoIterator<Item = (u16, Value)>) {
        let answers = answers.into_iter().map(|(status, body)| (status, body.to_string()));
        self.0.lock().unwrap().answers.extend(answers);
    }

    fn eks(&self) -> Eks {
        let config = self.config().retry_config(RetryConfig::disabled());
        Eks::new(Arc::new(Regional::new(config, "us-east-1".to_owned(), true)))
    }

    fn config(&self) -> aws_sdk_eks::config::Builder {
        aws_sdk_eks::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.clone())
            .endpoint_url("http://eks")
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("AKID", "secret", None, None, "test"))
    }

    /// `METHOD /path?query` of each request so far.
    fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.iter().map(|(line, _)| line.clone()).collect()
    }

    /// The body of each request so far.
    fn bodies(&self) -> Vec<Value> {
        self.0.lock().unwrap().asked.iter().map(|(_, body)| body.clone()).collect()
    }
}

impl HttpClient for Canned {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut state = self.0.lock().unwrap();
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap_or(Value::Null);
        let line = format!("{} {}", request.method(), request.uri().trim_start_matches("http://eks"));
        state.asked.push((line, body));
        state.under_way += 1;
        state.most_under_way = state.most_under_way.max(state.under_way);
        let (status, body) = state.answers.pop_front().expect("a prepared answer to every request");
        drop(state);
        let canned = self.clone();
        HttpConnectorFuture::new(async move {
            // A later turn, as on a network, so that those who ask at the same time do.
            tokio::task::yield_now().await;
            if status == HANG.0 {
                std::future::pending::<()>().await;
            }
            canned.0.lock().unwrap().under_way -= 1;
            if status == NO_ANSWER.0 {
                return Err(ConnectorError::io("broken".into()));
            }
            let code =
                serde_json::from_str::<Value>(&body).ok().and_then(|body| Some(body["__type"].as_str()?.to_owned()));
            let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            answer.headers_mut().insert("x-amzn-requestid", "4711");
            code.map(|code| answer.headers_mut().insert("x-amzn-errortype", code));
            Ok(answer)
        })
    }
}

/// A connection that breaks, and one on which nothing comes: these are no statuses.
const NO_ANSWER: (u16, Value) = (0, Value::Null);
const HANG: (u16, Value) = (1, Value::Null);

fn budget() -> Budget {
    Budget::new(Duration::from_secs(3600), CancellationToken::new())
}

fn error(status: u16, code: &str, message: &str) -> (u16, Value) {
    (status, json!({ "__type": code, "message": message }))
}

fn no_such_entry() -> (u16, Value) {
    error(404, "ResourceNotFoundException", "The specified principalArn could not be found. You can view your …")
}

fn already_there() -> (u16, Value) {
    error(409, "ResourceInUseException", "The specified access entry resource is already in use on this cluster.")
}

fn lost() -> (u16, Value) {
    error(500, "ServerException", "broken")
}

fn busy(update: &str) -> (u16, Value) {
    let message = format!("Cannot AccessConfigUpdate because cluster dev currently has update {update} in progress");
    error(409, "ResourceInUseException", &message)
}

fn entry() -> (u16, Value) {
    let entry = json!({
        "clusterName": "dev", "principalArn": ROLE, "accessEntryArn": ENTRY_ARN, "type": "STANDARD",
        "kubernetesGroups": ["b", "a"], "username": "jane", "tags": { "team": "x" },
        "createdAt": 1703060401.088, "modifiedAt": 1703060402.9
    });
    (200, json!({ "accessEntry": entry }))
}

fn association(scope: Value) -> Value {
    json!({ "policyArn": VIEW, "accessScope": scope, "associatedAt": 1703060401.0, "modifiedAt": 1703060401.0 })
}

fn cluster(mode: &str) -> (u16, Value) {
    let arn = "arn:aws-cn:eks:cn-north-1:111122223333:cluster/dev";
    let access = json!({ "authenticationMode": mode });
    (200, json!({ "cluster": { "name": "dev", "arn": arn, "status": "ACTIVE", "accessConfig": access } }))
}

fn update(id: &str, status: &str) -> (u16, Value) {
    (200, json!({ "update": { "id": id, "status": status, "type": "AccessConfigUpdate", "errors": [] } }))
}

fn new_entry() -> NewAccessEntry {
    NewAccessEntry {
        cluster_name: "dev".to_owned(),
        principal_arn: ROLE.to_owned(),
        entry_type: EntryType::Standard,
        kubernetes_groups: None,
        user_name: None,
        tags: BTreeMap::new(),
        token: None,
    }
}

mod changes;
mod reads;
mod throttling;
mod walk;
