//! The real principal behind the one that a row names, and what exists for it.

use super::Verdict;
use super::live::{Index, Live, LiveEntry};
use super::role_paths::RolePaths;
use crate::aws::principal::Principal;

/// Everything that tells what the path of a role is.
pub(super) struct Principals<'a> {
    role_paths: &'a RolePaths,
    live: Index<'a>,
}

/// What is known of the principal that a row names.
pub(super) enum Found<'a> {
    /// It is this one, as far as anybody told.
    Known(Known<'a>),
    /// It could be several, or one that no entry can name: the verdict on the row, and why.
    Unclear(Verdict, String),
}

/// A principal, and what exists for it.
pub(super) struct Known<'a> {
    pub(super) principal: Principal,
    /// Whether the principal is a role whose path nobody told.
    pub(super) path_unknown: bool,
    /// Its own entry.
    pub(super) live: Option<&'a LiveEntry>,
    /// The principal of an entry that was made for another role of that name.
    pub(super) namesake: Option<&'a Principal>,
}

impl<'a> Principals<'a> {
    pub(super) fn new(role_paths: &'a RolePaths, live: Option<&'a Live>) -> Self {
        Self { role_paths, live: live.map(Index::new).unwrap_or_default() }
    }

    /// What is known of a user, of a root, or of a role without its path.
    pub(super) fn find(&self, named: Principal) -> Found<'_> {
        match self.role_paths.find(&named) {
            Some(Ok(role)) => Found::Known(self.of(role.clone())),
            Some(Err(error)) => Found::Unclear(Verdict::Blocked, format!("As role_paths has it, {error}.")),
            None if named.is_role() => self.role_by_its_entry(named),
            None => Found::Known(self.of(named)),
        }
    }

    /// What exists for a principal whose ARN is whole.
    fn of(&self, principal: Principal) -> Known<'_> {
        let arn = principal.to_string();
        let existing = self.live.find(&principal);
        match existing.iter().find(|(other, _)| other.to_string().eq_ignore_ascii_case(&arn)) {
            Some((principal, live)) => Known::with(principal, live),
            None => {
                let namesake = existing.first().map(|(other, _)| other);
                Known { principal, path_unknown: false, live: None, namesake }
            }
        }
    }

    /// An entry tells the path of its role.
    fn role_by_its_entry(&self, named: Principal) -> Found<'_> {
        match self.live.find(&named) {
            [(principal, live)] => Found::Known(Known::with(principal, live)),
            [] if named.lacks_its_path() => Found::Unclear(Verdict::Blocked, of_permission_set(&named)),
            [] => Found::Known(Known { principal: named, path_unknown: true, live: None, namesake: None }),
            [(one, _), (other, _), ..] => {
                let reason = format!(
                    "Access entries exist for {one} and for {other}, and IAM has only one role of that name. Remove the \
                     entry of the one that is no more, or map {named} to the real ARN in role_paths."
                );
                Found::Unclear(Verdict::Conflict, reason)
            }
        }
    }
}

impl<'a> Known<'a> {
    fn with(principal: &Principal, live: &'a LiveEntry) -> Self {
        Self { principal: principal.clone(), path_unknown: false, live: Some(live), namesake: None }
    }
}

fn of_permission_set(role: &Principal) -> String {
    format!(
        "Roles of IAM Identity Center have a path, which the row cannot tell and an access entry needs. Map {role} to \
         the role's real ARN in role_paths."
    )
}
