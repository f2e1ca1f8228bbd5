//! Serves a connection over HTTP/2: which service each call is for.

use std::convert::Infallible;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::NamedService;

use super::connection::Connection;
use super::controller::{Controller, Silence};
use super::generated::go_plugin::grpc_controller_server::GrpcControllerServer;
use super::generated::go_plugin::grpc_stdio_server::GrpcStdioServer;
use super::generated::tfplugin6::provider_server::{Provider, ProviderServer};

/// What Core finds on a connection.
pub(super) struct Router<P> {
    pub(super) provider: ProviderServer<P>,
    pub(super) controller: GrpcControllerServer<Controller>,
    pub(super) stdio: GrpcStdioServer<Silence>,
}

impl<P: Provider> Router<P> {
    /// Answers the calls of a peer until it hangs up.
    pub(super) async fn serve(self, connection: Connection) {
        let answer = service_fn(|request| self.clone().call(request));
        let served = http2::Builder::new(TokioExecutor::new())
            // Core makes as many calls at once as its user allows it.
            .max_concurrent_streams(None)
            .serve_connection(TokioIo::new(connection), answer)
            .await;
        if let Err(error) = served {
            log_debug!(%error, "a connection has ended");
        }
    }

    /// Answers one call. Whose it is stands before the second slash of its path; what nobody knows is for the provider to
    /// refuse.
    fn call(mut self, request: Request<Incoming>) -> BoxFuture<Response<Body>, Infallible> {
        match request.uri().path().split('/').nth(1) {
            Some(<GrpcControllerServer<Controller>>::NAME) => self.controller.call(request),
            Some(<GrpcStdioServer<Silence>>::NAME) => self.stdio.call(request),
            _ => self.provider.call(request),
        }
    }
}

impl<P> Clone for Router<P> {
    fn clone(&self) -> Self {
        let Self { provider, controller, stdio } = self;
        Self { provider: provider.clone(), controller: controller.clone(), stdio: stdio.clone() }
    }
}
