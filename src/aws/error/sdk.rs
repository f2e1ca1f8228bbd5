//! From the SDK's errors to ours.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_eks::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_eks::operation::RequestId;
use aws_smithy_runtime_api::client::interceptors::context;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use serde::Deserialize;

use super::clocks::Clocks;
use super::credentials::kept_away;
use super::{AwsError, Failure, Kind};
use crate::aws::call_log::{REQUEST_ID, code, header};

impl AwsError {
    /// What the SDK says went wrong in `operation`: an argument for `map_err`.
    pub(crate) fn from_sdk<E>(operation: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        move |error| {
            let status = error.raw_response().map(|response| response.status().as_u16());
            let request_id = error.request_id().map(str::to_owned);
            let failure = match &error {
                SdkError::ServiceError(answer) if status.is_some_and(|status| status >= 400) => {
                    let message = answer.err().message().unwrap_or(NO_REASON);
                    let kind = kind_of(answer.err().code(), status, message);
                    let clocks = (kind == Kind::ClockSkew).then(|| Clocks::read(answer.raw(), SystemTime::now()));
                    let (code, message) = (answer.err().code().map(str::to_owned), message.to_owned());
                    Failure { kind, code, message, clocks: clocks.flatten(), ..Failure::default() }
                }
                SdkError::ServiceError(_) | SdkError::ResponseError(_) => Failure {
                    kind: Kind::BadAnswer,
                    message: format!("AWS's answer could not be understood: {}", causes(&error)),
                    ..Failure::default()
                },
                // The SDK found fault with it before anything was to be sent.
                SdkError::ConstructionFailure(_) => Failure {
                    message: format!("The request could not be made: {}", causes(error.source().unwrap_or(&error))),
                    is_unsent: true,
                    ..Failure::default()
                },
                _ => no_answer(&error),
            };
            Self(Arc::new(Failure { operation, status, request_id, ..failure }))
        }
    }
}

impl AwsError {
    /// What one try of `operation` came to, which the SDK may yet follow with another. It keeps AWS's words to itself until the last.
    pub(in crate::aws) fn of_try(
        operation: &'static str,
        answer: Option<&HttpResponse>,
        error: &OrchestratorError<context::Error>,
    ) -> Self {
        let failure = match answer {
            None => no_answer(error),
            Some(answer) if answer.status().is_success() => Failure {
                kind: Kind::BadAnswer,
                message: format!("AWS's answer could not be understood: {}", causes(error)),
                ..Failure::default()
            },
            Some(answer) => {
                let (status, code) = (answer.status().as_u16(), code(answer));
                let message = message(answer).unwrap_or_else(|| NO_REASON.to_owned());
                let kind = kind_of(code, Some(status), &message);
                Failure { kind, code: code.map(str::to_owned), message, ..Failure::default() }
            }
        };
        let status = answer.map(|answer| answer.status().as_u16());
        let request_id = answer.and_then(|answer| header(answer, REQUEST_ID)).map(str::to_owned);
        Self(Arc::new(Failure { operation, status, request_id, ..failure }))
    }

    /// Why there are no credentials for `operation`: an argument for `map_err`.
    pub(crate) fn no_credentials(operation: &'static str) -> impl FnOnce(CredentialsError) -> Self {
        move |error| Self(Arc::new(Failure { operation, ..without_credentials(&error) }))
    }
}

const NO_REASON: &str = "AWS gave no reason.";

/// The words in an answer of EKS that is an error.
fn message(answer: &HttpResponse) -> Option<String> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(alias = "Message")]
        message: String,
    }
    let body: Body = serde_json::from_slice(answer.body().bytes()?).ok()?;
    Some(body.message)
}

