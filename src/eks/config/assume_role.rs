//! The blocks that name roles to assume.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::de::IgnoredAny;

use crate::aws::arn::{Arn, is_account_id};
use crate::aws::settings::{AssumeRole, AssumeRoleWithWebIdentity, Secret};
use crate::framework::schema::{optional, required};
use crate::framework::{Diagnostic, Diagnostics, parse_duration};
use crate::model;
use crate::value::{AttributePath, Value};

use super::Config;
use super::text::{given, is_given, path};

model! {
    /// An `assume_role` block.
    pub struct AssumeRoleBlock {
        /// The ARN of the role.
        pub role_arn: Value<String> = required().check(check_role_arn),
        /// What to call the session; CloudTrail shows it.
        pub session_name: Value<String> = optional().check(check_session_name),
        /// What the owner of the role wants to hear before it lets in another account.
        pub external_id: Value<String> = optional().check(check_external_id),
        /// How long the credentials live, such as `30m`: 15 minutes to 12 hours, and at most one hour for a role that is
        /// assumed with the credentials of another. An hour if left out. They are renewed in time.
        pub duration: Value<String> = optional().check(check_duration),
        /// A policy, in JSON, that narrows what the session may do.
        pub policy: Value<String> = optional().check(check_policy),
        /// Managed policies that narrow what the session may do.
        pub policy_arns: Value<BTreeSet<String>> = optional().check(check_policy_arn),
        /// Tags of the session.
        pub tags: Value<BTreeMap<String, String>> = optional(),
        /// The keys of those tags that are handed on when the session assumes a further role.
        pub transitive_tag_keys: Value<BTreeSet<String>> = optional(),
        /// Who is behind the session; kept through further roles.
        pub source_identity: Value<String> = optional().check(check_session_name),
    }
}

model! {
    /// The `assume_role_with_web_identity` block.
    pub struct AssumeRoleWithWebIdentityBlock {
        /// The ARN of the role.
        pub role_arn: Value<String> = required().check(check_role_arn),
        /// What to call the session; CloudTrail shows it.
        pub session_name: Value<String> = optional().check(check_session_name),
        /// The token itself. This or `web_identity_token_file`.
        pub web_identity_token: Value<Secret> = optional().sensitive(),
        /// The file that holds the token, read again whenever credentials are needed.
        pub web_identity_token_file: Value<String> = optional(),
        /// How long the credentials live, such as `30m`: 15 minutes to 12 hours. An hour if left out. They are renewed in time.
        pub duration: Value<String> = optional().check(check_duration),
        /// A policy, in JSON, that narrows what the session may do.
        pub policy: Value<String> = optional().check(check_policy),
        /// Managed policies that narrow what the session may do.
        pub policy_arns: Value<BTreeSet<String>> = optional().check(check_policy_arn),
    }
}

/// Checks what single arguments of the blocks cannot tell.
pub(super) fn check(config: &Config, diagnostics: &mut Diagnostics) {
    let web_identity = config.assume_role_with_web_identity.known();
    if let Some(block) = web_identity {
        diagnostics.extend(block.check().err());
    }
    for (role, index) in config.assume_role.known().into_iter().flatten().zip(0..) {
        let is_chained = index > 0 || web_identity.is_some();
        if is_chained && role.duration.known().and_then(|text| parse_duration(text)) > Some(MAX_CHAINED_DURATION) {
            let detail = "This role is assumed with the credentials of another one, and STS gives such sessions at most one \
                          hour. Write \"1h\" or less; the credentials are renewed in time.";
            let at = AttributePath::attribute("assume_role").then_index(index).then_attribute("duration");
            diagnostics.push(Diagnostic::error("Invalid duration", detail).at(at));
        }
    }
}

impl AssumeRoleWithWebIdentityBlock {
    fn check(&self) -> Result<(), Diagnostic> {
        let (summary, detail) = match (is_given(&self.web_identity_token), is_given(&self.web_identity_token_file)) {
            (Some(true), Some(true)) => {
                ("Two web identity tokens", "Give web_identity_token or web_identity_token_file, not both.")
            }
            (Some(false), Some(false)) => {
                ("No web identity token", "Give web_identity_token or web_identity_token_file.")
            }
            _ => return Ok(()),
        };
        Err(Diagnostic::error(summary, detail).at_attribute("assume_role_with_web_identity"))
    }
}

