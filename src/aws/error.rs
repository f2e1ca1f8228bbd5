//! What went wrong in a call to AWS.
//!
//! This is the one place that reads AWS's error codes and texts. Codes are matched rather than the SDK's variants,
//! because EKS answers with errors that its model does not declare for an operation.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::arn::NotAnArn;
use super::authentication_mode::Backwards;
use super::cluster::{Update, UpdateError};
use clocks::Clocks;

mod clocks;
mod credentials;
mod sdk;

pub(super) use credentials::{NotAssumed, NotInTime};
pub(super) use sdk::{causes, is_of_certificate};

/// What went wrong in one call, and AWS's words about it.
///
/// Displays as full sentences with the operation, AWS's code and message and the request id. It holds no secrets.
#[derive(Debug, Clone)]
pub struct AwsError(Arc<Failure>);

#[derive(Debug, Clone, Default)]
struct Failure {
    kind: Kind,
    operation: &'static str,
    region: Option<String>,
    code: Option<String>,
    message: String,
    status: Option<u16>,
    /// Whether the last try did not get as far as a request, for want of credentials.
    is_unsent: bool,
    request_id: Option<String>,
    /// What time it was here and at AWS, if that is the trouble.
    clocks: Option<Clocks>,
    /// What this program was waiting for when it gave up.
    waited_for: Option<&'static str>,
    /// Whether the time was up before another try came to an end, and what that try was for.
    out_of_time: Option<OutOfTime>,
}

/// What was still under way when the time was up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OutOfTime {
    Look,
    Change,
}

/// The kinds of failure that call for different advice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Kind {
    /// The settings contradict themselves or name something that cannot be used.
    BadSettings,
    /// No credentials were found anywhere, or those found could not be turned into usable ones.
    NoCredentials,
    /// Whatever was to give credentials took too long.
    CredentialsLate,
    /// The credentials come from a sign-in to IAM Identity Center, and that is over.
    SignInOver,
    /// A role that the settings or the profile name could not be assumed.
    RoleNotAssumed,
    /// AWS does not accept the credentials: unknown, expired or wrongly signed.
    CredentialsRejected,
    /// AWS does not accept the time of the request: this machine's clock is wrong.
    ClockSkew,
    /// Nothing says which region to work in.
    NoRegion,
    /// The credentials belong to an account that the settings do not allow.
    WrongAccount,
    /// IAM does not allow the call.
    AccessDenied {
        /// The IAM action that is missing, such as `eks:CreateAccessEntry`, if AWS's message tells.
        action: Option<String>,
    },
    /// The cluster, the entry, the policy or the update does not exist.
    NotFound,
    /// The thing exists already, or is busy.
    Conflict,
    /// AWS finds fault with an argument.
    InvalidParameter,
    /// The request does not fit the state that the cluster is in.
    InvalidRequest,
    /// AWS has had too many requests, and retries did not help.
    Throttled,
    /// A quota of the account or the cluster is used up.
    LimitExceeded,
    /// No answer came: no connection, or it broke, or it took too long.
    Unreachable,
    /// Whoever answers has a certificate that this machine does not trust, and that nothing is sent to.
    Untrusted,
    /// The operation's time was up.
    TimedOut,
    /// Somebody asked to stop.
    Stopped,
    /// AWS's answer could not be understood.
    BadAnswer,
    /// An update of the cluster ended without success.
    UpdateFailed,
    /// AWS, or something in between, has trouble of its own: a status from 500 on.
    Outage,
    /// Anything else that AWS answers.
    #[default]
    Service,
}

