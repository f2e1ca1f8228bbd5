//! Ways to an emulator that are not the straight one: through a proxy, and over TLS.

use std::sync::{Arc, Mutex, OnceLock};

use eks_emulator::Emulator;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A proxy that hands every plain request on to the emulator, whatever the host, and opens no tunnels. It can stand for the
/// host itself, too.
pub(crate) struct Proxy {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    upstream: OnceLock<String>,
    /// What came in, without the bodies.
    heads: Mutex<Vec<String>>,
    /// What happens behind the client's back before it gets the reply to such a request.
    before_reply: Mutex<Option<Interference>>,
}

type Interference = Box<dyn Fn(&str) + Send>;

impl Proxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::<Shared>::default();
        let serving = shared.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that hangs up is no concern of the proxy.
                tokio::spawn(serve(stream, serving.clone()));
            }
        });
        Self { url, shared }
    }

    pub(crate) fn lead_to(&self, emulator: &Emulator) {
        self.shared.upstream.set(authority(emulator)).unwrap();
    }

    /// Has `interfere` look at the first line of every request that has been served, before its client gets the reply.
    pub(crate) fn before_reply(&self, interfere: impl Fn(&str) + Send + 'static) {
        *self.shared.before_reply.lock().unwrap() = Some(Box::new(interfere));
    }

    /// The requests so far, without their bodies.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap().clone()
    }
}

async fn serve(mut client: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    let (head, body) = read(&mut client).await?;
    shared.heads.lock().unwrap().push(head.clone());
    if head.starts_with("CONNECT ") {
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    }
    let mut upstream = TcpStream::connect(shared.upstream.get().unwrap()).await?;
    upstream.write_all(straight(&head).as_bytes()).await?;
    upstream.write_all(&body).await?;
    let mut reply = Vec::new();
    upstream.read_to_end(&mut reply).await?;
    if let Some(interfere) = &*shared.before_reply.lock().unwrap() {
        interfere(head.lines().next().unwrap());
    }
    client.write_all(&reply).await?;
    client.shutdown().await
}

/// One request: its head, and its body.
async fn read(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut request = Vec::new();
    loop {
        if client.read_buf(&mut request).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let body = request.split_off(end + 4);
        let head = String::from_utf8(request.clone()).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length = length.map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Ok((head, body));
        }
        request.extend(body);
    }
}

/// The request as a server gets it: without the host in its first line, and one on each connection.
fn straight(head: &str) -> String {
    let (first, headers) = head.split_once("\r\n").unwrap();
    let (method, target) = first.split_once(' ').unwrap();
    let path = target.split_once("://").map_or(target, |(_, rest)| &rest[rest.find('/').unwrap()..]);
    format!("{method} {path}\r\nconnection: close\r\n{headers}")
}

/// An emulator behind TLS, with a certificate that nobody else has signed.
pub(crate) struct Tls {
    pub(crate) url: String,
    /// The certificate, in PEM.
    pub(crate) certificate: String,
    upstream: Arc<OnceLock<String>>,
}

impl Tls {
    pub(crate) async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let upstream = Arc::<OnceLock<String>>::default();
        let target = upstream.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, target) = (acceptor.clone(), target.clone());
                tokio::spawn(async move {
                    // Whoever does not trust the certificate hangs up.
                    let mut client = acceptor.accept(stream).await?;
                    let mut upstream = TcpStream::connect(target.get().unwrap()).await?;
                    copy_bidirectional(&mut client, &mut upstream).await
                });
            }
        });
        Self { url, certificate: made.cert.pem(), upstream }
    }

    pub(crate) fn lead_to(&self, emulator: &Emulator) {
        self.upstream.set(authority(emulator)).unwrap();
    }
}

fn authority(emulator: &Emulator) -> String {
    emulator.url().trim_start_matches("http://").to_owned()
}
