//! The emulator's log of calls, in a few words.

use eks_emulator::Call;

/// `operation` or, where it is about one principal, `operation name`.
pub(crate) fn short(call: &Call) -> String {
    match call.principal_arn.as_deref().and_then(|arn| arn.rsplit('/').next()) {
        Some(name) => format!("{} {name}", call.operation),
        None => call.operation.clone(),
    }
}

/// Whether a call, of which [`short`] has told, is there to change something.
pub(crate) fn is_change(call: &str) -> bool {
    !["Describe", "List", "Get"].iter().any(|verb| call.starts_with(verb))
}
