use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_eks::error::{ErrorMetadata, SdkError};
use aws_sdk_eks::operation::create_access_entry::CreateAccessEntryError;
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use super::*;

const OPERATION: &str = "CreateAccessEntry";

/// AWS's answer with a status, a code and a message.
fn answer(status: u16, code: &str, message: &str) -> AwsError {
    let metadata = ErrorMetadata::builder().code(code).message(message).build();
    service_error(status, CreateAccessEntryError::generic(metadata))
}

fn service_error(status: u16, error: CreateAccessEntryError) -> AwsError {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
    response.headers_mut().insert("x-amzn-requestid", "4711");
    AwsError::from_sdk(OPERATION)(SdkError::service_error(error, response))
}

impl AwsError {
    /// An answer of AWS, for the tests of those who read it.
    pub(crate) fn answered(operation: &'static str, code: &str, message: &str) -> Self {
        let metadata = ErrorMetadata::builder().code(code).message(message).build();
        let response = HttpResponse::new(400.try_into().unwrap(), SdkBody::empty());
        let error = CreateAccessEntryError::generic(metadata);
        Self::from_sdk(operation)(SdkError::service_error(error, response))
    }
}

#[test]
fn each_code_has_its_kind() {
    for (status, code, message, kind) in [
        (403, "AccessDeniedException", "no", Kind::AccessDenied { action: None }),
        (404, "ResourceNotFoundException", "", Kind::NotFound),
        (404, "NotFoundException", "", Kind::NotFound),
        (409, "ResourceInUseException", "", Kind::Conflict),
        (400, "InvalidParameterException", "", Kind::InvalidParameter),
        (400, "BadRequestException", "", Kind::InvalidParameter),
        (400, "InvalidRequestException", "", Kind::InvalidRequest),
        (429, "ThrottlingException", "", Kind::Throttled),
        (400, "ResourceLimitExceededException", "", Kind::LimitExceeded),
        (403, "UnrecognizedClientException", "", Kind::CredentialsRejected),
        (403, "ExpiredTokenException", "", Kind::CredentialsRejected),
        (403, "InvalidSignatureException", "Signature expired: 1 is now earlier than 2", Kind::ClockSkew),
        (403, "InvalidSignatureException", "Signature not yet current: 2 is still later than 1", Kind::ClockSkew),
        (403, "InvalidSignatureException", "does not match", Kind::CredentialsRejected),
        (403, "RequestTimeTooSkewed", "", Kind::ClockSkew),
        (429, "SomethingNew", "", Kind::Throttled),
        (500, "ServerException", "", Kind::Outage),
        (503, "", "", Kind::Outage),
        (418, "Teapot", "", Kind::Service),
    ] {
        assert_eq!(answer(status, code, message).kind(), &kind, "{code}: {message}");
    }
}

#[test]
fn a_denial_names_the_missing_action() {
    let message = "User: arn:aws:iam::111122223333:user/jane is not authorized to perform: eks:CreateAccessEntry on \
                   resource: arn:aws:eks:us-east-1:111122223333:cluster/dev";
    let error = answer(403, "AccessDeniedException", message);
    assert_eq!(error.kind(), &Kind::AccessDenied { action: Some("eks:CreateAccessEntry".to_owned()) });
}

#[test]
fn an_error_reads_as_sentences_with_awss_words_and_the_request_id() {
    let error =
        answer(409, "ResourceInUseException", "The specified access entry resource is already in use on this cluster.");
    assert_eq!(
        error.to_string(),
        "CreateAccessEntry failed with ResourceInUseException (status 409): The specified access entry resource is \
         already in use on this cluster. The request id is 4711."
    );
    assert_eq!(
        (error.status(), error.code(), error.request_id()),
        (Some(409), Some("ResourceInUseException"), Some("4711"))
    );
    assert_eq!(
        error.after_waiting_for("godot").to_string(),
        "CreateAccessEntry failed with ResourceInUseException (status 409): The specified access entry resource is \
         already in use on this cluster. This was still so after waiting for godot. The request id is 4711."
    );
}

#[test]
fn an_answer_without_code_or_reason_still_says_its_status() {
    let error = service_error(503, CreateAccessEntryError::generic(ErrorMetadata::builder().build()));
    assert_eq!(error.kind(), &Kind::Outage);
    assert_eq!(
        error.to_string(),
        "CreateAccessEntry failed with status 503: AWS gave no reason. The request id is 4711."
    );
}

#[test]
fn an_answer_of_success_that_cannot_be_read_is_no_answer() {
    let error = service_error(200, CreateAccessEntryError::unhandled("expected an object"));
    assert_eq!(error.kind(), &Kind::BadAnswer);
    assert!(error.to_string().contains("expected an object"), "{error}");
}

