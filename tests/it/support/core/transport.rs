//! A connection to a provider, whatever carries it.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, StdError, http};

/// Something that answers gRPC requests: a channel to another process, or the provider's service itself, called
/// without any network in between.
#[derive(Clone)]
pub(crate) struct Transport(Arc<dyn Fn(http::Request<Body>) -> Answer + Send + Sync>);

type Answer = BoxFuture<http::Response<Body>, StdError>;

impl Transport {
    pub(super) fn new<S>(service: S) -> Self
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>> + Clone + Send + Sync + 'static,
        S::Error: Into<StdError>,
        S::Future: Send,
    {
        Self(Arc::new(move |request| {
            let mut service = service.clone();
            Box::pin(async move {
                poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
                service.call(request).await.map_err(Into::into)
            })
        }))
    }
}

impl Service<http::Request<Body>> for Transport {
    type Response = http::Response<Body>;
    type Error = StdError;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), StdError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Answer {
        (self.0)(request)
    }
}
