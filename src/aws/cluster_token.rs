//! The token by which a cluster knows who calls.
//!
//! It is a request to STS, signed but not sent: the question who the caller is, with the cluster's name among what is
//! signed. The cluster sends it, and takes the answer for the caller's name. Nothing here asks AWS, unless the
//! credentials themselves have to be fetched.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_sts::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use zeroize::Zeroizing;

use super::budget::Budget;
use super::connection::{Aws, Loaded};
use super::error::{AwsError, MAKING_TOKEN};
use super::settings::Secret;

/// A token for the Kubernetes API of one cluster, good for some minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterToken {
    /// What to send as the bearer token.
    pub token: Secret,
    /// When to have a new one: a minute before the cluster stops taking this one, or when the credentials behind it
    /// expire.
    pub expires_at: SystemTime,
}

impl Aws {
    /// A token for the cluster of that name in a region, or in the one that the settings, the environment or the
    /// profile name.
    ///
    /// The question is put to STS in that region, or to the endpoint for STS in the settings. That one must be known to
    /// EKS too, because the cluster does the asking; for that reason endpoints in the environment, which are meant for
    /// this machine's own requests, are not looked at.
    ///
    /// # Errors
    ///
    /// As for [`Aws::eks`], and there are no credentials.
    pub async fn cluster_token(
        &self,
        region: Option<&str>,
        cluster_name: &str,
        budget: &Budget,
    ) -> Result<ClusterToken, AwsError> {
        let (region, Loaded { config, .. }) = self.enter(region, budget).await?;
        let provider =
            config.credentials_provider().ok_or_else(|| AwsError::bad_settings("There are no credentials."))?;
        let credentials =
            async { provider.provide_credentials().await.map_err(AwsError::no_credentials(MAKING_TOKEN)) };
        let credentials = budget.run(MAKING_TOKEN, credentials).await?;
        let params = Params::builder()
            .region(region.as_ref())
            .set_use_fips(config.use_fips())
            .set_use_dual_stack(config.use_dual_stack())
            .set_endpoint(self.settings().endpoints.sts.clone())
            .build()
            .map_err(|error| AwsError::bad_settings(error.to_string()))?;
        let endpoint = DefaultResolver::new().resolve_endpoint(&params).await;
        let endpoint = endpoint.map_err(|error| AwsError::bad_settings(error.to_string()))?;
        let question = Question { cluster_name, region: region.as_ref(), endpoint: endpoint.url() };
        question.signed(credentials, config.time_source().unwrap_or_default().now())
    }
}

/// How long a cluster takes a token for: as long as STS takes the request, whatever lifetime the request names.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// How much earlier to have a new one.
const MARGIN: Duration = Duration::from_secs(60);

/// The lifetime that the request names. It has no effect, but old clusters take nothing beyond it.
const NAMED_LIFETIME: Duration = Duration::from_secs(60);

/// Who is it that calls this cluster?
struct Question<'a> {
    cluster_name: &'a str,
    region: &'a str,
    endpoint: &'a str,
}

impl Question<'_> {
    fn signed(&self, credentials: Credentials, now: SystemTime) -> Result<ClusterToken, AwsError> {
        let url = format!("{}/?Action=GetCallerIdentity&Version=2011-06-15", self.endpoint.trim_end_matches('/'));
        let not_signable = |error: &dyn std::error::Error| {
            let Self { cluster_name, endpoint, .. } = self;
            let message = format!(
                "A question to {endpoint} for cluster {cluster_name:?} cannot be signed: {error}. Check the cluster's name, and \
                 sts in the endpoints block."
            );
            AwsError::bad_settings(message)
        };
        let expires_at = now + LIFETIME - MARGIN;
        let expires_at = credentials.expiry().map_or(expires_at, |expiry| expiry.min(expires_at));
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(NAMED_LIFETIME);
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("sts")
            .time(now)
            .settings(settings)
            .build()
            .map_err(|error| not_signable(&error))?
            .into();
        let headers = std::iter::once(("x-k8s-aws-id", self.cluster_name));
        let request = SignableRequest::new("GET", &url, headers, SignableBody::Bytes(&[]));
        let signed = sign(request.map_err(|error| not_signable(&error))?, &params);
        let (instructions, _) = signed.map_err(|error| not_signable(&error))?.into_parts();
        let mut request = Request::get(&url).body(()).map_err(|error| not_signable(&error))?;
        instructions.apply_to_request_http1x(&mut request);
        let url = Zeroizing::new(request.uri().to_string());
        let mut token = "k8s-aws-v1.".to_owned();
        URL_SAFE_NO_PAD.encode_string(url.as_bytes(), &mut token);
        Ok(ClusterToken { token: Secret::new(token), expires_at })
    }
}

#[cfg(test)]
mod tests;
