//! From the SDK's errors to ours.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;
use std::{fmt, io};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_eks::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_eks::operation::RequestId;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::clocks::Clocks;
use super::{AwsError, Failure, Kind};

impl AwsError {
    /// What the SDK says went wrong in `operation`: an argument for `map_err`.
    pub(crate) fn from_sdk<E>(operation: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        move |error| {
            let status = error.raw_response().map(|response| response.status().as_u16());
            let request_id = error.request_id().map(str::to_owned);
            let (kind, code, message) = match &error {
                SdkError::ServiceError(answer) if status.is_some_and(|status| status >= 400) => {
                    let message = answer.err().message().unwrap_or("AWS gave no reason.");
                    (kind_of(answer.err().code(), status, message), answer.err().code(), message.to_owned())
                }
                SdkError::ServiceError(_) | SdkError::ResponseError(_) => {
                    (Kind::BadAnswer, None, format!("AWS's answer could not be understood: {}", causes(&error)))
                }
                _ => {
                    let (kind, message) = no_answer(&error);
                    (kind, None, message)
                }
            };
            let code = code.map(str::to_owned);
            let clocks = error.raw_response().filter(|_| kind == Kind::ClockSkew);
            let clocks = clocks.and_then(|answer| Clocks::read(answer, SystemTime::now()));
            let region = None;
            Self(Arc::new(Failure {
                kind,
                operation,
                region,
                code,
                message,
                status,
                request_id,
                clocks,
                waited_for: None,
            }))
        }
    }
}

impl AwsError {
    /// Why there are no credentials for `operation`: an argument for `map_err`.
    pub(crate) fn no_credentials(operation: &'static str) -> impl FnOnce(CredentialsError) -> Self {
        move |error| {
            let (kind, message) = without_credentials(&error);
            Self::ours(kind, operation, message)
        }
    }
}

/// A role that could not be assumed.
#[derive(Debug)]
pub(in crate::aws) struct NotAssumed {
    /// The role's ARN.
    pub(in crate::aws) role: String,
    /// Why not.
    pub(in crate::aws) error: AwsError,
}

impl fmt::Display for NotAssumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the role {} could not be assumed: {}", self.role, self.error)
    }
}

impl Error for NotAssumed {}

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

/// The kind of a request that AWS gave no answer to, and why it gave none.
fn no_answer(error: &(dyn Error + 'static)) -> (Kind, String) {
    if let Some(error) = chain(error).find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        return without_credentials(error);
    }
    // How the SDK's rules for endpoints begin their refusals, of FIPS with an endpoint of one's own for example.
    if let Some(error) = chain(error).find(|cause| cause.to_string().starts_with("Invalid Configuration: ")) {
        return (Kind::BadSettings, causes(error));
    }
    // The outermost error says no more than that there was one.
    let message = format!("AWS gave no answer: {}", causes(error.source().unwrap_or(error)));
    (if is_of_certificate(error) { Kind::Untrusted } else { Kind::Unreachable }, message)
}

/// The kind of trouble that kept credentials away, and what it was.
fn without_credentials(error: &CredentialsError) -> (Kind, String) {
    let message = causes(error.source().unwrap_or(error));
    if let Some(NotAssumed { error, .. }) = chain(error).find_map(|cause| cause.downcast_ref()) {
        let kind = match error.kind() {
            // It has nothing to do with the role.
            Kind::ClockSkew | Kind::CredentialsRejected | Kind::Throttled | Kind::Unreachable | Kind::Untrusted => {
                error.kind().clone()
            }
            _ => Kind::RoleNotAssumed,
        };
        return (kind, message);
    }
    // The SDK's own providers: of profiles that name a role, and of the file and the role in the environment.
    let is_of_role =
        |cause: &(dyn Error + 'static)| cause.is::<AssumeRoleError>() || cause.is::<AssumeRoleWithWebIdentityError>();
    let kind = match error {
        CredentialsError::InvalidConfiguration(_) => Kind::BadSettings,
        _ if chain(error).any(is_of_role) => Kind::RoleNotAssumed,
        // The first is of a sign-in whose time is over, the second of one that was ended by hand.
        _ if message.contains("SSO token ") || message.contains("UnauthorizedException") => Kind::SignInOver,
        _ => Kind::NoCredentials,
    };
    (kind, message)
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

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
