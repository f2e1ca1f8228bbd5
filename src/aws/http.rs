//! The HTTP client beneath the SDK: TLS by rustls with ring, the practitioner's proxies and certificates.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::error::AwsError;
use super::settings::{Secret, Settings};

/// The HTTP client that the settings ask for; it touches neither network nor certificates before the first request.
///
/// Settings win over `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `AWS_CA_BUNDLE`, which the Rust SDK, unlike the
/// others, does not look at by itself.
///
/// # Errors
///
/// A proxy's URL or the bundle of certificates cannot be used.
pub(super) fn client(settings: &Settings) -> Result<SharedHttpClient, AwsError> {
    Ok(SharedHttpClient::new(Client(Arc::new(Routes::new(settings, trust(settings)?)?))))
}

/// A connector that takes the same proxies and trusts nobody but `trust`.
///
/// # Errors
///
/// A proxy's URL cannot be used.
pub(super) fn connector(
    settings: &Settings,
    trust: TrustStore,
    timeouts: HttpConnectorSettings,
) -> Result<SharedHttpConnector, AwsError> {
    let routes = Arc::new(Routes::new(settings, trust)?);
    Ok(SharedHttpConnector::new(Timed { routes, settings: timeouts }))
}

/// Trust in the certificates of a PEM text.
///
/// # Errors
///
/// What is wrong with the text. The HTTP client would panic on a certificate that it cannot read.
pub(super) fn trust_in(pem: Vec<u8>) -> Result<TrustStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("it holds no PEM certificate".to_owned());
    }
    Ok(TrustStore::empty().with_pem_certificate(pem))
}

/// Hosts that are never behind a proxy: this machine, and where AWS serves credentials to instances and containers.
const NEVER_PROXIED: &str =
    "localhost,127.0.0.0/8,::1,169.254.169.254,169.254.170.2,169.254.170.23,fd00:ec2::254,fd00:ec2::23";

fn proxy(
    name: &str,
    url: &Option<Secret>,
    variables: [&str; 2],
    no_proxy: &Option<String>,
) -> Result<Option<ProxyConfig>, AwsError> {
    let url = url.as_ref().map(|url| url.reveal().to_owned()).or_else(|| env(variables));
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(None) };
    // The URL may hold a password, so the message names the setting and leaves the value out.
    let proxy = ProxyConfig::all(&url)
        .map_err(|_| AwsError::bad_settings(format!("{name} is not the URL of a proxy, like http://host:port.")))?;
    let direct = no_proxy.clone().or_else(|| env(["no_proxy", "NO_PROXY"])).unwrap_or_default();
    Ok(Some(proxy.no_proxy(format!("{NEVER_PROXIED},{direct}"))))
}

fn env(names: [&str; 2]) -> Option<String> {
    names.into_iter().find_map(|name| std::env::var(name).ok())
}

fn trust(settings: &Settings) -> Result<TrustStore, AwsError> {
    let bundle = settings.custom_ca_bundle.clone().or_else(|| std::env::var_os("AWS_CA_BUNDLE").map(PathBuf::from));
    let Some(path) = bundle.filter(|path| !path.as_os_str().is_empty()) else { return Ok(TrustStore::default()) };
    let bad = |reason: String| {
        AwsError::bad_settings(format!("The bundle of certificates at {} cannot be used: {reason}.", path.display()))
    };
    let pem = fs::read(&path).map_err(|error| bad(error.to_string()))?;
    trust_in(pem).map_err(bad)
}

/// How long a connection is kept without a use. It is less than a try of a call may take, so that the pool's own timer is the next
/// to go off: to wake the runtime for an earlier one, at the begin of a call, takes two system calls.
const KEPT_IDLE: Duration = Duration::from_secs(20);

/// Hands out connectors with the same routes, whatever their timeouts.
#[derive(Debug, Clone)]
struct Client(Arc<Routes>);

/// How requests reach their hosts.
struct Routes {
    http: Option<ProxyConfig>,
    https: Option<ProxyConfig>,
    trust: TrustStore,
    /// One connection pool for each key, made when first used.
    connectors: Mutex<HashMap<Key, Connector>>,
}

/// What two requests must have in common to share connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    encrypted: bool,
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
}

/// A client with the timeouts of one user of it: calls have others than the search for an instance's role.
#[derive(Debug)]
struct Timed {
    routes: Arc<Routes>,
    settings: HttpConnectorSettings,
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Timed { routes: self.0.clone(), settings: settings.clone() })
    }
}

impl HttpConnector for Timed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let key = Key {
            encrypted: request.uri().starts_with("https:"),
            connect_timeout: self.settings.connect_timeout(),
            read_timeout: self.settings.read_timeout(),
        };
        self.routes.connectors().entry(key).or_insert_with(|| self.routes.connect(key, &self.settings)).call(request)
    }
}

impl fmt::Debug for Routes {
    /// Says nothing: the URL of a proxy may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routes").finish_non_exhaustive()
    }
}

impl Routes {
    fn new(settings: &Settings, trust: TrustStore) -> Result<Self, AwsError> {
        let direct = &settings.no_proxy;
        Ok(Self {
            http: proxy("http_proxy", &settings.http_proxy, ["http_proxy", "HTTP_PROXY"], direct)?,
            https: proxy("https_proxy", &settings.https_proxy, ["https_proxy", "HTTPS_PROXY"], direct)?,
            trust,
            connectors: Mutex::default(),
        })
    }

    /// The pools made so far. A panic elsewhere cannot leave the map half-written, so poison is no matter.
    fn connectors(&self) -> MutexGuard<'_, HashMap<Key, Connector>> {
        self.connectors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self, key: Key, settings: &HttpConnectorSettings) -> Connector {
        let proxy = if key.encrypted { &self.https } else { &self.http };
        // Reading the machine's certificates takes milliseconds that a plain connection need not spend.
        let needs_trust = key.encrypted || proxy.is_some();
        let trust = if needs_trust { self.trust.clone() } else { TrustStore::empty() };
        let tls = TlsContext::builder().with_trust_store(trust).build().unwrap_or_default();
        let mut builder = Connector::builder().connector_settings(settings.clone()).pool_idle_timeout(KEPT_IDLE);
        builder.set_proxy_config(proxy.clone());
        builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_of_a_proxy_is_shown() {
        let proxy = Some(Secret::new("http://jane:s3cret@proxy:3128"));
        let settings = Settings { http_proxy: proxy.clone(), https_proxy: proxy, ..Settings::default() };
        let shown = format!("{:?}", client(&settings).unwrap());
        let timed = connector(&settings, TrustStore::empty(), HttpConnectorSettings::default()).unwrap();
        for shown in [shown, format!("{timed:?}")] {
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }
}
