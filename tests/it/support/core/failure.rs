//! What can go wrong, and whose fault it is.

use std::io::Write as _;

use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::{AttributePath, CodecError, Step, Type};

use super::value::exists;

/// Why a command ended early: every error, and the warnings beside them.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) diagnostics: Vec<Diag>,
}

/// One message to the practitioner.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Diag {
    pub(crate) severity: Severity,
    pub(crate) summary: String,
    pub(crate) detail: String,
    /// As in HCL; empty for the block as a whole.
    pub(crate) path: String,
    pub(crate) origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Severity {
    Error,
    Warning,
}

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Origin {
    /// The provider, to the practitioner.
    Provider,
    /// Core, to the practitioner.
    Core,
    /// Core, to the provider's developers: the provider broke a rule of the protocol.
    Rule,
}

impl Failure {
    /// The provider's one error. Panics when there are several, and when it was Core that objected.
    #[track_caller]
    pub(crate) fn only(&self) -> &Diag {
        let errors: Vec<_> = self.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
        match *errors {
            [error] if error.origin == Origin::Provider => error,
            _ => panic!("expected one error of the provider, found {errors:#?}"),
        }
    }

    /// What Core says about the first rule that the provider broke: `path: what is wrong`.
    #[track_caller]
    pub(crate) fn broken_rule(&self) -> String {
        let Some(diag) = self.diagnostics.iter().find(|d| d.origin == Origin::Rule) else {
            panic!("expected a broken rule, found {:#?}", self.diagnostics)
        };
        if diag.path.is_empty() { diag.detail.clone() } else { format!("{}: {}", diag.path, diag.detail) }
    }

    /// Core refuses what the practitioner asks for, without a fault of the provider.
    pub(super) fn refused(summary: &str, problems: impl IntoIterator<Item = Problem>) -> Self {
        Self::of(Origin::Core, summary, problems)
    }

    /// The provider broke a rule.
    pub(super) fn rule(summary: &str, detail: impl Into<String>) -> Self {
        Self::rules(summary, [Problem { path: AttributePath::root(), text: detail.into() }])
    }

    pub(super) fn rule_at(summary: &str, path: AttributePath, detail: &str) -> Self {
        Self::rules(summary, [Problem { path, text: detail.to_owned() }])
    }

    pub(super) fn rules(summary: &str, problems: impl IntoIterator<Item = Problem>) -> Self {
        Self::of(Origin::Rule, summary, problems)
    }

    /// A gRPC status where there should have been an answer. To the practitioner it looks like a crash.
    pub(super) fn status(status: tonic::Status) -> Self {
        let summary = match status.code() {
            tonic::Code::Unimplemented => "Unsupported plugin method",
            tonic::Code::Unavailable => "Plugin did not respond",
            _ => "Plugin error",
        };
        Self::rule(summary, status.message())
    }

    pub(super) fn unreadable(error: CodecError) -> Self {
        let CodecError { path, problem } = error;
        Self::rules("Provider answered with an unreadable value", [Problem { path, text: problem }])
    }

    fn of(origin: Origin, summary: &str, problems: impl IntoIterator<Item = Problem>) -> Self {
        let diag = |Problem { path, text }| Diag {
            severity: Severity::Error,
            summary: summary.to_owned(),
            detail: text,
            path: path.to_string(),
            origin,
        };
        Self { diagnostics: problems.into_iter().map(diag).collect() }
    }
}

/// What the provider told the practitioner: the warnings, unless there is an error among them.
///
/// The paths must exist in `ty`.
pub(super) fn read_diagnostics(diagnostics: Vec<pb::Diagnostic>, ty: &Type) -> Result<Vec<Diag>, Failure> {
    let read: Vec<Diag> = diagnostics.into_iter().map(|d| read_diagnostic(d, ty)).collect::<Result<_, _>>()?;
    read.iter().for_each(record);
    if read.iter().any(|d| d.severity == Severity::Error) { Err(Failure { diagnostics: read }) } else { Ok(read) }
}

