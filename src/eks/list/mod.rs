//! What `terraform query` finds: one file for each `list` block, each named like the resource that it finds.
//!
//! Nothing is fetched before Terraform wants it, and what one object needs is asked for a few objects at a time, never for
//! more than are still wanted. An object that cannot be looked at is a warning, and is listed by what names it; an error
//! that would meet every object alike ends the list. `principals` is what the lists of a cluster share.

mod access_entry;
mod access_policy_association;
mod authentication_mode;
mod principals;

use crate::aws::{AwsError, Kind};
use crate::framework::schema::{Field, optional, required};
use crate::framework::{Cx, Diagnostic, Diagnostics};
use crate::value::{AttributePath, Value};

use super::argument;
use super::client::Client;
use super::error::Attempt;

pub use self::access_entry::AccessEntries;
pub use self::access_policy_association::AccessPolicyAssociations;
pub use self::authentication_mode::AuthenticationModes;

/// `cluster_name`
fn cluster_name() -> Field {
    required().check(argument::check_cluster_name)
}

/// `policy_arn`
fn policy_arn() -> Field {
    optional().check(argument::check_policy)
}

/// `region`
fn region() -> Field {
    optional().check(argument::check_region)
}

/// The text of an argument that is given; else nothing.
fn text(argument: &Value<String>) -> &str {
    argument.known().map(String::as_str).unwrap_or_default()
}

/// Whether something was asked for.
fn asked(argument: &Value<bool>) -> bool {
    argument.known().copied().unwrap_or_default()
}

/// Says that one object could not be looked at, and what becomes of it; or fails, if no other could be either.
fn unread(cx: &Cx<'_, Client>, attempt: &Attempt<'_>, error: &AwsError, so: &str) -> Result<(), Diagnostics> {
    // What there is to blame is none of the list's own arguments.
    let mut said = attempt.failed(error).at(AttributePath::root());
    if meets_every_object(error) {
        return Err(said.into());
    }
    said = Diagnostic::warning(said.summary, format!("{}\n\n{so}", said.detail));
    cx.warn(said);
    Ok(())
}

/// Whether the next object would fail in the same way. What IAM allows, it may allow for one entry and not for another.
fn meets_every_object(error: &AwsError) -> bool {
    if error.is_timed_out() {
        return true;
    }
    match error.kind() {
        Kind::BadSettings
        | Kind::NoCredentials
        | Kind::CredentialsLate
        | Kind::SignInOver
        | Kind::RoleNotAssumed
        | Kind::CredentialsRejected
        | Kind::ClockSkew
        | Kind::NoRegion
        | Kind::WrongAccount
        | Kind::Throttled
        | Kind::Unreachable
        | Kind::Untrusted
        | Kind::TimedOut
        | Kind::Stopped => true,
        Kind::AccessDenied { .. }
        | Kind::NotFound
        | Kind::Conflict
        | Kind::InvalidParameter
        | Kind::InvalidRequest
        | Kind::LimitExceeded
        | Kind::BadAnswer
        | Kind::UpdateFailed
        | Kind::Outage
        | Kind::Service => false,
    }
}