/// The kind of an answer that AWS gave.
pub(super) fn kind_of(code: Option<&str>, status: Option<u16>, message: &str) -> Kind {
    match code.unwrap_or_default() {
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => {
            Kind::AccessDenied { action: denied_action(message) }
        }
        "ResourceNotFoundException" | "NotFoundException" => Kind::NotFound,
        "ResourceInUseException" => Kind::Conflict,
        "InvalidParameterException" | "BadRequestException" | "ValidationException" | "ValidationError" => {
            Kind::InvalidParameter
        }
        "InvalidRequestException" => Kind::InvalidRequest,
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "RequestLimitExceeded" => Kind::Throttled,
        "ResourceLimitExceededException" => Kind::LimitExceeded,
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => Kind::ClockSkew,
        "InvalidSignatureException" | "SignatureDoesNotMatch" if message.contains("Signature expired") => {
            Kind::ClockSkew
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" if message.contains("not yet current") => Kind::ClockSkew,
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "ExpiredTokenException"
        | "ExpiredToken"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => Kind::CredentialsRejected,
        _ => match status {
            Some(403) => Kind::AccessDenied { action: denied_action(message) },
            Some(429) => Kind::Throttled,
            Some(500..) => Kind::Outage,
            _ => Kind::Service,
        },
    }
}

/// A request that AWS gave no answer to, and why it gave none.
fn no_answer(error: &(dyn Error + 'static)) -> Failure {
    if let Some(error) = chain(error).find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        return without_credentials(error);
    }
    if let Some(error) = refused_by_rules(error) {
        return Failure { kind: Kind::BadSettings, message: causes(error), ..Failure::default() };
    }
    if let Some(message) = no_url(error) {
        return Failure { kind: Kind::BadSettings, message, ..Failure::default() };
    }
    // The outermost error says no more than that there was one.
    let message = format!("AWS gave no answer: {}", causes(error.source().unwrap_or(error)));
    let kind = if is_of_certificate(error) { Kind::Untrusted } else { Kind::Unreachable };
    Failure { kind, message, ..Failure::default() }
}

/// What the SDK's rules for endpoints refuse: FIPS with an endpoint of one's own, for example.
pub(super) fn refused_by_rules<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    chain(error).find(|cause| cause.to_string().starts_with("Invalid Configuration: "))
}

/// What is wrong with an endpoint that is no URL. The SDK tells it with the whole request, which is nobody's concern.
pub(super) fn no_url(error: &(dyn Error + 'static)) -> Option<String> {
    let refused = chain(error).find_map(|cause| {
        let told = cause.to_string();
        let (endpoint, _) = told.strip_prefix("failed to apply endpoint `")?.split_once('`')?;
        Some((endpoint.to_owned(), cause.source().map(causes)))
    });
    refused.map(|(endpoint, why)| {
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        format!(
            "The endpoint {endpoint:?} is no URL like https://host or http://host:port{why}. It comes from AWS_ENDPOINT_URL_EKS, \
             AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL in the environment, or from endpoint_url in the profile or its services"
        )
    })
}

/// A request that was not even sent.
fn without_credentials(error: &CredentialsError) -> Failure {
    let (kind, message) = kept_away(error);
    Failure { kind, message, is_unsent: true, ..Failure::default() }
}

/// Whether it was the other side's certificate that ended a connection.
pub(in crate::aws) fn is_of_certificate(error: &(dyn Error + 'static)) -> bool {
    // An error of input and output does not name the one inside it as its source.
    let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
        || inside.is_some_and(|inside| is_of_certificate(inside))
        || error.source().is_some_and(is_of_certificate)
}

/// The action in `User: … is not authorized to perform: eks:CreateAccessEntry on resource: …`.
fn denied_action(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    rest.split_whitespace().next().map(str::to_owned)
}

/// The error and what caused it, each told once, in one line.
pub(in crate::aws) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut told: Vec<String> = Vec::new();
    for cause in chain(error).map(ToString::to_string) {
        if !told.last().is_some_and(|last| last.contains(&cause)) {
            told.push(cause);
        }
    }
    told.join(": ")
}

pub(super) fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
