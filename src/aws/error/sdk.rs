//! From the SDK's errors to ours.

use std::error::Error;
use std::sync::Arc;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_eks::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_eks::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{AwsError, Failure, Kind};

impl AwsError {
    /// What the SDK says went wrong in `operation`.
    pub(crate) fn from_sdk<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let request_id = error.request_id().map(str::to_owned);
        let failure = match &error {
            SdkError::ServiceError(answer) if status.is_some_and(|status| status >= 400) => {
                let code = answer.err().code().map(str::to_owned);
                let message = answer.err().message().map_or_else(|| "AWS gave no reason.".to_owned(), str::to_owned);
                let kind = kind_of(code.as_deref(), status, &message);
                Failure { kind, operation, code, message, ..Failure::default() }
            }
            SdkError::ServiceError(_) | SdkError::ResponseError(_) => {
                let message = format!("AWS's answer could not be understood: {}", causes(&error));
                Failure { kind: Kind::BadAnswer, operation, message, ..Failure::default() }
            }
            _ => Failure { kind: kind_of_no_answer(&error), operation, message: causes(&error), ..Failure::default() },
        };
        Self(Arc::new(Failure { status, request_id, ..failure }))
    }
}

/// The kind of an answer that AWS gave.
fn kind_of(code: Option<&str>, status: Option<u16>, message: &str) -> Kind {
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
            _ => Kind::Service,
        },
    }
}

/// The kind of a request that AWS gave no answer to.
fn kind_of_no_answer(error: &(dyn Error + 'static)) -> Kind {
    match chain(error).find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        Some(_) => Kind::NoCredentials,
        None => Kind::Unreachable,
    }
}

/// The action in `User: … is not authorized to perform: eks:CreateAccessEntry on resource: …`.
fn denied_action(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    rest.split_whitespace().next().map(str::to_owned)
}

/// The error and what caused it, each told once, in one line.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut told: Vec<String> = Vec::new();
    for cause in chain(error).map(ToString::to_string) {
        if !told.last().is_some_and(|last| last.contains(&cause)) {
            told.push(cause);
        }
    }
    told.join(": ")
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