#[test]
fn no_answer_is_told_from_no_credentials() {
    let failed = |source: ConnectorError| {
        AwsError::from_sdk(OPERATION)(SdkError::<CreateAccessEntryError, _>::dispatch_failure(source))
    };
    let refused = failed(ConnectorError::io("connection refused".into()));
    assert_eq!(refused.kind(), &Kind::Unreachable);
    assert!(refused.to_string().ends_with("connection refused."), "{refused}");
    let error = CredentialsError::not_loaded("nothing in the environment");
    assert_eq!(failed(ConnectorError::other(error.into(), None)).kind(), &Kind::NoCredentials);
    // As TLS reports it: an error of the connection, around one of input and output, around the one that matters.
    let stranger = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
    let stranger = failed(ConnectorError::io(std::io::Error::other(stranger).into()));
    assert_eq!(stranger.kind(), &Kind::Untrusted);
    assert!(!stranger.leaves_open(), "nothing was sent");
}

#[test]
fn a_request_that_the_sdk_does_not_make_is_not_one_without_an_answer() {
    let unmade = SdkError::<CreateAccessEntryError, HttpResponse>::construction_failure("`name` was missing");
    let error = AwsError::from_sdk(OPERATION)(unmade);
    assert_eq!(error.kind(), &Kind::Service);
    assert_eq!(error.to_string(), "CreateAccessEntry failed: The request could not be made: `name` was missing.");
    assert!(!error.leaves_open());
}

/// As the profile of `aws login` is refused; the words are the SDK's.
#[test]
fn a_profile_of_aws_login_is_told_the_way_out() {
    let refused = "This behavior requires following cargo feature(s) enabled: credentials-login. In order to use an active login \
                   session, the `credentials-login` feature must be enabled.";
    let error = AwsError::no_credentials(OPERATION)(CredentialsError::invalid_configuration(refused));
    assert_eq!(error.kind(), &Kind::BadSettings);
    let told = error.to_string();
    assert!(told.contains("aws configure export-credentials --profile NAME --format process"), "{told}");
    assert!(told.contains("--format env") && !told.contains("cargo"), "{told}");
}

#[test]
fn what_keeps_credentials_away_is_told_apart() {
    const ROLE: &str = "arn:aws:iam::111122223333:role/ci";
    type Credentials = CredentialsError;
    let not_assumed = |error| Credentials::provider_error(NotAssumed { role: ROLE.to_owned(), error });
    // Of the SDK's own providers.
    let refused = |status: u16, code: &str| {
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        let error = AssumeRoleError::generic(ErrorMetadata::builder().code(code).message("no").build());
        Credentials::provider_error(SdkError::service_error(error, answer))
    };
    let refused_by_portal = |status: u16, code: &str| {
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        let error = GetRoleCredentialsError::generic(ErrorMetadata::builder().code(code).message("no").build());
        Credentials::provider_error(SdkError::service_error(error, answer))
    };
    let not_reached = |source: ConnectorError| {
        Credentials::provider_error(SdkError::<AssumeRoleError, HttpResponse>::dispatch_failure(source))
    };
    let stranger = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
    let over = || Credentials::provider_error("the SSO token has expired and cannot be refreshed");
    let late = || Credentials::provider_error(NotInTime { limit: Duration::from_secs(60) });
    let unreachable = AwsError::ours(Kind::Unreachable, "AssumeRole", "broken");
    for (error, kind) in [
        (not_assumed(answer(403, "AccessDenied", "no")), Kind::RoleNotAssumed),
        (not_assumed(answer(400, "ValidationError", "no")), Kind::RoleNotAssumed),
        (not_assumed(answer(403, "RequestExpired", "late")), Kind::ClockSkew),
        (not_assumed(answer(403, "ExpiredToken", "old")), Kind::CredentialsRejected),
        (not_assumed(answer(503, "", "")), Kind::Outage),
        (not_assumed(unreachable), Kind::Unreachable),
        // The credentials that the role was to be assumed with.
        (not_assumed(AwsError::no_credentials("AssumeRole")(over())), Kind::SignInOver),
        (not_assumed(AwsError::no_credentials("AssumeRole")(late())), Kind::CredentialsLate),
        (not_reached(ConnectorError::other(over().into(), None)), Kind::SignInOver),
        (refused(403, "AccessDenied"), Kind::RoleNotAssumed),
        (refused(403, "ExpiredToken"), Kind::CredentialsRejected),
        (refused(500, "InternalFailure"), Kind::Outage),
        (not_reached(ConnectorError::io("broken".into())), Kind::Unreachable),
        (not_reached(ConnectorError::io(std::io::Error::other(stranger).into())), Kind::Untrusted),
        (late(), Kind::CredentialsLate),
        (over(), Kind::SignInOver),
        (Credentials::provider_error("failed to load the cached SSO token"), Kind::SignInOver),
        (Credentials::provider_error("failed to read `/home/jane/.aws/sso/cache/1.json`"), Kind::SignInOver),
        (Credentials::provider_error(r"failed to read `C:\Users\jane\.aws/sso/cache\1.json`"), Kind::SignInOver),
        (refused_by_portal(401, "UnauthorizedException"), Kind::SignInOver),
        (refused_by_portal(403, "ForbiddenException"), Kind::RoleNotAssumed),
        (refused_by_portal(404, "ResourceNotFoundException"), Kind::RoleNotAssumed),
        (refused_by_portal(429, "TooManyRequestsException"), Kind::Throttled),
        (refused_by_portal(503, ""), Kind::Outage),
        (refused(200, ""), Kind::BadAnswer),
        (not_reached(ConnectorError::other("Invalid Configuration: FIPS".into(), None)), Kind::BadSettings),
        (not_reached(ConnectorError::other("no key".into(), None)), Kind::NoCredentials),
        (Credentials::invalid_configuration("[AssumeRoleUnauthorizedAccess] no"), Kind::RoleNotAssumed),
        (Credentials::invalid_configuration("the token cannot be read"), Kind::BadSettings),
        (Credentials::invalid_configuration("needs the cargo feature x"), Kind::BadSettings),
        (
            Credentials::unhandled("profile file credentials provider initialization error already taken"),
            Kind::BadSettings,
        ),
        (Credentials::provider_error(std::io::Error::from(std::io::ErrorKind::NotFound)), Kind::BadSettings),
        (Credentials::provider_error("the agent is not at home"), Kind::NoCredentials),
        (Credentials::not_loaded_no_source(), Kind::NoCredentials),
    ] {
        let error = AwsError::no_credentials(OPERATION)(error);
        assert_eq!(error.kind(), &kind, "{error}");
        assert!(!error.leaves_open(), "{error}");
    }
    let lost = Credentials::provider_error(std::io::Error::from(std::io::ErrorKind::NotFound));
    let lost = AwsError::no_credentials(OPERATION)(lost).to_string();
    assert!(lost.contains("AWS_WEB_IDENTITY_TOKEN_FILE"), "{lost}");
    let refused = AwsError::no_credentials(OPERATION)(not_assumed(answer(403, "AccessDenied", "no")));
    assert!(refused.to_string().contains(ROLE) && refused.to_string().contains("4711"), "{refused}");
}

