//! Credentials beyond what the SDK finds by itself: static keys, a named profile, and roles to assume.

use std::fs;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::Credentials;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};

use super::call_log::CallLog;
use super::error::{AwsError, NotAssumed};
use super::heard::Listening;
use super::settings::{AssumeRole, AssumeRoleWithWebIdentity, Secret, Settings};
use in_time::InTime;

mod in_time;

/// The credentials that the settings ask for, or `None` for those that the SDK finds by itself.
///
/// An explicit profile wins over credentials in the environment, as in the AWS CLI; the SDK's own chain would look at
/// the environment first.
///
/// # Errors
///
/// The settings contradict themselves.
pub(super) fn base(
    settings: &Settings,
    config: &ProviderConfig,
) -> Result<Option<SharedCredentialsProvider>, AwsError> {
    match (&settings.access_key, &settings.secret_key) {
        (Some(id), Some(secret)) => {
            let token = settings.token.as_ref().map(|token| token.reveal().to_owned());
            let keys = Credentials::new(id, secret.reveal(), token, None, "settings");
            return Ok(Some(SharedCredentialsProvider::new(keys)));
        }
        (None, None) => {}
        _ => return Err(AwsError::bad_settings("access_key and secret_key need each other; one of them is missing.")),
    }
    Ok(settings.profile.as_ref().map(|profile| {
        let mut provider = ProfileFileCredentialsProvider::builder().configure(config).profile_name(profile);
        if let Some(files) = settings.files() {
            provider = provider.profile_files(files);
        }
        SharedCredentialsProvider::new(OfProfile { name: profile.clone(), provider: provider.build() })
    }))
}

/// The credentials of a profile, which is named if it has none.
#[derive(Debug)]
struct OfProfile {
    name: String,
    provider: ProfileFileCredentialsProvider,
}

impl ProvideCredentials for OfProfile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.provider.provide_credentials().await.map_err(|error| match error {
                CredentialsError::CredentialsNotLoaded(_) => {
                    CredentialsError::not_loaded(format!("The profile {} has no credentials", self.name))
                }
                error => error,
            })
        })
    }
}

/// The configuration with the credentials of the last role that the settings want assumed. Whatever gives credentials has a limit
/// from here on.
///
/// # Errors
///
/// The settings contradict themselves.
pub(super) fn assume(settings: &Settings, mut config: SdkConfig) -> Result<SdkConfig, AwsError> {
    if let Some(provider) = config.credentials_provider() {
        config = with(config, provider);
    }
    if let Some(role) = &settings.assume_role_with_web_identity {
        let sts = sts(settings, &config);
        let token = match (&role.web_identity_token, &role.web_identity_token_file) {
            (Some(token), None) => WebToken::Given(token.clone()),
            (None, Some(path)) => WebToken::File(path.clone()),
            _ => {
                let message =
                    "assume_role_with_web_identity needs one of web_identity_token and web_identity_token_file.";
                return Err(AwsError::bad_settings(message));
            }
        };
        config = with(config, WebIdentityRole { sts, role: role.clone(), token });
    }
    for role in &settings.assume_role {
        let sts = sts(settings, &config);
        config = with(config, AssumedRole { sts, role: role.clone() });
    }
    Ok(config)
}

/// A client for STS, at the endpoint that the settings name, if any.
pub(super) fn sts(settings: &Settings, config: &SdkConfig) -> aws_sdk_sts::Client {
    let mut builder = aws_sdk_sts::config::Builder::from(config).interceptor(CallLog).interceptor(Listening);
    if let Some(url) = &settings.endpoints.sts {
        builder = builder.endpoint_url(url);
    }
    aws_sdk_sts::Client::from_conf(builder.build())
}

fn with(config: SdkConfig, provider: impl ProvideCredentials + 'static) -> SdkConfig {
    let provider = InTime::new(SharedCredentialsProvider::new(provider));
    config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}

