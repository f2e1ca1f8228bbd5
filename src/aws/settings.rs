//! What to connect to AWS with.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

/// What to connect to AWS with, as far as the practitioner said.
///
/// What is left out comes from where every AWS SDK takes it: environment variables, then the shared configuration and
/// credentials files, then whatever the machine offers (a container's or an instance's role).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The region of everything that does not name its own.
    pub region: Option<String>,
    /// The profile of the shared files to use.
    pub profile: Option<String>,
    /// Where the shared configuration files are, instead of `~/.aws/config`; a later file wins.
    pub shared_config_files: Vec<PathBuf>,
    /// Where the shared credentials files are, instead of `~/.aws/credentials`; a later file wins.
    pub shared_credentials_files: Vec<PathBuf>,
    /// The id of a static access key; needs `secret_key`.
    pub access_key: Option<String>,
    /// The secret of a static access key; needs `access_key`.
    pub secret_key: Option<Secret>,
    /// The session token of a static, temporary access key.
    pub token: Option<Secret>,
    /// A role to assume with a web identity token, before any other role.
    pub assume_role_with_web_identity: Option<AssumeRoleWithWebIdentity>,
    /// Roles to assume, each with the credentials of the one before.
    pub assume_role: Vec<AssumeRole>,
    /// Where to send requests, instead of AWS's own addresses.
    pub endpoints: Endpoints,
    /// How often a failed request is repeated.
    pub max_retries: Option<u32>,
    /// How repeated requests are spaced.
    pub retry_mode: Option<RetryMode>,
    /// The URL of the proxy for requests to `http://` addresses; it may hold a password.
    pub http_proxy: Option<Secret>,
    /// The URL of the proxy for requests to `https://` addresses; it may hold a password.
    pub https_proxy: Option<Secret>,
    /// The hosts that no proxy is used for, separated by commas.
    pub no_proxy: Option<String>,
    /// A file of PEM certificates to trust instead of the machine's own.
    pub custom_ca_bundle: Option<PathBuf>,
    /// Whether to use the endpoints that are certified for FIPS 140.
    pub use_fips_endpoint: Option<bool>,
    /// Whether to use the endpoints that speak IPv6 as well as IPv4.
    pub use_dualstack_endpoint: Option<bool>,
    /// The only accounts to work on; empty for any.
    pub allowed_account_ids: BTreeSet<String>,
    /// Accounts never to work on.
    pub forbidden_account_ids: BTreeSet<String>,
}

/// Where to send requests, instead of AWS's own addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The URL for EKS.
    pub eks: Option<String>,
    /// The URL for STS.
    pub sts: Option<String>,
}

/// How repeated requests are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryMode {
    /// With growing pauses.
    Standard,
    /// With growing pauses, and slower on the whole while AWS throttles.
    Adaptive,
}

/// A role to assume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// What to call the session; made up if left out.
    pub session_name: Option<String>,
    /// What the role's owner wants to hear before it lets in another account.
    pub external_id: Option<String>,
    /// How long the credentials live, 15 minutes to 12 hours; an hour if left out.
    pub duration: Option<Duration>,
    /// A policy, in JSON, that narrows what the session may do.
    pub policy: Option<String>,
    /// Managed policies that narrow what the session may do.
    pub policy_arns: Vec<String>,
    /// The session's tags.
    pub tags: BTreeMap<String, String>,
    /// The keys of those tags that are handed on when the session assumes a further role.
    pub transitive_tag_keys: Vec<String>,
    /// Who is behind the session, kept through further roles.
    pub source_identity: Option<String>,
}

/// A role to assume with a token from an identity provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssumeRoleWithWebIdentity {
    /// The role's ARN.
    pub role_arn: String,
    /// What to call the session; made up if left out.
    pub session_name: Option<String>,
    /// The token itself; this or the file.
    pub web_identity_token: Option<Secret>,
    /// The file that holds the token, read anew whenever credentials are needed.
    pub web_identity_token_file: Option<PathBuf>,
    /// How long the credentials live, 15 minutes to 12 hours; an hour if left out.
    pub duration: Option<Duration>,
    /// A policy, in JSON, that narrows what the session may do.
    pub policy: Option<String>,
    /// Managed policies that narrow what the session may do.
    pub policy_arns: Vec<String>,
}

/// A text that must not be shown to anybody. Its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps `text` to itself.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text, for the one place that needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        let settings = Settings {
            secret_key: Some(Secret::new("s3cret")),
            token: Some(Secret::new("s3cret")),
            https_proxy: Some(Secret::new("http://jane:s3cret@proxy:3128")),
            assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
                web_identity_token: Some(Secret::new("s3cret")),
                ..AssumeRoleWithWebIdentity::default()
            }),
            ..Settings::default()
        };
        let shown = format!("{settings:?}");
        assert!(!shown.contains("s3cret") && shown.matches("***").count() == 4, "{shown}");
    }
}
