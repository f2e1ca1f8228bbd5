//! The clusters' own API servers, as far as reading aws-auth needs them: one TLS listener per cluster.

mod api;
mod authority;
mod token;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use self::api::ApiServer;
use self::authority::Authority;
use crate::faults::SharedFaults;
use crate::server;
use crate::state::{ClusterKey, SharedState};

/// The listeners, and the authority that signs for them.
pub(crate) struct Kubernetes {
    authority: Authority,
    /// One that signs for nobody here.
    another: Authority,
    state: SharedState,
    faults: SharedFaults,
    /// How often somebody has asked for aws-auth.
    looks: Arc<AtomicUsize>,
    runtime: Handle,
    listeners: Mutex<HashMap<ClusterKey, Listener>>,
}

struct Listener {
    port: u16,
    task: AbortHandle,
}

impl Kubernetes {
    /// Listens for nobody yet; `runtime` is where the listeners will run.
    ///
    /// # Errors
    ///
    /// If the certificates cannot be made.
    pub(crate) fn new(state: SharedState, faults: SharedFaults, runtime: Handle) -> io::Result<Kubernetes> {
        let authority = Authority::new().map_err(io::Error::other)?;
        let another = Authority::new().map_err(io::Error::other)?;
        Ok(Kubernetes {
            authority,
            another,
            state,
            faults,
            looks: Arc::default(),
            runtime,
            listeners: Mutex::default(),
        })
    }

    /// Where the cluster's API server is. Its listener starts with the first question.
    ///
    /// `None` if no port can be had: the cluster is then shown without an endpoint.
    pub(crate) fn endpoint(&self, cluster: &ClusterKey) -> Option<String> {
        let mut listeners = self.listeners();
        let port = match listeners.get(cluster) {
            Some(listener) => listener.port,
            None => {
                let listener = self.listen(cluster.clone()).ok()?;
                let port = listener.port;
                listeners.insert(cluster.clone(), listener);
                port
            }
        };
        Some(format!("https://{}:{port}", Ipv4Addr::LOCALHOST))
    }

    /// As in `certificateAuthority.data`: PEM in base64.
    pub(crate) fn certificate_authority(&self) -> &str {
        self.authority.encoded()
    }

    /// The same of an authority that signs for no cluster here.
    pub(crate) fn another_authority(&self) -> &str {
        self.another.encoded()
    }

    /// How often somebody has asked for aws-auth since the start.
    pub(crate) fn looks(&self) -> usize {
        self.looks.load(Ordering::Relaxed)
    }

    /// Stops every listener.
    pub(crate) fn close(&self) {
        self.listeners().clear();
    }

    fn listen(&self, cluster: ClusterKey) -> io::Result<Listener> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let port = socket.local_addr()?.port();
        let server = ApiServer {
            cluster,
            state: self.state.clone(),
            faults: self.faults.clone(),
            looks: Arc::clone(&self.looks),
        };
        let task = self.runtime.spawn(serve(socket, self.authority.acceptor(), Arc::new(server)));
        Ok(Listener { port, task: task.abort_handle() })
    }

    fn listeners(&self) -> MutexGuard<'_, HashMap<ClusterKey, Listener>> {
        self.listeners.lock().expect("nothing panics while it holds the listeners")
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(socket: TcpListener, tls: TlsAcceptor, server: Arc<ApiServer>) {
    let answer = move |request| {
        let server = Arc::clone(&server);
        async move { server.answer(&request).await }
    };
    server::accept_tls(socket, tls, answer).await;
}
