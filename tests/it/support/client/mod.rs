//! The client's end of the wire, as go-plugin's client has it: it reads the handshake line, proves with a P-521 key who it
//! is, and trusts one certificate.

mod p521;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};

use self::p521::P521Key;

/// What the provider says on its first line.
#[derive(Clone, Debug)]
pub(crate) struct Handshake {
    pub(crate) socket: PathBuf,
    /// Absent: plain text.
    pub(crate) certificate: Option<CertificateDer<'static>>,
}

impl Handshake {
    pub(crate) fn parse(line: &str) -> Self {
        let fields: Vec<_> = line.split('|').collect();
        let &["1", "6", "unix", socket, "grpc", certificate] = fields.as_slice() else {
            panic!("not a handshake line with a unix socket: {line:?}")
        };
        let certificate = (!certificate.is_empty()).then(|| STANDARD_NO_PAD.decode(certificate).unwrap().into());
        Self { socket: socket.into(), certificate }
    }

    /// A channel to the provider, as Core's. `identity` does not matter in plain text.
    pub(crate) async fn channel(&self, identity: &Identity) -> io::Result<Channel> {
        if self.certificate.is_none() {
            return channel(self.stream().await?).await;
        }
        channel(self.tls(&identity.client(self)).await?).await
    }

    /// A connection on which `client` has made its TLS handshake. Under TLS 1.3 that does not mean that the provider has
    /// accepted it: the first read tells.
    pub(crate) async fn tls(&self, client: &ClientConfig) -> io::Result<TlsStream<UnixStream>> {
        let connector = TlsConnector::from(Arc::new(client.clone()));
        connector.connect("localhost".try_into().unwrap(), self.stream().await?).await
    }

    /// A connection on which nothing has been said.
    pub(crate) async fn stream(&self) -> io::Result<UnixStream> {
        UnixStream::connect(&self.socket).await
    }
}

/// A channel over one connection.
pub(crate) async fn channel<S>(stream: S) -> io::Result<Channel>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let stream = Mutex::new(Some(TokioIo::new(stream)));
    let connector = tower::service_fn(move |_| {
        let stream = stream.lock().unwrap().take().ok_or_else(|| io::Error::other("the connection is gone"));
        std::future::ready(stream)
    });
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await.map_err(io::Error::other)
}

/// A certificate and a key. Each file beside this one holds one of each, in the form that go-plugin's client makes them:
///
/// ```text
/// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:secp521r1 -sha512 -nodes -days 10950 \
///     -subj /O=NAME/CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:TRUE \
///     -addext keyUsage=critical,digitalSignature,keyEncipherment,keyAgreement,keyCertSign \
///     -addext extendedKeyUsage=clientAuth,serverAuth
/// ```
#[derive(Debug)]
pub(crate) struct Identity {
    certificate: CertificateDer<'static>,
    key: Arc<P521Key>,
}

impl Identity {
    /// The Core that starts the provider.
    pub(crate) fn core() -> Self {
        Self::from_pem(CORE)
    }

    /// Somebody else on the same machine.
    pub(crate) fn stranger() -> Self {
        Self::from_pem(include_str!("stranger.pem"))
    }

    /// Somebody who has seen our certificate, but has only a key of their own.
    pub(crate) fn with_key_of(self, other: Self) -> Self {
        Self { key: other.key, ..self }
    }

    fn from_pem(pem: &str) -> Self {
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        Self {
            certificate: CertificateDer::from_pem_slice(pem.as_bytes()).unwrap(),
            key: Arc::new(P521Key::from_pkcs8(key.secret_pkcs8_der())),
        }
    }

    /// What Core puts into `PLUGIN_CLIENT_CERT`. The key beside it is passed over.
    pub(crate) const CORE_PEM: &str = CORE;

    /// The client's side of mutual TLS with the provider of `handshake`.
    pub(crate) fn client(&self, handshake: &Handshake) -> ClientConfig {
        self.client_of_versions(handshake, rustls::DEFAULT_VERSIONS)
    }

    pub(crate) fn client_of_versions(
        &self,
        handshake: &Handshake,
        versions: &[&'static SupportedProtocolVersion],
    ) -> ClientConfig {
        let key = CertifiedKey::new(vec![self.certificate.clone()], self.key.clone());
        let mut client = trusting(handshake, versions).with_client_cert_resolver(Arc::new(Always(Arc::new(key))));
        client.alpn_protocols = vec![b"h2".to_vec()];
        client
    }

    /// The client's side of TLS for somebody without a certificate.
    pub(crate) fn nobody(handshake: &Handshake) -> ClientConfig {
        let mut client = trusting(handshake, rustls::DEFAULT_VERSIONS).with_no_client_auth();
        client.alpn_protocols = vec![b"h2".to_vec()];
        client
    }
}

const CORE: &str = include_str!("core.pem");

fn trusting(
    handshake: &Handshake,
    versions: &[&'static SupportedProtocolVersion],
) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
    let mut roots = RootCertStore::empty();
    roots.add(handshake.certificate.clone().expect("TLS is on")).unwrap();
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
}

/// Sends the certificate whatever the server says it would like.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _root_hint_subjects: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}
