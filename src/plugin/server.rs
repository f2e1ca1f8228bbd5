//! One listener and everything that is served on it, from before the handshake line until the last answer.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time;

use super::accept::accept;
use super::connection::Connections;
use super::controller::{Controller, Silence};
use super::generated::tfplugin6::provider_server::Provider;
use super::handshake::{Environment, HandshakeLine};
use super::methods::Services;
use super::reattach::Reattach;
use super::router;
use super::socket::{Socket, SocketError};
use super::tls::{MutualTls, TlsError};

/// How long to wait for Core to hang up after it asked for the end. It hangs up on our answer; others might not.
const FAREWELL: Duration = Duration::from_millis(5);

/// A provider's listener. It listens from the moment it exists, so Core may be told about it before [`Self::serve`].
///
/// When it goes, it takes with it everything that it has put into the file system.
pub struct Server {
    socket: Socket,
    tls: Option<MutualTls>,
    asks_for_multiplexing: bool,
}

impl Server {
    /// Listens as `environment` asks. Has to be called within a tokio runtime.
    pub fn bind(environment: &Environment) -> Result<Self, BindError> {
        Ok(Self {
            socket: Socket::bind(environment)?,
            tls: environment.client_certificate.clone().map(MutualTls::new).transpose()?,
            asks_for_multiplexing: environment.asks_for_multiplexing,
        })
    }

    /// The line that tells Core how to reach us, without its end.
    pub fn handshake_line(&self) -> impl fmt::Display {
        HandshakeLine {
            address: self.socket.address(),
            certificate: self.tls.as_ref().map(|tls| &*tls.certificate),
            asks_for_multiplexing: self.asks_for_multiplexing,
        }
    }

    /// The line for a shell with which any Core reaches us when it looks for `provider`, which is a source address.
    pub fn reattach<'a>(&'a self, provider: &'a str) -> impl fmt::Display + 'a {
        Reattach { provider, address: self.socket.address() }
    }

    /// Serves `service` to the Core that started this process, until it says so or is gone.
    pub async fn serve(self, service: impl Provider) -> Ended {
        let connections = Connections::new();
        let controller = Controller::new();
        tokio::select! {
            biased;
            () = controller.asked_to_end() => {
                // Core hangs up when it has our answer.
                let _ = time::timeout(FAREWELL, connections.gone()).await;
                Ended::Shutdown
            }
            () = connections.gone() => Ended::ClientGone,
            never = self.serve_calls(service, &connections, &controller) => match never {},
        }
    }

    /// Serves `service` to whoever comes, however often.
    pub async fn serve_everybody(self, service: impl Provider) -> Infallible {
        self.serve_calls(service, &Connections::new(), &Controller::new()).await
    }

    async fn serve_calls(
        self,
        service: impl Provider,
        connections: &Connections,
        controller: &Controller,
    ) -> Infallible {
        let services = Arc::new(Services { provider: service, controller: controller.clone(), stdio: Silence });
        let tls = self.tls.as_ref().map(|tls| &tls.config);
        accept(self.socket, tls, |stream| {
            // On its own, because it has to go on for a moment when we have been told to end.
            tokio::spawn(router::serve(Arc::clone(&services), connections.open(stream)));
        })
        .await
    }
}

/// Why a server has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Core asked for it.
    Shutdown,
    /// Core closed its connection without a word: it was killed, or it crashed.
    ClientGone,
}

/// There is nothing to serve on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// No listener.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// No certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
}