/// The credentials of an assumed role.
///
/// The SDK's own provider knows neither transitive tags nor a source identity.
#[derive(Debug)]
struct AssumedRole {
    sts: aws_sdk_sts::Client,
    role: AssumeRole,
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

impl AssumedRole {
    async fn assume(&self) -> provider::Result {
        let role = &self.role;
        let tags = role.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
        let tags: Vec<Tag> = tags.collect::<Result<_, _>>().map_err(CredentialsError::invalid_configuration)?;
        let answer = self
            .sts
            .assume_role()
            .role_arn(&role.role_arn)
            .role_session_name(role.session_name.as_deref().unwrap_or(SESSION_NAME))
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.duration.map(seconds))
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .set_tags(some_unless_empty(tags))
            .set_transitive_tag_keys(some_unless_empty(role.transitive_tag_keys.clone()))
            .set_source_identity(role.source_identity.clone())
            .send()
            .await
            .map_err(|error| refused("AssumeRole", &role.role_arn, error))?;
        keys(&role.role_arn, answer.credentials)
    }
}

/// The credentials of a role that was assumed with a web identity token.
///
/// The SDK's own provider takes neither a token that is given directly nor a duration.
#[derive(Debug)]
struct WebIdentityRole {
    sts: aws_sdk_sts::Client,
    role: AssumeRoleWithWebIdentity,
    token: WebToken,
}

/// Where a web identity token comes from.
#[derive(Debug)]
enum WebToken {
    Given(Secret),
    /// Read each time: Kubernetes and CI systems replace the file before the token in it expires.
    File(std::path::PathBuf),
}

impl ProvideCredentials for WebIdentityRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

impl WebIdentityRole {
    async fn assume(&self) -> provider::Result {
        let token = match &self.token {
            WebToken::Given(token) => token.clone(),
            WebToken::File(path) => Secret::new(fs::read_to_string(path).map_err(|error| {
                let message = format!(
                    "The web identity token cannot be read from {}, which web_identity_token_file of \
                     assume_role_with_web_identity names: {error}",
                    path.display()
                );
                CredentialsError::invalid_configuration(message)
            })?),
        };
        let role = &self.role;
        let answer = self
            .sts
            .assume_role_with_web_identity()
            .role_arn(&role.role_arn)
            .role_session_name(role.session_name.as_deref().unwrap_or(SESSION_NAME))
            .web_identity_token(token.reveal().trim())
            .set_duration_seconds(role.duration.map(seconds))
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .send()
            .await
            .map_err(|error| refused("AssumeRoleWithWebIdentity", &role.role_arn, error))?;
        keys(&role.role_arn, answer.credentials)
    }
}

/// What a session is called that nobody named; it shows in CloudTrail.
const SESSION_NAME: &str = env!("CARGO_PKG_NAME");

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

fn policies(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    some_unless_empty(arns.iter().map(|arn| PolicyDescriptorType::builder().arn(arn).build()).collect())
}

fn some_unless_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn refused<E>(operation: &'static str, role: &str, error: aws_sdk_sts::error::SdkError<E>) -> CredentialsError
where
    E: aws_sdk_sts::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let error = AwsError::from_sdk(operation)(error);
    CredentialsError::provider_error(NotAssumed { role: role.to_owned(), error })
}

fn keys(role: &str, keys: Option<aws_sdk_sts::types::Credentials>) -> provider::Result {
    let bad = |what: &str| CredentialsError::unhandled(format!("AWS's answer to who assumes the role {role} {what}"));
    let keys = keys.ok_or_else(|| bad("lacks the credentials"))?;
    let expiry = SystemTime::try_from(keys.expiration).map_err(|_| bad("has credentials of no sensible age"))?;
    Ok(Credentials::new(keys.access_key_id, keys.secret_access_key, Some(keys.session_token), Some(expiry), "STS"))
}

#[cfg(test)]
mod tests {
    use aws_config::BehaviorVersion;

    use super::*;

    #[test]
    fn no_secret_is_shown() {
        let settings = Settings {
            access_key: Some("AKIDEXAMPLE".to_owned()),
            secret_key: Some(Secret::new("s3cret")),
            token: Some(Secret::new("s3cret")),
            ..Settings::default()
        };
        let keys = base(&settings, &ProviderConfig::without_region()).unwrap().unwrap();
        let config =
            SdkConfig::builder().behavior_version(BehaviorVersion::latest()).credentials_provider(keys.clone()).build();
        let sts = sts(&settings, &config);
        let given = WebToken::Given(Secret::new("s3cret"));
        for shown in [
            format!("{keys:?}"),
            format!("{config:?}"),
            format!("{:?}", AssumedRole { sts: sts.clone(), role: AssumeRole::default() }),
            format!("{:?}", WebIdentityRole { sts, role: AssumeRoleWithWebIdentity::default(), token: given }),
        ] {
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }
}
