//! What kept credentials away: our own words and the SDK's, told apart by what to do about it.

use std::error::Error;
use std::time::Duration;
use std::{fmt, io};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_eks::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::sdk::{causes, chain, is_of_certificate, kind_of, no_url, refused_by_rules};
use super::{AwsError, Kind};

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

/// Credentials that did not come in time.
#[derive(Debug)]
pub(in crate::aws) struct NotInTime {
    /// How long they were waited for.
    pub(in crate::aws) limit: Duration,
}

impl fmt::Display for NotInTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "No credentials came within {} seconds", self.limit.as_secs())
    }
}

impl Error for NotInTime {}

/// The kind of trouble, and what it was.
pub(super) fn kept_away(error: &CredentialsError) -> (Kind, String) {
    // Credentials are fetched with others, and the last of those that are missing are the ones to look after.
    let innermost = chain(error).filter_map(|cause| cause.downcast_ref()).last().unwrap_or(error);
    let message = causes(error.source().unwrap_or(error));
    if message.contains(ALREADY_TOLD) {
        return (Kind::BadSettings, "The profile cannot be used; another message says why".to_owned());
    }
    if let Some(message) = no_url(error) {
        return (Kind::BadSettings, message);
    }
    if message.contains("credentials-login") {
        return (Kind::BadSettings, LOGIN.to_owned());
    }
    if message.contains("cargo feature") {
        let message = format!("The profile asks for a way to sign in that this provider does not have ({message})");
        return (Kind::BadSettings, message);
    }
    // The SDK leaves out which one.
    if is_of_file(innermost) {
        let message = format!(
            "A file with a token, which AWS_WEB_IDENTITY_TOKEN_FILE, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or the profile names, \
             cannot be read: {message}"
        );
        return (Kind::BadSettings, message);
    }
    (kind(innermost), message)
}

fn is_of_file(error: &CredentialsError) -> bool {
    error.source().is_some_and(|source| source.is::<io::Error>())
}

/// The feature of the SDK for a profile that `aws login` has made is left out: it brings a client of one more service.
const LOGIN: &str = "\
The profile has a login_session, of `aws login`, which this provider does not read. Let the AWS CLI read it: make another profile with \
`credential_process = aws configure export-credentials --profile NAME --format process`, where NAME is this one, and use that; or run \
`eval \"$(aws configure export-credentials --profile NAME --format env)\"` before Terraform, which lasts as long as those credentials do";

/// What the SDK says of a profile from the second time on.
const ALREADY_TOLD: &str = "initialization error already taken";

fn kind(error: &CredentialsError) -> Kind {
    if let Some(NotAssumed { error, .. }) = chain(error).find_map(|cause| cause.downcast_ref()) {
        return of_role(error.kind().clone());
    }
    // The SDK's own providers: of profiles that name a role, and of the role and the token file in the environment.
    let refused = answer::<AssumeRoleError>(error).or_else(|| answer::<AssumeRoleWithWebIdentityError>(error));
    if let Some(refused) = refused {
        return of_role(refused);
    }
    let told = causes(error);
    let is_signed_out = SIGN_IN.iter().any(|words| told.contains(words));
    if let Some(refused) = answer::<GetRoleCredentialsError>(error)
        && !is_signed_out
    {
        return of_role(refused);
    }
    match error {
        _ if chain(error).any(|cause| cause.is::<NotInTime>()) => Kind::CredentialsLate,
        _ if is_of_certificate(error) => Kind::Untrusted,
        _ if is_signed_out => Kind::SignInOver,
        // What an instance's metadata service says.
        _ if told.contains("AssumeRoleUnauthorizedAccess") => Kind::RoleNotAssumed,
        CredentialsError::InvalidConfiguration(_) => Kind::BadSettings,
        _ if refused_by_rules(error).is_some() => Kind::BadSettings,
        _ if chain(error).filter_map(|cause| cause.downcast_ref()).any(is_of_network) => Kind::Unreachable,
        _ => Kind::NoCredentials,
    }
}

/// What the SDK says of a sign-in to IAM Identity Center whose time is over, of one that was never made or ended by hand, in the
/// two kinds of profiles that there are, and of one that the portal knows no more.
const SIGN_IN: [&str; 4] = ["SSO token has expired", "cached SSO token", "/sso/cache", "UnauthorizedException"];

/// Whether there was no connection, or it broke: what fails before that is wrapped in the same way.
fn is_of_network(error: &ConnectorError) -> bool {
    error.is_io() || error.is_timeout() || error.as_other().is_some()
}

/// The kind of the answer of STS, or of the portal of IAM Identity Center, to who asked for a role, if there was one.
fn answer<E: ProvideErrorMetadata + Error + 'static>(error: &CredentialsError) -> Option<Kind> {
    let refused = chain(error).find_map(|cause| cause.downcast_ref::<SdkError<E, HttpResponse>>())?;
    match refused {
        SdkError::ServiceError(answer) if answer.raw().status().as_u16() >= 400 => {
            let message = answer.err().message().unwrap_or_default();
            Some(kind_of(answer.err().code(), Some(answer.raw().status().as_u16()), message))
        }
        SdkError::ServiceError(_) | SdkError::ResponseError(_) => Some(Kind::BadAnswer),
        _ => None,
    }
}

/// What is no more than that the role is refused calls for a look at the role; all else is the trouble itself.
fn of_role(kind: Kind) -> Kind {
    match kind {
        Kind::AccessDenied { .. } | Kind::NotFound | Kind::InvalidParameter | Kind::InvalidRequest | Kind::Service => {
            Kind::RoleNotAssumed
        }
        kind => kind,
    }
}
