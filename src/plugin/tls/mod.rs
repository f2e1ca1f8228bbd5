//! Mutual TLS with exactly one peer: the Core that started this process.
//!
//! Each side makes a certificate for this one process and tells the other through a channel that only the two of them
//! have: Core by the environment, we by the handshake line. So there is no chain to build and no date to check; there is
//! one certificate to compare, and a signature to verify, because a certificate alone can be copied.

mod ecdsa_p521;

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};

/// Our end of the mutual TLS.
pub(super) struct MutualTls {
    /// The certificate that we show, made for this process.
    pub(super) certificate: CertificateDer<'static>,
    pub(super) config: Arc<ServerConfig>,
}

impl MutualTls {
    /// Makes our certificate, and serves only the holder of `client`'s key.
    pub(super) fn new(client: CertificateDer<'static>) -> Result<Self, TlsError> {
        // Core looks for this name. A certificate of rcgen is valid from 1975 to 4096 unless told otherwise, so no wrong
        // clock can stop the two ends from meeting.
        let parameters = rcgen::CertificateParams::new(["localhost".to_owned()])?;
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let certificate: CertificateDer<'static> = parameters.self_signed(&key)?.into();

        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(Pinned { client }))
            .with_single_cert(vec![certificate.clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
        // gRPC for Go hangs up on a server that does not select it.
        config.alpn_protocols = vec![b"h2".to_vec()];
        // There is one client and one connection: nothing will ever be resumed.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;

        Ok(Self { certificate, config: Arc::new(config) })
    }
}

/// Our end of the mutual TLS could not be set up. It takes no input but the random numbers of the system.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate could not be made.
    #[error("cannot make a certificate for this process: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificate could not be used.
    #[error("cannot set up TLS: {0}")]
    Configuration(#[from] Error),
}

/// Accepts one certificate, byte for byte, and demands proof that the peer has its key.
///
/// The usual verifier refuses Core's certificate: it marks itself as an authority, which a client must not be.
#[derive(Debug)]
struct Pinned {
    client: CertificateDer<'static>,
}

impl ClientCertVerifier for Pinned {
    /// None: a client that finds no name here that fits its certificate sends no certificate at all.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.client {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &ecdsa_p521::ALGORITHMS)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &ecdsa_p521::ALGORITHMS)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ecdsa_p521::ALGORITHMS.supported_schemes()
    }
}