impl From<AssumeRoleBlock> for AssumeRole {
    fn from(block: AssumeRoleBlock) -> Self {
        Self {
            role_arn: given(block.role_arn).unwrap_or_default(),
            session_name: given(block.session_name),
            external_id: given(block.external_id),
            duration: given(block.duration).and_then(|text| parse_duration(&text)),
            policy: given(block.policy),
            policy_arns: list(block.policy_arns),
            tags: block.tags.into_known().unwrap_or_default(),
            transitive_tag_keys: list(block.transitive_tag_keys),
            source_identity: given(block.source_identity),
        }
    }
}

impl From<AssumeRoleWithWebIdentityBlock> for AssumeRoleWithWebIdentity {
    fn from(block: AssumeRoleWithWebIdentityBlock) -> Self {
        Self {
            role_arn: given(block.role_arn).unwrap_or_default(),
            session_name: given(block.session_name),
            web_identity_token: given(block.web_identity_token),
            web_identity_token_file: given(block.web_identity_token_file).map(path),
            duration: given(block.duration).and_then(|text| parse_duration(&text)),
            policy: given(block.policy),
            policy_arns: list(block.policy_arns),
        }
    }
}

/// What AWS allows a session to live (AssumeRole, STS API reference).
const DURATIONS: std::ops::RangeInclusive<Duration> = Duration::from_secs(15 * 60)..=Duration::from_secs(12 * 3600);

/// What AWS allows the session of a role that another role assumes ("Role chaining", IAM user guide).
const MAX_CHAINED_DURATION: Duration = Duration::from_secs(3600);

fn list(set: Value<BTreeSet<String>>) -> Vec<String> {
    set.into_known().unwrap_or_default().into_iter().collect()
}

fn check_role_arn(text: &str) -> Result<(), Diagnostic> {
    let is_role = |arn: Arn<'_>| {
        let name = arn.resource.strip_prefix("role/").unwrap_or_default();
        arn.service == "iam" && arn.region.is_empty() && is_account_id(arn.account) && !name.is_empty()
    };
    if Arn::parse(text).is_ok_and(is_role) {
        return Ok(());
    }
    let mut detail =
        format!("{text:?} is not the ARN of an IAM role, which looks like arn:aws:iam::111122223333:role/path/name.");
    // To assume no role by mistake would be to work as somebody else.
    if text.is_empty() {
        detail.push_str(" To assume no role, leave the block out.");
    }
    Err(Diagnostic::error("Invalid role", detail))
}

fn check_session_name(text: &str) -> Result<(), Diagnostic> {
    check_name("Invalid session name", text, 64, "+=,.@_-")
}

fn check_external_id(text: &str) -> Result<(), Diagnostic> {
    check_name("Invalid external id", text, 1224, "+=,.@_:/-")
}

/// The rule of STS for names: letters, digits and some other characters, and at least two of them.
fn check_name(summary: &str, text: &str, max: usize, others: &str) -> Result<(), Diagnostic> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
    if text.is_empty() || ((2..=max).contains(&text.len()) && text.chars().all(allowed)) {
        return Ok(());
    }
    let detail = format!("{text:?} does not do: STS takes 2 to {max} letters, digits and {others} here.");
    Err(Diagnostic::error(summary, detail))
}

fn check_duration(text: &str) -> Result<(), Diagnostic> {
    if text.is_empty() || parse_duration(text).is_some_and(|duration| DURATIONS.contains(&duration)) {
        return Ok(());
    }
    let detail = format!("{text:?} is no duration from 15 minutes to 12 hours, such as \"30m\" or \"1h\".");
    Err(Diagnostic::error("Invalid duration", detail))
}

fn check_policy(text: &str) -> Result<(), Diagnostic> {
    match serde_json::from_str::<IgnoredAny>(text) {
        Err(wrong) if !text.is_empty() => Err(Diagnostic::error(
            "Invalid policy",
            format!("The policy is not JSON: {wrong}. jsonencode makes it so."),
        )),
        _ => Ok(()),
    }
}

fn check_policy_arn(text: &str) -> Result<(), Diagnostic> {
    let is_policy = |arn: Arn<'_>| arn.service == "iam" && arn.resource.starts_with("policy/");
    if Arn::parse(text).is_ok_and(is_policy) {
        return Ok(());
    }
    let detail = format!(
        "{text:?} is not the ARN of an IAM policy, which looks like arn:aws:iam::111122223333:policy/name, or \
         arn:aws:iam::aws:policy/name for one of AWS's own."
    );
    Err(Diagnostic::error("Invalid policy", detail))
}
