//! The way to the provider, over the real socket: who is let in, what calls see, and how it all ends.

mod calls;
mod crowd;
mod end;
mod frames;
mod peers;
mod place;
mod process;
mod reattach;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::Provider;
use terraform_provider_eks::plugin::generated::tfplugin6::{call_function, get_metadata, read_resource, stop_provider};
use tokio::sync::Barrier;
use tonic::{Request, Response, Status};

/// A provider that shows what its transport does.
#[derive(Debug)]
struct Stub {
    /// Where `StopProvider` waits for others of its kind.
    together: Arc<Barrier>,
}

impl Stub {
    fn new() -> Self {
        Self { together: Arc::new(Barrier::new(1)) }
    }

    /// `StopProvider` answers when this many are under way.
    fn answering_together(calls: usize) -> Self {
        Self { together: Arc::new(Barrier::new(calls)) }
    }
}

#[tonic::async_trait]
impl Provider for Stub {
    async fn get_metadata(
        &self,
        _: Request<get_metadata::Request>,
    ) -> Result<Response<get_metadata::Response>, Status> {
        Ok(Response::new(get_metadata::Response::default()))
    }

    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> Result<Response<stop_provider::Response>, Status> {
        self.together.wait().await;
        Ok(Response::new(stop_provider::Response::default()))
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        let private = request.into_inner().private;
        Ok(Response::new(read_resource::Response { private, ..Default::default() }))
    }

    async fn call_function(
        &self,
        _: Request<call_function::Request>,
    ) -> Result<Response<call_function::Response>, Status> {
        panic!("a panic on purpose")
    }
}

/// What `future` comes to. It must not wait for a deadline of the provider's, of which the shortest is 20 seconds.
async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(15), future).await.expect("this should not have to wait")
}

/// Nothing was left behind in `folder`.
#[track_caller]
fn assert_empty(folder: &Path) {
    let left: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}
