//! Verifies ECDSA signatures on the curve P-521, which `ring` does not know.
//!
//! go-plugin's client makes itself a P-521 key at every start. A crypto library that knows the curve and is fast once it
//! runs (AWS-LC) takes 35 to 90 ms to start, several times per command; pure Rust takes 1.5 ms for the one signature. The
//! hash is `ring`'s, which is there anyway.

use p521::ecdsa::signature::hazmat::PrehashVerifier;
use p521::ecdsa::{Signature, VerifyingKey};
use ring::digest::{SHA512, digest};
use rustls::SignatureScheme;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

/// P-521 with SHA-512 and nothing else: the client is to offer no other scheme, and has none.
pub(super) static ALGORITHMS: WebPkiSupportedAlgorithms =
    WebPkiSupportedAlgorithms { all: ALL, mapping: &[(SignatureScheme::ECDSA_NISTP521_SHA512, ALL)] };

static ALL: &[&dyn SignatureVerificationAlgorithm] = &[&EcdsaP521Sha512];

#[derive(Debug)]
struct EcdsaP521Sha512;

impl SignatureVerificationAlgorithm for EcdsaP521Sha512 {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        key.verify_prehash(digest(&SHA512, message).as_ref(), &signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_SHA512
    }
}