#[test]
fn only_a_change_without_an_answer_leaves_something_open() {
    let unreachable = |operation| {
        let source = ConnectorError::io("broken".into());
        AwsError::from_sdk(operation)(SdkError::<CreateAccessEntryError, _>::dispatch_failure(source))
    };
    for look in
        ["DescribeCluster", "ListAccessEntries", "GetCallerIdentity", CONNECTING, READING_AWS_AUTH, MAKING_TOKEN]
    {
        assert!(!unreachable(look).leaves_open(), "{look}");
    }
    assert!(unreachable(OPERATION).leaves_open());
    assert!(answer(500, "ServerException", "oops").leaves_open());
    assert!(!answer(409, "ResourceInUseException", "busy").leaves_open());
}

#[test]
fn settings_are_wrong_before_anything_fails() {
    assert_eq!(AwsError::bad_settings("It is wrong.").to_string(), "It is wrong.");
    assert!(AwsError::no_region().to_string().starts_with("No region is set"));
}

#[test]
fn a_call_says_in_which_region_it_was_made() {
    let error = answer(403, "AccessDeniedException", "no").in_region("eu-west-1");
    assert_eq!(
        error.to_string(),
        "CreateAccessEntry failed in eu-west-1 with AccessDeniedException (status 403): no. The request id is 4711."
    );
}

#[test]
fn the_texts_of_eks_are_recognised() {
    let cluster = answer(404, "ResourceNotFoundException", "No cluster found for name: dev.");
    assert!(cluster.is_not_found() && cluster.is_no_such_cluster() && !cluster.is_no_such_entry());
    let entry = answer(
        404,
        "ResourceNotFoundException",
        "The specified principalArn could not be found. You can view your available access entries with \
         'list-access-entries'.",
    );
    assert!(entry.is_no_such_entry() && !entry.is_no_such_policy());
    let policy = answer(404, "ResourceNotFoundException", "The specified policyArn could not be found. …");
    assert!(policy.is_no_such_policy() && !policy.is_no_such_cluster());
    let there =
        answer(409, "ResourceInUseException", "The specified access entry resource is already in use on this cluster.");
    assert!(there.is_conflict() && there.is_entry_already_there());
    let principal =
        answer(400, "InvalidParameterException", "The specified principalArn is invalid: invalid principal.");
    assert!(principal.is_invalid_principal());
    let mode = answer(
        400,
        "InvalidRequestException",
        "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
    );
    assert!(mode.is_wrong_authentication_mode());
    let change = "Unsupported authentication mode update from API to API";
    assert!(answer(400, "InvalidParameterException", change).is_unsupported_mode_change());
    let standard = answer(
        400,
        "InvalidParameterException",
        "This operation can only be performed on Access Entries with a type of \"STANDARD\".",
    );
    assert!(standard.is_standard_only());
}

#[test]
fn the_update_in_the_way_is_named_and_is_no_entry_in_the_way() {
    let message = "Cannot AccessConfigUpdate because cluster dev currently has update \
                   5c0ba4c3-7f20-4d8f-9e3e-1d6b5d0d4c5a in progress";
    let busy = answer(409, "ResourceInUseException", message);
    assert_eq!(busy.update_in_progress(), Some("5c0ba4c3-7f20-4d8f-9e3e-1d6b5d0d4c5a"));
    assert!(!busy.is_entry_already_there());
    assert_eq!(answer(400, "InvalidParameterException", message).update_in_progress(), None);
}
