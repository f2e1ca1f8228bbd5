//! A thousand peers that are not Core, of every kind, who come and do not leave.

use std::os::unix::net;
use std::sync::Arc;

use futures_util::FutureExt;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::ClientConfig;
use terraform_provider_eks::plugin::generated::tfplugin6::get_metadata;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;

use super::process::Process;
use super::{Stub, soon};
use crate::support::client::{Handshake, Identity};
use crate::support::server::Served;

/// What the crowd is, together with those who say nothing at all.
const CROWD: usize = 1_000;

/// How many of each kind that speaks TLS. They have something to sign, which takes its time in a debug build.
const SIGNING: usize = 10;

/// How many the provider hears at once, and some for the moment between two of them.
const HEARD_AT_ONCE: usize = 128 + 2;

#[tokio::test]
async fn of_every_kind_does_not_keep_core_out() {
    allow_open_files();
    let served = Served::start(Stub::new());
    let mut crowd = Crowd::default();
    crowd.come(&served.handshake, CROWD / 2).await;
    let core = tokio::spawn({
        let handshake = served.handshake.clone();
        async move { handshake.channel(&Identity::core()).await.unwrap() }
    });
    // Core may be let in, and the door be shut, before all of these have come.
    crowd.come(&served.handshake, CROWD / 2).await;
    let mut core = ProviderClient::new(soon(core).await.unwrap());
    soon(core.get_metadata(get_metadata::Request {})).await.unwrap();

    // When Core is in, nobody else is.
    soon(crowd.thinned_to(0)).await;
    soon(core.get_metadata(get_metadata::Request {})).await.unwrap();
}

/// They are heard, but only so many at once, and they take no memory that grows with them.
#[tokio::test]
async fn of_silent_peers_is_turned_away_to_the_last_few() {
    allow_open_files();
    let process = Process::start(&[]).await;
    let handshake = process.handshake();
    let mut crowd = Crowd::default();
    crowd.silent(&handshake, CROWD).await;
    soon(crowd.thinned_to(HEARD_AT_ONCE)).await;
    let before = process.resident_kib();
    for _ in 0..4 {
        crowd = Crowd::default();
        crowd.silent(&handshake, CROWD).await;
    }
    let core = process.handshake().channel(&Identity::core()).await.unwrap();
    soon(ProviderClient::new(core.clone()).get_metadata(get_metadata::Request {})).await.unwrap();
    let grown = process.resident_kib().saturating_sub(before);
    assert!(grown < 1024, "{grown} KiB more after four thousand more peers");
    drop(core);
    process.exit().await;
}

/// Peers, and what they have to say before they wait for ever.
#[derive(Default)]
struct Crowd(Vec<UnixStream>);

impl Crowd {
    /// So many, of every kind.
    async fn come(&mut self, handshake: &Handshake, count: usize) {
        let plain = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".as_slice();
        let http_1 = b"POST /tfplugin6.Provider/StopProvider HTTP/1.1\r\nhost: localhost\r\n\r\n".as_slice();
        // The heads of a TLS record that goes on, and of one that is longer than any may be.
        let (unfinished, oversized) = ([0x16, 0x03, 0x01, 0x02, 0x00], [0x16, 0x03, 0x01, 0xff, 0xff]);
        let nobody = Identity::nobody(handshake);
        let stranger = Identity::stranger().client(handshake);
        let thief = Identity::core().with_key_of(Identity::stranger()).client(handshake);
        for signing in [&nobody, &stranger, &thief] {
            for _ in 0..SIGNING {
                self.speaking_tls(handshake, signing).await;
            }
        }
        let words = [b"".as_slice(), plain, http_1, &unfinished, &oversized];
        for words in words.into_iter().cycle().take(count - 3 * SIGNING) {
            self.saying(handshake, words).await;
        }
    }

    async fn silent(&mut self, handshake: &Handshake, count: usize) {
        for _ in 0..count {
            self.saying(handshake, b"").await;
        }
    }

    async fn saying(&mut self, handshake: &Handshake, words: &[u8]) {
        let Ok(stream) = net::UnixStream::connect(&handshake.socket) else { return };
        stream.set_nonblocking(true).unwrap();
        let mut stream = UnixStream::from_std(stream).unwrap();
        // Whoever has been turned away already cannot say it any more.
        let _ = stream.write_all(words).await;
        self.0.push(stream);
        tokio::task::yield_now().await;
    }

    async fn speaking_tls(&mut self, handshake: &Handshake, client: &ClientConfig) {
        let Ok(stream) = handshake.stream().await else { return };
        let connector = TlsConnector::from(Arc::new(client.clone()));
        if let Ok(stream) = connector.connect("localhost".try_into().unwrap(), stream).await {
            self.0.push(stream.into_inner().0);
        }
    }

    /// Waits until at most so many are left that have not been turned away.
    async fn thinned_to(&mut self, left: usize) {
        loop {
            self.0.retain_mut(is_open);
            if self.0.len() <= left {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// More open files than a process has by default.
fn allow_open_files() {
    let limits = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limits.maximum, ..limits }).unwrap();
}

/// Whether the other side has not hung up yet.
fn is_open(stream: &mut UnixStream) -> bool {
    let mut answer = [0; 1024];
    loop {
        match stream.read(&mut answer).now_or_never() {
            None => return true,
            Some(Ok(0) | Err(_)) => return false,
            Some(Ok(_)) => {}
        }
    }
}
