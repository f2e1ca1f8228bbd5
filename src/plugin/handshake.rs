//! The first words between Core and us: what Core says in the environment, and the one line that we answer on stdout.
//!
//! Both are go-plugin's, the library with which Core starts its plugins.

use std::ffi::OsString;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::socket::Address;

/// Reads one environment variable. Passed in, so that tests need not change the environment that all threads share.
pub trait Lookup: Fn(&str) -> Option<OsString> {}

impl<F: Fn(&str) -> Option<OsString>> Lookup for F {}

/// The version of the provider protocol that we speak. A Core that does not offer it reports the mismatch itself.
pub(super) const PROTOCOL_VERSION: u32 = 6;

/// The version of go-plugin's own protocol.
const CORE_PROTOCOL_VERSION: u32 = 1;

/// What Core and OpenTofu put into [`COOKIE_NAME`]. It is no secret: it only tells a plugin from a program started by hand.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";

/// Whether Core started this process, and not a person.
pub fn started_by_core(lookup: impl Lookup) -> bool {
    lookup(COOKIE_NAME).is_some_and(|cookie| cookie == COOKIE)
}

/// What Core asks for in the environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The certificate of the one client to serve. Absent: plain text, because the user set `TF_DISABLE_PLUGIN_TLS`.
    pub client_certificate: Option<CertificateDer<'static>>,
    /// Where the unix socket has to be; absent almost always.
    pub socket_folder: Option<PathBuf>,
    /// The numeric id of the group that may use the unix socket beside our own user.
    pub socket_group: Option<u32>,
    /// Where temporary files go, and so the unix socket when `socket_folder` is absent.
    pub temporary_folder: PathBuf,
    /// The TCP ports that may be used, on a platform without unix sockets.
    pub ports: RangeInclusive<u16>,
    /// Whether the handshake line has to say if one connection can carry several plugins.
    pub asks_for_multiplexing: bool,
}

impl Environment {
    /// Reads the variables of go-plugin, and where temporary files go.
    pub fn read(lookup: impl Lookup) -> Result<Self, EnvironmentError> {
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        // What is no text is read all the same, and refused: a certificate that is taken for absent means no TLS.
        let text = |name: &str| set(name).map(|value| value.to_string_lossy().into_owned());

        let client_certificate = text("PLUGIN_CLIENT_CERT")
            .map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()))
            .transpose()
            .map_err(|error| EnvironmentError::ClientCertificate(error.to_string()))?;
        let socket_group = text("PLUGIN_UNIX_SOCKET_GROUP")
            .map(|group| group.parse().map_err(|_| EnvironmentError::SocketGroup(group)))
            .transpose()?;
        let port = |name: &str| text(name).and_then(|port| port.parse().ok());

        Ok(Self {
            client_certificate,
            socket_folder: set("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group,
            temporary_folder: set("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from),
            ports: port("PLUGIN_MIN_PORT").unwrap_or(10_000)..=port("PLUGIN_MAX_PORT").unwrap_or(25_000),
            asks_for_multiplexing: set("PLUGIN_MULTIPLEX_GRPC").is_some(),
        })
    }
}

/// Core asked for something that we cannot read.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// Without the certificate we could not tell Core from anybody else, so we do not start.
    #[error("PLUGIN_CLIENT_CERT does not hold a certificate in PEM form: {0}")]
    ClientCertificate(String),
    /// Names of groups are not looked up: a static binary has no way to ask every directory that a system may use.
    #[error("PLUGIN_UNIX_SOCKET_GROUP is {0:?}: give the numeric id of the group")]
    SocketGroup(String),
}

/// The line with which go-plugin's client learns where to connect and whom to expect there.
#[derive(Debug)]
pub(super) struct HandshakeLine<'a> {
    pub(super) address: &'a Address,
    /// Our certificate in DER, which the client trusts and no other. Absent: plain text.
    pub(super) certificate: Option<&'a [u8]>,
    pub(super) asks_for_multiplexing: bool,
}

