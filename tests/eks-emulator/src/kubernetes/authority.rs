//! The certificate authority of an emulator, and the certificate that its listeners share.

use std::net::Ipv4Addr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// Made anew with every emulator.
pub(super) struct Authority {
    /// PEM in base64.
    encoded: String,
    config: Arc<ServerConfig>,
}

impl Authority {
    pub(super) fn new() -> Result<Authority, Box<dyn std::error::Error + Send + Sync>> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "kubernetes");
        let key = KeyPair::generate()?;
        let authority = params.self_signed(&key)?;
        let issuer = Issuer::new(params, key);

        let server_key = KeyPair::generate()?;
        let names = vec![Ipv4Addr::LOCALHOST.to_string(), "localhost".to_owned()];
        let server = CertificateParams::new(names)?.signed_by(&server_key, &issuer)?;
        let server_key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        // The provider is named, because a process that links several has no default one.
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![server.der().clone()], server_key)?;
        Ok(Authority { encoded: STANDARD.encode(authority.pem()), config: Arc::new(config) })
    }

    pub(super) fn encoded(&self) -> &str {
        &self.encoded
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}
