//! One line in the log for each request to AWS, if anybody wants to know: what was asked, how it was answered, how long
//! it took. No header or body is told, so no credentials and no tokens are.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use tokio::time::Instant;
use tracing::level_filters::LevelFilter;

/// Tells of every request, also of each that is tried again. Costs nothing while nobody listens.
#[derive(Debug)]
pub(super) struct CallLog;

/// What is known of a request when it is sent; the SDK keeps nothing of it until the answer.
#[derive(Debug)]
struct Sent {
    at: Instant,
    cluster: Option<String>,
}

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for CallLog {
    fn name(&self) -> &'static str {
        "CallLog"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if LevelFilter::current() >= LevelFilter::DEBUG {
            let cluster = cluster(context.request().uri()).map(str::to_owned);
            cfg.interceptor_state().store_put(Sent { at: Instant::now(), cluster });
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Without it, nothing was sent, or nobody listens.
        let Some(Sent { at, cluster }) = cfg.load::<Sent>() else { return Ok(()) };
        let took_ms = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX);
        let operation = cfg.load::<Metadata>().map(Metadata::name);
        let cluster = cluster.as_deref();
        match context.response() {
            Some(answer) => {
                let (status, code) = (answer.status().as_u16(), code(answer));
                let request_id = header(answer, REQUEST_ID);
                log_debug!(operation, cluster, status, code, request_id, took_ms, "AWS has answered");
            }
            None => log_debug!(operation, cluster, took_ms, "AWS has not answered"),
        }
        Ok(())
    }
}

/// The cluster in `https://eks.us-east-1.amazonaws.com/clusters/dev/access-entries`. Its name needs no decoding.
fn cluster(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("/clusters/")?;
    rest.split(['/', '?']).next()
}

/// The header that names a request.
pub(super) const REQUEST_ID: &str = "x-amzn-requestid";

/// The error code of an answer. EKS tells it in a header; STS in the body alone, which holds nothing else than the error then.
pub(super) fn code(answer: &HttpResponse) -> Option<&str> {
    if let Some(code) = header(answer, "x-amzn-errortype") {
        return code.split(':').next();
    }
    let body = answer.body().bytes().filter(|_| !answer.status().is_success())?;
    let (_, rest) = str::from_utf8(body).ok()?.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code)
}

pub(super) fn header<'a>(answer: &'a HttpResponse, name: &str) -> Option<&'a str> {
    answer.headers().get(name)
}

#[cfg(test)]
mod tests {
    use super::cluster;

    #[test]
    fn the_cluster_is_read_from_the_path() {
        for (uri, expected) in [
            ("https://eks.us-east-1.amazonaws.com/clusters/dev", Some("dev")),
            ("http://127.0.0.1:1/clusters/dev-1/access-entries/arn%3Aaws?nextToken=x", Some("dev-1")),
            ("http://127.0.0.1:1/clusters?maxResults=1", None),
            ("http://127.0.0.1:1/access-policies", None),
            ("http://127.0.0.1:1/", None),
        ] {
            assert_eq!(cluster(uri), expected, "{uri}");
        }
    }
}
