use std::time::Instant;

use futures_util::{Stream, StreamExt, stream};
use tonic::codegen::BoxStream;
use tonic::{Response, Status};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::under_way::Counted;
use crate::framework::engine::Answer;
use crate::framework::{Diagnostics, Severity};

/// One call, from its begin to its end. The log is told of both, and each line in between says which call it belongs to.
///
/// Where providers written in Go have a name for a field, it is the same here, so that one search finds them all.
pub(super) struct Call {
    span: Span,
    start: Instant,
    errors: u64,
    warnings: u64,
    /// What counts it while it is under way.
    counted: Option<Counted>,
}

/// What a call is about.
pub(super) enum About<'a> {
    /// The provider as a whole.
    Provider,
    Resource(&'a str),
    DataSource(&'a str),
    List(&'a str),
    Ephemeral(&'a str),
    Function(&'a str),
}

impl Call {
    pub(super) fn begin(rpc: &'static str, about: About<'_>) -> Self {
        // At the highest level, so that the lines in between have it however little is wanted of the log.
        let span = tracing::error_span!(
            "call",
            tf_rpc = rpc,
            tf_resource_type = Empty,
            tf_data_source_type = Empty,
            tf_list_resource_type = Empty,
            tf_ephemeral_resource_type = Empty,
            tf_function_name = Empty,
        );
        match about {
            About::Provider => &span,
            About::Resource(name) => span.record("tf_resource_type", name),
            About::DataSource(name) => span.record("tf_data_source_type", name),
            About::List(name) => span.record("tf_list_resource_type", name),
            About::Ephemeral(name) => span.record("tf_ephemeral_resource_type", name),
            About::Function(name) => span.record("tf_function_name", name),
        };
        span.in_scope(|| log_debug!("call begins"));
        Self { span, start: Instant::now(), errors: 0, warnings: 0, counted: None }
    }

    /// Counts while it is under way.
    pub(super) fn counted_by(mut self, counted: Counted) -> Self {
        self.counted = Some(counted);
        self
    }

    /// Ends the call with what the engine says.
    pub(super) async fn answer<A: Answer, T: From<A>>(
        mut self,
        answer: impl Future<Output = A>,
    ) -> Result<Response<T>, Status> {
        let mut answer = answer.instrument(self.span.clone()).await;
        self.count(answer.diagnostics());
        Ok(Response::new(answer.into()))
    }

    /// Ends the call with what needs no engine.
    pub(super) fn answer_at_once<T>(self, answer: impl FnOnce() -> T) -> Result<Response<T>, Status> {
        Ok(Response::new(self.span.in_scope(answer)))
    }

    /// Ends the call with the last of what the engine says one by one, or when Core hangs up.
    pub(super) fn answer_one_by_one<A: Answer + 'static, T: From<A> + 'static>(
        mut self,
        answers: impl Stream<Item = A> + Send + 'static,
    ) -> Result<Response<BoxStream<T>>, Status> {
        let mut answers = Box::pin(answers);
        let span = self.span.clone();
        let answers = stream::poll_fn(move |cx| span.in_scope(|| answers.poll_next_unpin(cx)));
        Ok(Response::new(Box::pin(answers.map(move |mut answer| {
            self.count(answer.diagnostics());
            Ok(answer.into())
        }))))
    }

    fn count(&mut self, diagnostics: &Diagnostics) {
        for diagnostic in diagnostics.iter() {
            match diagnostic.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let _in_span = self.span.enter();
        log_debug!(
            tf_req_duration_ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX),
            diagnostic_error_count = self.errors,
            diagnostic_warning_count = self.warnings,
            "call ends"
        );
    }
}
