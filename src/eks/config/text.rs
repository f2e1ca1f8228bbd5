//! Arguments that are texts: what each may be, and what it comes to.

use std::path::PathBuf;

use crate::aws::arn::is_account_id;
use crate::aws::settings::{RetryMode, Secret};
use crate::framework::Diagnostic;
use crate::value::Value;

use super::super::argument;
use super::super::lockout::LockoutGuard;

/// A text, secret or not.
pub(super) trait Text {
    fn is_empty(&self) -> bool;
}

/// The text, unless it is left out. An empty one counts as left out, as in hashicorp/aws: modules pass `""` for "none".
pub(super) fn given<T: Text>(text: Value<T>) -> Option<T> {
    text.into_known().filter(|text| !text.is_empty())
}

/// Whether the text is given, not left out; `None` while that is known only after apply.
pub(super) fn is_given<T: Text>(text: &Value<T>) -> Option<bool> {
    match text {
        Value::Known(text) => Some(!text.is_empty()),
        Value::Null => Some(false),
        Value::Unknown => None,
    }
}

impl Text for String {
    fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }
}

impl Text for Secret {
    fn is_empty(&self) -> bool {
        self.reveal().is_empty()
    }
}

/// A path, in which `~/` at the beginning stands for the home folder, as hashicorp/aws has it.
pub(super) fn path(text: String) -> PathBuf {
    match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => text.into(),
    }
}

pub(super) fn paths(texts: Value<Vec<String>>) -> Vec<PathBuf> {
    texts.into_known().into_iter().flatten().map(path).collect()
}

pub(super) fn retry_mode(text: &str) -> Option<RetryMode> {
    match text {
        "standard" => Some(RetryMode::Standard),
        "adaptive" => Some(RetryMode::Adaptive),
        _ => None,
    }
}

pub(super) fn lockout_guard(text: &str) -> Option<LockoutGuard> {
    match text {
        "warn" => Some(LockoutGuard::Warn),
        "refuse" => Some(LockoutGuard::Refuse),
        "off" => Some(LockoutGuard::Off),
        _ => None,
    }
}

pub(super) fn check_region(text: &str) -> Result<(), Diagnostic> {
    if text.is_empty() { Ok(()) } else { argument::check_region(text) }
}

pub(super) fn check_retry_mode(text: &str) -> Result<(), Diagnostic> {
    if text.is_empty() || retry_mode(text).is_some() {
        return Ok(());
    }
    let detail = format!("{text:?} is no retry mode. There are \"standard\" and \"adaptive\".");
    Err(Diagnostic::error("Unknown retry mode", detail))
}

pub(super) fn check_lockout_guard(text: &str) -> Result<(), Diagnostic> {
    if text.is_empty() || lockout_guard(text).is_some() {
        return Ok(());
    }
    let detail = format!("{text:?} is no lockout guard. There are \"warn\", \"refuse\" and \"off\".");
    Err(Diagnostic::error("Unknown lockout guard", detail))
}

pub(super) fn check_path(text: &str) -> Result<(), Diagnostic> {
    if text.is_empty() {
        return Err(Diagnostic::error("Invalid path", "The path of a file must not be empty."));
    }
    Ok(())
}

pub(super) fn check_account_id(text: &str) -> Result<(), Diagnostic> {
    if is_account_id(text) {
        return Ok(());
    }
    let detail = format!(
        "{text:?} is no AWS account id, which has twelve digits. Write it in quotes: as a number it loses leading zeros."
    );
    Err(Diagnostic::error("Invalid account id", detail))
}

pub(super) fn check_key_prefix(text: &str) -> Result<(), Diagnostic> {
    if text.is_empty() {
        let detail = "Every key begins with the empty text, so every tag would be ignored. Remove it, or write how the keys \
                      begin.";
        return Err(Diagnostic::error("Invalid prefix of keys", detail));
    }
    Ok(())
}

pub(super) fn check_url(text: &str) -> Result<(), Diagnostic> {
    if text.is_empty() || is_url(text) {
        return Ok(());
    }
    let detail = format!("{text:?} is no URL like https://host or http://host:port.");
    Err(Diagnostic::error("Invalid endpoint", detail))
}

/// The text may hold a password, so it is not shown.
pub(super) fn check_proxy(text: &str) -> Result<(), Diagnostic> {
    if text.is_empty() || is_url(text) {
        return Ok(());
    }
    Err(Diagnostic::error(
        "Invalid proxy",
        "This is no URL of a proxy, like http://host:port or http://user:password@host:port.",
    ))
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let has_host = |rest: &str| !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']);
    rest.is_some_and(has_host) && !text.contains(char::is_whitespace)
}
