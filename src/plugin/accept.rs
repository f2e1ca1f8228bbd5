//! Takes in peers: each one proves who it is, on its own time, before it may make a call.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::sync::mpsc;
use tokio::task::{self, AbortHandle, JoinSet};
use tokio::time;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::socket::{Socket, Stream};

/// How long a peer may take to prove who it is. Core needs milliseconds.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(20);

/// How many peers may be proving who they are. It leaves room below the 256 open files that some systems allow.
const MOST_HANDSHAKES: usize = 128;

/// What to wait when the system cannot give us the next peer, which it can say without end (too many open files).
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(10);

/// Takes in peers from `socket`, and has `serve` serve those that may make calls.
///
/// With `tls` that is one: the first that proves to be Core. Core comes once, and the process ends when it leaves, so from
/// then on there is no socket any more: nobody else finds us, and nothing stays behind if we are killed. Without `tls`
/// everybody may come, at any time.
pub(super) async fn accept(
    socket: Socket,
    tls: Option<&Arc<ServerConfig>>,
    mut serve: impl FnMut(Box<dyn Stream>),
) -> Infallible {
    let Some(tls) = tls else {
        loop {
            match socket.accept().await {
                Ok(stream) => serve(stream),
                Err(error) => pause(&error).await,
            }
        }
    };
    let core = find_core(&socket, tls).await;
    drop(socket);
    serve(Box::new(core));
    pending().await
}

/// The first peer that proves to be Core. Whoever else is still trying then is turned away.
async fn find_core(socket: &Socket, tls: &Arc<ServerConfig>) -> TlsStream<Box<dyn Stream>> {
    let mut handshakes = Handshakes::default();
    let (found, mut core) = mpsc::channel(1);
    loop {
        let stream = tokio::select! {
            biased;
            Some(core) = core.recv() => return core,
            stream = socket.accept() => stream,
        };
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) => {
                handshakes.make_room();
                pause(&error).await;
                continue;
            }
        };
        let (tls, found) = (tls.clone(), found.clone());
        handshakes.start(|greeted| async move {
            match time::timeout(HANDSHAKE_TIMEOUT, handshake(tls, stream, greeted)).await {
                // It fails only when another was first, and one connection is all that Core makes.
                Ok(Ok(core)) => drop(found.send(core).await),
                Ok(Err(error)) => tracing::warn!(%error, "turned away a connection that is not from Core"),
                Err(_) => tracing::warn!("turned away a connection that did not say who it is"),
            }
        });
        // Whoever has something to say is heard before the next one comes in.
        task::yield_now().await;
    }
}

async fn pause(error: &io::Error) {
    tracing::warn!(%error, "cannot accept a connection");
    time::sleep(PAUSE_AFTER_ERROR).await;
}

/// Lets the peer prove that it is Core. Its first words set `greeted`.
async fn handshake(
    tls: Arc<ServerConfig>,
    stream: Box<dyn Stream>,
    greeted: Arc<AtomicBool>,
) -> io::Result<TlsStream<Box<dyn Stream>>> {
    let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    greeted.store(true, Ordering::Relaxed);
    hello.into_stream(tls).await
}

/// The handshakes under way, oldest first.
///
/// A new one is never refused: when there are too many, one of them makes room, and those that have not even greeted go
/// first. So peers that connect and then say nothing can take neither our memory and open files, nor the place of Core.
#[derive(Default)]
struct Handshakes {
    tasks: JoinSet<()>,
    under_way: VecDeque<UnderWay>,
}

struct UnderWay {
    task: AbortHandle,
    greeted: Arc<AtomicBool>,
}

impl Handshakes {
    fn start<F>(&mut self, handshake: impl FnOnce(Arc<AtomicBool>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        while self.tasks.try_join_next().is_some() {}
        self.under_way.retain(|handshake| !handshake.task.is_finished());
        if self.under_way.len() >= MOST_HANDSHAKES {
            self.make_room();
        }
        let greeted = Arc::new(AtomicBool::new(false));
        let task = self.tasks.spawn(handshake(greeted.clone()));
        self.under_way.push_back(UnderWay { task, greeted });
    }

    fn make_room(&mut self) {
        let silent = self.under_way.iter().position(|handshake| !handshake.greeted.load(Ordering::Relaxed));
        if let Some(handshake) = self.under_way.remove(silent.unwrap_or(0)) {
            handshake.task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use super::*;

    /// Starts a handshake that never ends, of a peer that has greeted or not. The result is for [`is_under_way`].
    fn start(handshakes: &mut Handshakes, greets: bool) -> Weak<()> {
        let held = Arc::new(());
        let watched = Arc::downgrade(&held);
        handshakes.start(|greeted| {
            greeted.store(greets, Ordering::Relaxed);
            async move {
                let _held = held;
                pending().await
            }
        });
        watched
    }

    fn is_under_way(handshake: &Weak<()>) -> bool {
        handshake.strong_count() > 0
    }

    #[tokio::test]
    async fn silent_peers_make_room_oldest_first() {
        let mut handshakes = Handshakes::default();
        let oldest_greeted = start(&mut handshakes, true);
        let oldest_silent = start(&mut handshakes, false);
        let mut rest: Vec<_> = (2..MOST_HANDSHAKES).map(|_| start(&mut handshakes, false)).collect();
        assert!(is_under_way(&oldest_silent));

        rest.push(start(&mut handshakes, false));
        task::yield_now().await;
        assert!(is_under_way(&oldest_greeted));
        assert!(!is_under_way(&oldest_silent));
        assert!(rest.iter().all(is_under_way));
    }

    #[tokio::test]
    async fn greeted_peers_make_room_when_nobody_is_silent() {
        let mut handshakes = Handshakes::default();
        let oldest = start(&mut handshakes, true);
        let rest: Vec<_> = (0..MOST_HANDSHAKES).map(|_| start(&mut handshakes, true)).collect();
        task::yield_now().await;
        assert!(!is_under_way(&oldest));
        assert!(rest.iter().all(is_under_way));
    }
}