impl AwsError {
    /// The kind of failure.
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// The operation that failed, as AWS calls it: `CreateAccessEntry`, …
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// AWS's code, such as `ResourceInUseException`, if AWS answered with one.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// AWS's words, or ours where AWS said nothing.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status of AWS's answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What AWS's support asks for first.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether what the call was about does not exist.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == Kind::NotFound
    }

    /// Whether it is the cluster that does not exist.
    pub fn is_no_such_cluster(&self) -> bool {
        self.is_not_found() && self.says("No cluster found")
    }

    /// Whether it is the access entry that does not exist.
    pub fn is_no_such_entry(&self) -> bool {
        self.is_not_found() && self.says("principalArn could not be found")
    }

    /// Whether it is the access policy that does not exist, in this partition at least.
    pub fn is_no_such_policy(&self) -> bool {
        self.is_not_found() && self.says("policyArn could not be found")
    }

    /// Whether the last try did not get as far as a request, for want of credentials.
    pub fn is_unsent(&self) -> bool {
        self.0.is_unsent
    }

    /// Whether the thing exists already or is busy.
    pub fn is_conflict(&self) -> bool {
        self.0.kind == Kind::Conflict
    }

    /// Whether an entry of that principal exists already on the cluster.
    pub fn is_entry_already_there(&self) -> bool {
        self.is_conflict() && self.update_in_progress().is_none() && self.says("already in use")
    }

    /// Whether IAM knows no such principal, or EKS has not heard of it yet.
    ///
    /// A role that was just created looks like this for a while; so does one whose path is left out.
    pub fn is_invalid_principal(&self) -> bool {
        self.0.kind == Kind::InvalidParameter && self.says("invalid principal")
    }

    /// Whether the cluster's authentication mode rules out access entries.
    pub fn is_wrong_authentication_mode(&self) -> bool {
        self.0.kind == Kind::InvalidRequest && self.says("authentication mode must be set to one of")
    }

    /// Whether EKS refuses to go from the cluster's authentication mode to the one asked for, be it the same one.
    pub fn is_unsupported_mode_change(&self) -> bool {
        self.0.kind == Kind::InvalidParameter && self.says("Unsupported authentication mode update")
    }

    /// Whether the operation is for entries of type STANDARD alone.
    pub fn is_standard_only(&self) -> bool {
        self.says(r#"can only be performed on Access Entries with a type of "STANDARD""#)
    }

    /// Whether the policy is one that only services of AWS give to themselves.
    pub fn is_policy_of_services(&self) -> bool {
        self.says("can only be associated with service-linked roles")
    }

    /// Whether AWS has had too many requests.
    pub fn is_throttled(&self) -> bool {
        self.0.kind == Kind::Throttled
    }

    /// Whether the operation is one that changes something.
    pub fn is_of_change(&self) -> bool {
        let looks = ["Describe", "List", "Get", CONNECTING, READING_AWS_AUTH, MAKING_TOKEN];
        !looks.iter().any(|look| self.operation().starts_with(look))
    }

    /// Whether a change was asked for and may have been made all the same: no answer came that says what became of it.
    pub fn leaves_open(&self) -> bool {
        let is_open = match self.kind() {
            _ if self.0.out_of_time == Some(OutOfTime::Change) => true,
            Kind::Unreachable | Kind::BadAnswer | Kind::Outage => true,
            Kind::TimedOut | Kind::Stopped => self.says(ALL_THE_SAME),
            _ => false,
        };
        is_open && self.is_of_change() && !self.0.is_unsent
    }

    /// Whether the operation's time was up. The kind may be that of what it met with until then.
    pub fn is_timed_out(&self) -> bool {
        self.0.kind == Kind::TimedOut || self.0.out_of_time.is_some()
    }

    /// The id of the update that keeps the cluster busy, if that is the trouble.
    ///
    /// The text is `Cannot AccessConfigUpdate because cluster dev currently has update <id> in progress`.
    pub fn update_in_progress(&self) -> Option<&str> {
        if !self.is_conflict() {
            return None;
        }
        let (_, rest) = self.message().split_once("currently has update ")?;
        rest.split_once(" in progress").map(|(id, _)| id)
    }

    fn says(&self, words: &str) -> bool {
        self.message().contains(words)
    }
}

/// How the errors end that are about a change which was under way.
const ALL_THE_SAME: &str = "the change may have been made all the same";

/// What failed when no call was made yet.
pub(crate) const CONNECTING: &str = "Connecting to AWS";

/// What failed when it was the cluster that was asked.
pub(crate) const READING_AWS_AUTH: &str = "Reading aws-auth";

/// What failed when a token for the cluster was wanted.
pub(crate) const MAKING_TOKEN: &str = "Making a token for the cluster";

/// Failures that did not come from the SDK.
impl AwsError {
    pub(crate) fn timed_out(operation: &'static str) -> Self {
        Self::ours(Kind::TimedOut, operation, "The time allowed for it was up")
    }

    pub(crate) fn timed_out_midway(operation: &'static str) -> Self {
        let message = format!("The time allowed for it was up before AWS had answered; {ALL_THE_SAME}");
        Self::ours(Kind::TimedOut, operation, message)
    }

    /// The failure of the last try of a look, whose time was up before another came to an end.
    pub(super) fn until_time_was_up(&self) -> Self {
        Self(Arc::new(Failure { out_of_time: Some(OutOfTime::Look), ..Failure::clone(&self.0) }))
    }

