//! What a call is refused with: code, status and text. The rendering is in `reply`.

use crate::clock::Moment;

/// How far the clock of a client may be from that of AWS.
pub(crate) const MOST_SKEW_MS: i64 = 5 * 60 * 1000;

/// An error answer of EKS or STS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    pub(crate) message: String,
    /// EKS repeats the cluster's name beside some messages; clients must not depend on it.
    pub(crate) cluster: Option<String>,
}

impl ApiError {
    pub(crate) fn invalid_parameter(message: impl Into<String>) -> ApiError {
        ApiError::new("InvalidParameterException", 400, message)
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> ApiError {
        ApiError::new("InvalidRequestException", 400, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> ApiError {
        ApiError::new("ResourceNotFoundException", 404, message)
    }

    pub(crate) fn in_use(message: impl Into<String>) -> ApiError {
        ApiError::new("ResourceInUseException", 409, message)
    }

    pub(crate) fn limit_exceeded(message: impl Into<String>) -> ApiError {
        ApiError::new("ResourceLimitExceededException", 400, message)
    }

    /// What the tag operations answer where the others say `InvalidParameterException`.
    pub(crate) fn bad_request(message: impl Into<String>) -> ApiError {
        ApiError::new("BadRequestException", 400, message)
    }

    /// What the tag operations answer where the others say `ResourceNotFoundException`.
    pub(crate) fn tagged_resource_not_found() -> ApiError {
        ApiError::new("NotFoundException", 404, "Resource was not found")
    }

    /// A body that has not the shape of the operation's input.
    pub(crate) fn serialization(message: impl Into<String>) -> ApiError {
        ApiError::new("SerializationException", 400, message)
    }

    /// What STS answers to a parameter that is missing or malformed.
    pub(crate) fn validation(message: impl Into<String>) -> ApiError {
        ApiError::new("ValidationError", 400, message)
    }

    pub(crate) fn throttled() -> ApiError {
        ApiError::new("ThrottlingException", 429, "Rate exceeded")
    }

    pub(crate) fn server_error() -> ApiError {
        ApiError::new("ServerException", 500, "An internal server error occurred.")
    }

    pub(crate) fn unavailable() -> ApiError {
        ApiError::new(
            "ServiceUnavailableException",
            503,
            "The service is unavailable. Back off and retry the operation.",
        )
    }

    pub(crate) fn access_denied(caller: &str, action: &str, resource: &str) -> ApiError {
        ApiError::new(
            "AccessDeniedException",
            403,
            format!("User: {caller} is not authorized to perform: {action} on resource: {resource}"),
        )
    }

    /// A request that was signed at a moment which is too far from ours.
    ///
    /// The texts are those that services of AWS answer with, seen in public for others than EKS. The code is that of services
    /// with JSON; STS has `SignatureDoesNotMatch` for it.
    pub(crate) fn out_of_time(code: &'static str, signed_at: Moment, now: Moment) -> ApiError {
        let (signed, here) = (signed_at.as_signed(), now.as_signed());
        let message = if signed_at < now {
            let earliest = now.shifted_ms(-MOST_SKEW_MS).as_signed();
            format!("Signature expired: {signed} is now earlier than {earliest} ({here} - 5 min.)")
        } else {
            let latest = now.shifted_ms(MOST_SKEW_MS).as_signed();
            format!("Signature not yet current: {signed} is still later than {latest} ({here} + 5 min.)")
        };
        ApiError::new(code, 403, message)
    }

    /// Never a made-up success: what the emulator does not know, it names.
    pub(crate) fn not_implemented(what: &str) -> ApiError {
        ApiError::new("NotImplementedException", 501, format!("eks-emulator does not implement {what}"))
    }

    pub(crate) fn in_cluster(self, cluster: &str) -> ApiError {
        ApiError { cluster: Some(cluster.to_owned()), ..self }
    }

    fn new(code: &'static str, status: u16, message: impl Into<String>) -> ApiError {
        ApiError { code, status, message: message.into(), cluster: None }
    }
}