impl fmt::Display for HandshakeLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, certificate, asks_for_multiplexing } = self;
        let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
        write!(
            f,
            "{CORE_PROTOCOL_VERSION}|{PROTOCOL_VERSION}|{}|{}|grpc|{certificate}",
            address.network(),
            address.name()
        )?;
        if *asks_for_multiplexing {
            f.write_str("|false")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    /// Looks variables up in a list.
    fn of<T: AsRef<OsStr>>(variables: &[(&'static str, T)]) -> impl Lookup {
        move |name: &str| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| value.as_ref().to_owned())
        }
    }

    #[test]
    fn a_person_has_no_cookie() {
        assert!(!started_by_core(of::<&str>(&[])));
        assert!(!started_by_core(of(&[(COOKIE_NAME, "")])));
        assert!(!started_by_core(of(&[(COOKIE_NAME, "d602bf8f")])));
        assert!(started_by_core(of(&[(COOKIE_NAME, COOKIE)])));
    }

    #[test]
    fn certificate_that_is_none_is_refused() {
        let error = Environment::read(of(&[("PLUGIN_CLIENT_CERT", "certificate")])).unwrap_err();
        assert!(error.to_string().starts_with("PLUGIN_CLIENT_CERT "), "{error}");
    }

    #[test]
    fn group_without_a_number_is_refused() {
        let error = Environment::read(of(&[("PLUGIN_UNIX_SOCKET_GROUP", "wheel")])).unwrap_err();
        assert_eq!(error.to_string(), "PLUGIN_UNIX_SOCKET_GROUP is \"wheel\": give the numeric id of the group");
    }

    /// Taken for absent, the first would do without TLS, and the second would let in fewer than asked for.
    #[cfg(unix)]
    #[test]
    fn what_is_no_text_is_refused() {
        use std::os::unix::ffi::OsStrExt;

        for variable in ["PLUGIN_CLIENT_CERT", "PLUGIN_UNIX_SOCKET_GROUP"] {
            for value in [&b"\xff"[..], b"10\xff", b"-----BEGIN CERTIFICATE-----\n\xff\n-----END CERTIFICATE-----\n"] {
                let error = Environment::read(of(&[(variable, OsStr::from_bytes(value))])).unwrap_err();
                assert!(error.to_string().starts_with(&format!("{variable} ")), "{error}");
            }
        }
    }

    #[test]
    fn what_core_leaves_empty_is_absent() {
        let environment = Environment::read(of(&[
            ("PLUGIN_CLIENT_CERT", ""),
            ("PLUGIN_UNIX_SOCKET_DIR", ""),
            ("PLUGIN_UNIX_SOCKET_GROUP", ""),
            ("PLUGIN_MULTIPLEX_GRPC", ""),
            ("TMPDIR", ""),
        ]))
        .unwrap();
        assert_eq!(environment.client_certificate, None);
        assert_eq!(environment.socket_folder, None);
        assert_eq!(environment.socket_group, None);
        assert!(!environment.asks_for_multiplexing);
        assert_eq!(environment.temporary_folder, PathBuf::from("/tmp"));
    }

    #[test]
    fn ports_are_those_of_core() {
        let environment = Environment::read(of(&[("PLUGIN_MIN_PORT", "4000"), ("PLUGIN_MAX_PORT", "4001")])).unwrap();
        assert_eq!(environment.ports, 4000..=4001);
    }

    #[test]
    fn line_has_six_fields_and_no_padding() {
        let address = Address::Unix("/tmp/tf-1/socket".to_owned());
        let mut line =
            HandshakeLine { address: &address, certificate: Some(&[0xfb, 0xff]), asks_for_multiplexing: false };
        assert_eq!(line.to_string(), "1|6|unix|/tmp/tf-1/socket|grpc|+/8");

        line.certificate = None;
        assert_eq!(line.to_string(), "1|6|unix|/tmp/tf-1/socket|grpc|");

        line.asks_for_multiplexing = true;
        assert_eq!(line.to_string(), "1|6|unix|/tmp/tf-1/socket|grpc||false");

        let address = Address::Tcp(([127, 0, 0, 1], 10_000).into());
        let line = HandshakeLine { address: &address, certificate: None, asks_for_multiplexing: false };
        assert_eq!(line.to_string(), "1|6|tcp|127.0.0.1:10000|grpc|");
    }
}