    /// The failure of the last try of a change, whose time was up before another came to an end.
    pub(super) fn until_time_was_up_midway(&self) -> Self {
        let out_of_time = Some(OutOfTime::Change);
        Self(Arc::new(Failure { out_of_time, is_unsent: false, ..Failure::clone(&self.0) }))
    }

    pub(crate) fn stopped(operation: &'static str) -> Self {
        Self::ours(Kind::Stopped, operation, "Terraform was interrupted")
    }

    pub(crate) fn stopped_midway(operation: &'static str) -> Self {
        let message = format!("Terraform was interrupted, and AWS did not answer in time; {ALL_THE_SAME}");
        Self::ours(Kind::Stopped, operation, message)
    }

    pub(crate) fn bad_settings(message: impl Into<String>) -> Self {
        Self::ours(Kind::BadSettings, CONNECTING, message)
    }

    pub(crate) fn no_region() -> Self {
        let message = "No region is set: not in the configuration, not in AWS_REGION or AWS_DEFAULT_REGION, and not in \
                       the profile.";
        Self::ours(Kind::NoRegion, CONNECTING, message)
    }

    pub(crate) fn wrong_account(message: impl Into<String>) -> Self {
        Self::ours(Kind::WrongAccount, CONNECTING, message)
    }

    pub(crate) fn update_failed(update: &Update) -> Self {
        let mut message = format!("Update {} ended as {}", update.id, update.status.as_str());
        for UpdateError { code, message: words } in &update.errors {
            message.push_str(&format!("; {code}: {words}"));
        }
        Self::ours(Kind::UpdateFailed, "UpdateClusterConfig", message)
    }

    pub(crate) fn update_gone(id: &str) -> Self {
        Self::ours(Kind::NotFound, "DescribeUpdate", format!("EKS knows no update {id}."))
    }

    pub(crate) fn cluster_gone(name: &str) -> Self {
        Self::ours(Kind::NotFound, "DescribeCluster", format!("There is no cluster {name} any more."))
    }

    pub(crate) fn backwards(backwards: Backwards) -> Self {
        Self::ours(Kind::InvalidParameter, "UpdateClusterConfig", backwards.to_string())
    }

    pub(crate) fn bad_answer(operation: &'static str, missing: &'static str) -> Self {
        Self::ours(Kind::BadAnswer, operation, format!("AWS's answer lacks {missing}."))
    }

    pub(crate) fn bad_arn(operation: &'static str) -> impl FnOnce(NotAnArn) -> Self {
        move |_| Self::bad_answer(operation, "a well-formed ARN")
    }

    /// The same failure, of a call in a region.
    pub(crate) fn in_region(&self, region: &str) -> Self {
        Self(Arc::new(Failure { region: Some(region.to_owned()), ..Failure::clone(&self.0) }))
    }

    /// The same failure, which was waited out in vain.
    pub(crate) fn after_waiting_for(&self, what: &'static str) -> Self {
        Self(Arc::new(Failure { waited_for: Some(what), ..Failure::clone(&self.0) }))
    }

    fn ours(kind: Kind, operation: &'static str, message: impl Into<String>) -> Self {
        Self(Arc::new(Failure { kind, operation, message: message.into(), ..Failure::default() }))
    }
}

impl Error for AwsError {}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure {
            kind, operation, region, code, message, status, request_id, clocks, waited_for, out_of_time, ..
        } = &*self.0;
        // What is wrong with the settings is wrong before anything is tried.
        if matches!(kind, Kind::BadSettings | Kind::NoRegion | Kind::WrongAccount) {
            return write!(f, "{}.", message.trim_end_matches('.'));
        }
        write!(f, "{operation} failed")?;
        if let Some(region) = region {
            write!(f, " in {region}")?;
        }
        match (code, status) {
            (Some(code), Some(status)) => write!(f, " with {code} (status {status})")?,
            (Some(code), None) => write!(f, " with {code}")?,
            (None, Some(status)) => write!(f, " with status {status}")?,
            (None, None) => {}
        }
        write!(f, ": {}.", message.trim_end_matches('.'))?;
        if let Some(clocks) = clocks {
            write!(f, " {clocks}.")?;
        }
        if let Some(what) = waited_for {
            write!(f, " This was still so after waiting for {what}.")?;
        }
        match out_of_time {
            Some(OutOfTime::Look) => write!(f, " The time allowed for it was up before another try had ended.")?,
            Some(OutOfTime::Change) => {
                write!(f, " The time allowed for it was up before another try had ended; {ALL_THE_SAME}.")?;
            }
            None => {}
        }
        if let Some(id) = request_id {
            write!(f, " The request id is {id}.")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
