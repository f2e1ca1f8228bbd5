//! Answers on the wire: JSON as EKS writes it, XML as STS does.

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::ApiError;
use crate::sts::escape;

/// Which of the two protocols a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON bodies, errors named in a header.
    RestJson,
    /// XML bodies.
    Query,
}

/// What an operation answers.
pub(crate) enum Answer {
    /// The body.
    Json(Value),
    /// What stands inside the `Result` element.
    Xml(String),
}

/// The namespace of everything that STS says.
const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// EKS appends this to the error's name; clients cut it off at the colon.
const ERROR_TYPE_SUFFIX: &str = ":http://internal.amazon.com/coral/com.amazonaws.eks/";

/// A success, rendered.
pub(crate) fn success(operation: &str, answer: Answer) -> Response<Full<Bytes>> {
    let request_id = Uuid::new_v4();
    match answer {
        Answer::Json(value) => from_aws(200, request_id, "application/json", value.to_string()),
        Answer::Xml(inner) => {
            let body = format!(
                "<{operation}Response xmlns=\"{STS_NAMESPACE}\"><{operation}Result>{inner}</{operation}Result>\
                 <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
            );
            from_aws(200, request_id, "text/xml", body)
        }
    }
}

/// An error, rendered.
pub(crate) fn failure(protocol: Protocol, error: &ApiError) -> Response<Full<Bytes>> {
    let request_id = Uuid::new_v4();
    match protocol {
        Protocol::RestJson => {
            let mut body = json!({"message": error.message});
            if let Some(cluster) = &error.cluster {
                body["clusterName"] = json!(cluster);
            }
            let mut response = from_aws(error.status, request_id, "application/json", body.to_string());
            if let Ok(name) = HeaderValue::try_from(format!("{}{ERROR_TYPE_SUFFIX}", error.code)) {
                response.headers_mut().insert("x-amzn-errortype", name);
            }
            response
        }
        Protocol::Query => {
            let fault = if error.status < 500 { "Sender" } else { "Receiver" };
            let body = format!(
                "<ErrorResponse xmlns=\"{STS_NAMESPACE}\"><Error><Type>{fault}</Type><Code>{}</Code>\
                 <Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
                error.code,
                escape(&error.message),
            );
            from_aws(error.status, request_id, "text/xml", body)
        }
    }
}

/// 200 with a body that no client can read.
pub(crate) fn garbage() -> Response<Full<Bytes>> {
    from_aws(200, Uuid::new_v4(), "application/json", "<<< this is neither JSON nor XML".to_owned())
}

/// JSON outside the AWS protocols: the control API and Kubernetes.
pub(crate) fn json(status: u16, body: &Value) -> Response<Full<Bytes>> {
    respond(status, "application/json", body.to_string())
}

fn from_aws(status: u16, request_id: Uuid, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = respond(status, content_type, body);
    if let Ok(id) = HeaderValue::try_from(request_id.to_string()) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

fn respond(status: u16, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
