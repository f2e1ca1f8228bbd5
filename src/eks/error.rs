//! What failed, as the practitioner reads it.

use std::fmt;

use crate::aws::{AwsError, Kind};
use crate::framework::Diagnostic;
use crate::value::AttributePath;

use self::advice::Advice;

mod advice;

/// What to do about an error that is told elsewhere: full sentences, or nothing.
pub(super) fn what_to_do(error: &AwsError) -> String {
    Advice::on(error).text
}

/// Something that is being tried, for the diagnostic if it fails.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    /// A few fixed words: `Cannot create EKS access entry`.
    pub(super) summary: &'static str,
    /// Which one: `the access entry of arn:… on cluster dev`.
    pub(super) object: &'a (dyn fmt::Display + Sync),
}

impl Attempt<'_> {
    /// What the practitioner reads when it has failed: which one, what AWS said, what to do.
    pub(super) fn failed(&self, error: &AwsError) -> Diagnostic {
        let advice = Advice::on(error);
        let mut detail = format!("This was about {}.\n\n{error}", self.object);
        // Of what the end of its time has cut short, the error itself says so.
        let is_cut_short = error.is_timed_out() || *error.kind() == Kind::Stopped;
        let open = if error.leaves_open() && !is_cut_short { LEFT_OPEN } else { "" };
        for paragraph in [advice.text.as_str(), open].into_iter().filter(|text| !text.is_empty()) {
            detail.push_str("\n\n");
            detail.push_str(paragraph);
        }
        let path = advice.argument.map_or_else(AttributePath::root, AttributePath::attribute);
        Diagnostic::error(self.summary, detail).at(path)
    }
}

const LEFT_OPEN: &str = "Whether the change was made is not known: the next plan will tell.";
