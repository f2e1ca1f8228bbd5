//! What is read from a cluster itself: the `aws-auth` ConfigMap, over the Kubernetes API.
//!
//! It is one GET of one object, made with the HTTP stack that the SDK brings along: the same TLS, and the same proxies,
//! which a private cluster is often behind. Nobody is trusted but the cluster's own certificate authority.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::retry::ErrorKind;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::budget::Budget;
use super::cluster::Cluster;
use super::cluster_token::ClusterToken;
use super::connection::Aws;
use super::error::{READING_AWS_AUTH, causes, is_of_certificate};
use super::http;
use super::wait::Pauses;

mod error;

pub use error::{KubernetesError, Problem};

impl Aws {
    /// The data of the ConfigMap `kube-system/aws-auth`, or `None` if the cluster has none.
    ///
    /// # Errors
    ///
    /// The cluster cannot be reached or does not let the caller read the ConfigMap.
    pub async fn aws_auth_config_map(
        &self,
        cluster: &Cluster,
        token: &ClusterToken,
        budget: &Budget,
    ) -> Result<Option<BTreeMap<String, String>>, KubernetesError> {
        let read = async { Ok(self.read_patiently(cluster, token, budget).await) };
        let read = budget.run(READING_AWS_AUTH, read).await.unwrap_or_else(|error| Err(Problem::Aws(error)));
        read.map_err(|problem| KubernetesError::about(cluster, problem))
    }

    /// Reads once more what fails in a way that passes by itself, as the SDK does with calls to AWS.
    async fn read_patiently(
        &self,
        cluster: &Cluster,
        token: &ClusterToken,
        budget: &Budget,
    ) -> Result<Option<BTreeMap<String, String>>, Problem> {
        let mut pauses = Pauses::of_seconds();
        for _ in 0..self.settings().max_retries.unwrap_or(RETRIES).min(RETRIES) {
            match self.read_aws_auth(cluster, token).await {
                Err(problem) if problem.passes() && pauses.fits_before(budget.deadline) => {
                    log_info!(cluster = cluster.name, %problem, "reading aws-auth again");
                    pauses.pause(READING_AWS_AUTH, budget).await.map_err(Problem::Aws)?;
                }
                read => return read,
            }
        }
        self.read_aws_auth(cluster, token).await
    }

    async fn read_aws_auth(
        &self,
        cluster: &Cluster,
        token: &ClusterToken,
    ) -> Result<Option<BTreeMap<String, String>>, Problem> {
        let (Some(endpoint), Some(authority)) = (&cluster.endpoint, &cluster.certificate_authority) else {
            return Err(Problem::NoEndpoint { status: cluster.status.clone() });
        };
        // Over anything else the token would be everybody's.
        if !endpoint.starts_with("https://") {
            return Err(Problem::BadEndpoint);
        }
        let authority = STANDARD.decode(authority).map_err(|error| error.to_string()).and_then(http::trust_in);
        let authority = authority.map_err(|reason| Problem::BadAuthority { reason })?;
        let connector = http::connector(self.settings(), authority, timeouts()).map_err(Problem::Aws)?;

        let url = format!("{}{AWS_AUTH}", endpoint.trim_end_matches('/'));
        let mut request = HttpRequest::get(url).map_err(|_| Problem::BadEndpoint)?;
        request.headers_mut().insert("accept", "application/json");
        request.headers_mut().insert("user-agent", USER_AGENT);
        request.headers_mut().insert("authorization", format!("Bearer {}", token.token.reveal()));
        let response = connector.call(request).await.map_err(|error| without_answer(&error))?;
        let status = response.status().as_u16();
        let body = body(response).await?;
        understood(status, &body)
    }
}

/// How often it is read once more, at most: whoever waits for a plan is waiting, and a cluster is not as large as AWS.
const RETRIES: u32 = 3;

const AWS_AUTH: &str = "/api/v1/namespaces/kube-system/configmaps/aws-auth";

const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// The longest answer that is read, in bytes. A ConfigMap holds one mebibyte, which JSON may spell with six times as
/// much.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A private endpoint does not refuse a connection from elsewhere, it just does not answer.
fn timeouts() -> HttpConnectorSettings {
    let (connect, read) = (Duration::from_secs(10), Duration::from_secs(30));
    HttpConnectorSettings::builder().connect_timeout(connect).read_timeout(read).build()
}

fn without_answer(error: &ConnectorError) -> Problem {
    let reason = causes(error);
    match error {
        error if is_of_certificate(error) => Problem::Untrusted { reason },
        error if error.as_other() == Some(ErrorKind::TransientError) || is_of_broken_connection(error) => {
            Problem::BrokeOff { reason }
        }
        _ => Problem::Unreachable { reason },
    }
}

/// Whether there was a connection, and it broke.
fn is_of_broken_connection(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let kind = error.downcast_ref().map(io::Error::kind);
    matches!(kind, Some(BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof))
        || error.source().is_some_and(is_of_broken_connection)
}

async fn body(response: HttpResponse) -> Result<Vec<u8>, Problem> {
    let mut stream = ByteStream::new(response.into_body());
    let mut body = Vec::new();
    while let Some(piece) = stream.try_next().await.map_err(|error| Problem::BrokeOff { reason: causes(&error) })? {
        if body.len() + piece.len() > MAX_BYTES {
            let reason = format!("the answer is longer than {MAX_BYTES} bytes");
            return Err(Problem::Unreachable { reason });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// What Kubernetes says of an object, as much of it as matters here.
#[derive(Deserialize)]
struct Answer {
    kind: String,
    #[serde(default)]
    data: Option<BTreeMap<String, String>>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
}

fn understood(status: u16, body: &[u8]) -> Result<Option<BTreeMap<String, String>>, Problem> {
    let answer: Result<Answer, _> = serde_json::from_slice(body);
    match (status, answer) {
        (200, Ok(Answer { kind, data, .. })) if kind == "ConfigMap" => Ok(Some(data.unwrap_or_default())),
        // A proxy's 404 is not the cluster's.
        (404, Ok(Answer { kind, reason, .. })) if kind == "Status" && reason == "NotFound" => Ok(None),
        (401, _) => Err(Problem::Unauthorized),
        (403, Ok(answer)) => Err(Problem::Forbidden { message: answer.message }),
        (status, Ok(Answer { kind, message, .. })) if kind == "Status" => Err(Problem::Refused { status, message }),
        (200, Err(error)) => Err(Problem::NotUnderstood { status, reason: error.to_string() }),
        (status, _) => {
            let reason = "it is no answer of the Kubernetes API".to_owned();
            Err(Problem::NotUnderstood { status, reason })
        }
    }
}

#[cfg(test)]
mod tests;
