//! go-plugin's services beside the provider: how Core ends the process, and how it listens to what we print.

use tokio::sync::watch;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::generated::go_plugin::grpc_controller_server::GrpcController;
use super::generated::go_plugin::grpc_stdio_server::GrpcStdio;
use super::generated::go_plugin::{Empty, StdioData};

/// Hears that Core wants the process to end.
#[derive(Clone, Debug)]
pub(super) struct Controller {
    shutdown: watch::Sender<bool>,
}

impl Controller {
    pub(super) fn new() -> Self {
        Self { shutdown: watch::Sender::new(false) }
    }

    /// Waits until Core has asked for the end. The answer may still be on its way.
    pub(super) async fn asked_to_end(&self) {
        // It fails only when every sender is gone, and we are one.
        let _ = self.shutdown.subscribe().wait_for(|asked| *asked).await;
    }
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.shutdown.send_replace(true);
        Ok(Response::new(Empty {}))
    }
}

/// Prints nothing, for as long as Core listens.
///
/// The open stream is what keeps the connection up while Core does something else: gRPC for Go closes a connection that
/// has had no call under way for 30 minutes. So when the connection does close, Core is gone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Silence;

#[tonic::async_trait]
impl GrpcStdio for Silence {
    async fn stream_stdio(&self, _request: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(Box::pin(tokio_stream::pending())))
    }
}
