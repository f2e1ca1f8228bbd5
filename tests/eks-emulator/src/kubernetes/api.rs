//! The few paths of the Kubernetes API that lead to the ConfigMap `kube-system/aws-auth`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, DATE};
use hyper::{Method, Response};
use serde_json::{Value, json};

use super::token;
use crate::calls::Call;
use crate::clock::Moment;
use crate::faults::{Fault, FaultKind, KUBERNETES, SharedFaults};
use crate::reply;
use crate::request::Request;
use crate::server::NoReply;
use crate::service::pause;
use crate::settings::ApiServer as Manner;
use crate::state::{ClusterKey, SharedState};

/// The API server of one cluster.
pub(super) struct ApiServer {
    pub(super) cluster: ClusterKey,
    pub(super) state: SharedState,
    pub(super) faults: SharedFaults,
    pub(super) looks: Arc<AtomicUsize>,
}

impl ApiServer {
    /// Answers what `kubectl get configmap aws-auth -n kube-system` asks, and says what time it is at AWS.
    pub(super) async fn answer(&self, request: &Request) -> Result<Response<Full<Bytes>>, NoReply> {
        if self.state.lock().settings.api_server == Manner::Unreachable {
            return Err(NoReply);
        }
        let fault = request.path.ends_with("/configmaps/aws-auth").then(|| self.look()).flatten();
        let spoiled = match &fault {
            Some(fault) => spoil(fault).await?,
            None => None,
        };
        let now = self.state.lock().aws_time();
        let mut response = spoiled.unwrap_or_else(|| answer_at(now, &self.state, &self.cluster, request));
        if let Ok(date) = now.http().try_into() {
            response.headers_mut().insert(DATE, date);
        }
        match fault {
            Some(Fault { kind: FaultKind::DropAfter, .. }) => return Err(NoReply),
            Some(Fault { kind: FaultKind::Delay, ms, .. }) => pause(ms).await,
            _ => {}
        }
        Ok(response)
    }

    /// Counts a look at aws-auth, and says what spoils it.
    fn look(&self) -> Option<Fault> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.faults.take(&Call {
            service: KUBERNETES.to_owned(),
            operation: "GetConfigMap".to_owned(),
            region: self.cluster.region.clone(),
            cluster: Some(self.cluster.name.clone()),
            ..Call::default()
        })
    }
}

/// The answer that a fault puts in the place of the right one, as Kubernetes would give it.
async fn spoil(fault: &Fault) -> Result<Option<Response<Full<Bytes>>>, NoReply> {
    Ok(Some(match fault.kind {
        FaultKind::DropAfter | FaultKind::Delay => return Ok(None),
        FaultKind::Drop => return Err(NoReply),
        FaultKind::Hang => {
            pause(fault.ms).await;
            return Err(NoReply);
        }
        FaultKind::Garbage => reply::garbage(),
        FaultKind::Throttle => failure(429, "TooManyRequests", "the server has received too many requests"),
        FaultKind::ServerError => failure(500, "InternalError", "etcdserver: request timed out"),
        FaultKind::Unavailable => {
            failure(503, "ServiceUnavailable", "the server is currently unable to handle the request")
        }
        FaultKind::AccessDenied => failure(403, "Forbidden", "configmaps \"aws-auth\" is forbidden"),
    }))
}

fn answer_at(now: Moment, state: &SharedState, cluster: &ClusterKey, request: &Request) -> Response<Full<Bytes>> {
    let bearer = request
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let api_server = state.lock().settings.api_server;
    if api_server == Manner::Unauthorized || token::check(bearer, now).is_err() {
        // A real API server says no more than this either.
        return failure(401, "Unauthorized", "Unauthorized");
    }
    if api_server == Manner::Forbidden {
        let caller = state.lock().settings.caller_arn.clone();
        let what = format!(
            "configmaps \"aws-auth\" is forbidden: User \"{caller}\" cannot get resource \"configmaps\" in API group \"\" in the \
             namespace \"kube-system\""
        );
        return failure(403, "Forbidden", &what);
    }
    if request.method != Method::GET {
        let what = format!("eks-emulator does not implement {} {}", request.method, request.path);
        return failure(501, "NotImplemented", &what);
    }
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["version"] => reply::json(200, &json!({"major": "1", "minor": "33", "gitVersion": "v1.33.0-eks-emulator"})),
        ["api"] => reply::json(200, &json!({"kind": "APIVersions", "versions": ["v1"]})),
        ["apis"] => reply::json(200, &json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": []})),
        ["api", "v1"] => reply::json(200, &resources()),
        // kubectl asks for the namespace when the ConfigMap is not there.
        ["api", "v1", "namespaces", "kube-system"] => {
            reply::json(200, &json!({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "kube-system"}}))
        }
        ["api", "v1", "namespaces", "kube-system", "configmaps", "aws-auth"] => aws_auth(state, cluster),
        ["api", "v1", "namespaces", _, "configmaps", name] => config_map_not_found(name),
        _ => failure(404, "NotFound", "the server could not find the requested resource"),
    }
}

fn aws_auth(state: &SharedState, cluster: &ClusterKey) -> Response<Full<Bytes>> {
    let state = state.lock();
    let found = state.find_cluster(&cluster.region, &cluster.name).and_then(|cluster| cluster.aws_auth.as_ref());
    let Some(data) = found else { return config_map_not_found("aws-auth") };
    reply::json(
        200,
        &json!({
            "kind": "ConfigMap",
            "apiVersion": "v1",
            "metadata": {"name": "aws-auth", "namespace": "kube-system", "resourceVersion": "1"},
            "data": data,
        }),
    )
}

fn resources() -> Value {
    json!({
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": "v1",
        "resources": [{
            "name": "configmaps",
            "singularName": "configmap",
            "namespaced": true,
            "kind": "ConfigMap",
            "verbs": ["get"],
            "shortNames": ["cm"],
        }],
    })
}

fn config_map_not_found(name: &str) -> Response<Full<Bytes>> {
    let mut status = status(404, "NotFound", &format!("configmaps \"{name}\" not found"));
    status["details"] = json!({"name": name, "kind": "configmaps"});
    reply::json(404, &status)
}

fn failure(code: u16, reason: &str, message: &str) -> Response<Full<Bytes>> {
    reply::json(code, &status(code, reason, message))
}

fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    })
}
