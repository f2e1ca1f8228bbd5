//! Takes in peers: each one proves who it is, on its own time, before it may make a call.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time;
use tokio_rustls::TlsAcceptor;

use super::connection::{Connection, Connections};
use super::socket::{Socket, Stream};

/// How long a peer may take to prove who it is. Core needs milliseconds.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(20);

/// How many peers may be proving who they are. It leaves room below the 256 open files that some systems allow.
const MOST_HANDSHAKES: usize = 128;

/// What to wait when the system cannot give us the next peer, which it can say without end (too many open files).
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(10);

/// What goes to tonic, which wants results. There are no errors: a peer that fails is only turned away.
pub(super) type Accepted = Result<Connection, Infallible>;

/// Takes in peers from `socket` and passes on those that may make calls. Without `tls`, that is everybody.
pub(super) async fn accept(
    socket: &Socket,
    tls: Option<&TlsAcceptor>,
    connections: &Connections,
    accepted: mpsc::Sender<Accepted>,
) -> Infallible {
    let mut handshakes = Handshakes::default();
    loop {
        let stream = match socket.accept().await {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                handshakes.drop_oldest();
                time::sleep(PAUSE_AFTER_ERROR).await;
                continue;
            }
        };
        match tls {
            Some(tls) => handshakes.start(handshake(tls.clone(), stream, connections.clone(), accepted.clone())),
            None => pass_on(stream, connections, &accepted).await,
        }
    }
}

async fn handshake(
    tls: TlsAcceptor,
    stream: Box<dyn Stream>,
    connections: Connections,
    accepted: mpsc::Sender<Accepted>,
) {
    match time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => pass_on(Box::new(stream), &connections, &accepted).await,
        Ok(Err(error)) => tracing::warn!(%error, "turned away a connection that is not from Core"),
        Err(_) => tracing::warn!("turned away a connection that did not say who it is"),
    }
}

async fn pass_on(stream: Box<dyn Stream>, connections: &Connections, accepted: &mpsc::Sender<Accepted>) {
    // It fails only when nobody serves any more: the process is on its way out.
    let _ = accepted.send(Ok(connections.open(stream))).await;
}

/// The handshakes under way, oldest first. A new one is never refused: when there are too many, the oldest makes room.
/// So peers that connect and then say nothing can use up neither our memory nor the place of Core.
#[derive(Default)]
struct Handshakes {
    tasks: JoinSet<()>,
    order: VecDeque<AbortHandle>,
}

impl Handshakes {
    fn start(&mut self, handshake: impl Future<Output = ()> + Send + 'static) {
        while self.tasks.try_join_next().is_some() {}
        self.order.retain(|task| !task.is_finished());
        if self.order.len() >= MOST_HANDSHAKES {
            self.drop_oldest();
        }
        self.order.push_back(self.tasks.spawn(handshake));
    }

    fn drop_oldest(&mut self) {
        if let Some(task) = self.order.pop_front() {
            task.abort();
        }
    }
}
