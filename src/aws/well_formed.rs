//! Answers that only look like success.

use aws_sdk_eks::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_eks::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_eks::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use serde::de::IgnoredAny;

/// Refuses an answer of status 200 whose body is not JSON, such as the page of a proxy.
///
/// The SDK does so wherever it looks for something in the answer. For DeleteAccessEntry, DisassociateAccessPolicy,
/// TagResource and UntagResource it does not look: whatever answers 200 would have an entry that is still there count as
/// deleted.
#[derive(Debug)]
pub(super) struct WellFormed;

#[dyn_dispatch_hint]
impl Intercept for WellFormed {
    fn name(&self) -> &'static str {
        "WellFormed"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        let body = answer.body().bytes().unwrap_or_default();
        if answer.status().is_success() && !body.is_empty() {
            serde_json::from_slice::<IgnoredAny>(body)?;
        }
        Ok(())
    }
}