/// Adds a message to the file that `MESSAGES` names, for `scripts/messages`: a line of JSON, written at once, because every
/// test is a process of its own.
fn record(Diag { severity, summary, detail, path, .. }: &Diag) {
    let Some(file) = std::env::var_os("MESSAGES") else { return };
    let line =
        serde_json::json!({ "severity": format!("{severity:?}"), "summary": summary, "detail": detail, "path": path });
    let file = std::fs::OpenOptions::new().create(true).append(true).open(file);
    file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes())).unwrap();
}

fn read_diagnostic(diagnostic: pb::Diagnostic, ty: &Type) -> Result<Diag, Failure> {
    let broken = |text: &str| Failure::rule("Provider answered with an invalid diagnostic", text);
    let severity = match diagnostic.severity() {
        pb::diagnostic::Severity::Error => Severity::Error,
        pb::diagnostic::Severity::Warning => Severity::Warning,
        pb::diagnostic::Severity::Invalid => return Err(broken("no severity")),
    };
    if diagnostic.summary.is_empty() {
        return Err(broken("no summary"));
    }
    let path = diagnostic.attribute.map(read_path).transpose()?.unwrap_or_default();
    if !exists(ty, path.steps()) {
        return Err(broken(&format!("{path} does not exist: {}", diagnostic.summary)));
    }
    let pb::Diagnostic { summary, detail, .. } = diagnostic;
    Ok(Diag { severity, summary, detail, path: path.to_string(), origin: Origin::Provider })
}

/// No request of ours allows the provider to put something off.
pub(super) fn refuse_deferral(deferred: Option<pb::Deferred>) -> Result<(), Failure> {
    match deferred {
        Some(deferred) => Err(Failure::rule("Provider deferred an action", format!("{:?}", deferred.reason()))),
        None => Ok(()),
    }
}

pub(super) fn read_path(path: pb::AttributePath) -> Result<AttributePath, Failure> {
    use pb::attribute_path::step::Selector;
    let steps = path.steps.into_iter().map(|step| match step.selector {
        Some(Selector::AttributeName(name)) => Ok(Step::Attribute(name)),
        Some(Selector::ElementKeyString(key)) => Ok(Step::Key(key)),
        Some(Selector::ElementKeyInt(index)) => Ok(Step::Index(index)),
        None => Err(Failure::rule("Provider answered with an invalid path", "a step that leads nowhere")),
    });
    Ok(path_of(&steps.collect::<Result<Vec<_>, _>>()?))
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) path: AttributePath,
    pub(super) text: String,
}

/// The problems found on a walk through a value, and where the walk is.
#[derive(Default)]
pub(super) struct Findings {
    at: Vec<Step>,
    problems: Vec<Problem>,
}

impl Findings {
    /// Walks one step further down, and comes back.
    pub(super) fn within<T>(&mut self, step: Step, walk: impl FnOnce(&mut Self) -> T) -> T {
        self.at.push(step);
        let result = walk(self);
        self.at.pop();
        result
    }

    pub(super) fn within_attribute<T>(&mut self, name: &str, walk: impl FnOnce(&mut Self) -> T) -> T {
        self.within(Step::Attribute(name.to_owned()), walk)
    }

    pub(super) fn add(&mut self, text: impl Into<String>) {
        self.problems.push(Problem { path: path_of(&self.at), text: text.into() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Nothing, or all that was found.
    pub(super) fn into_result(self, failure: impl FnOnce(Vec<Problem>) -> Failure) -> Result<(), Failure> {
        if self.problems.is_empty() { Ok(()) } else { Err(failure(self.problems)) }
    }
}

fn path_of(steps: &[Step]) -> AttributePath {
    steps.iter().rev().fold(AttributePath::root(), |path, step| match step {
        Step::Attribute(name) => path.under_attribute(name),
        Step::Key(key) => path.under_key(key),
        Step::Index(index) => path.under_index(*index),
    })
}
