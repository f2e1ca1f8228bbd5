use crate::value::AttributePath;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// What was asked for did not happen, or not wholly.
    Error,
    /// It happened, and the practitioner should know something about it.
    Warning,
}

/// One thing to tell the practitioner.
///
/// The summary is a few fixed words without names that the practitioner chose. The detail is full sentences: which one,
/// what happened, why it matters, what to do next. The path makes Terraform show the line to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A few fixed words.
    pub summary: String,
    /// Full sentences.
    pub detail: String,
    /// The argument to blame; the root when it is none in particular.
    pub path: AttributePath,
    bug: bool,
}

/// What an operation has to say, in the order in which it came up.
///
/// As the error of a [`Result`] it holds at least one error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostic {
    /// Something went wrong.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary, detail)
    }

    /// Something that the practitioner should know.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary, detail)
    }

    /// Something that cannot happen, happened. The engine adds whose fault it is.
    pub fn bug(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { bug: true, ..Self::error(summary, detail) }
    }

    /// The same, blamed on the argument at `path`.
    pub fn at(self, path: AttributePath) -> Self {
        Self { path, ..self }
    }

    /// The same, blamed on the attribute `name`.
    pub fn at_attribute(self, name: &str) -> Self {
        self.at(AttributePath::attribute(name))
    }

    fn new(severity: Severity, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity, summary: summary.into(), detail: detail.into(), path: AttributePath::root(), bug: false }
    }
}

impl Diagnostics {
    /// Nothing to say.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds what there is to say.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Keeps what went wrong of `result`, if anything, and gives its value.
    pub fn absorb<T>(&mut self, result: Result<T, Diagnostics>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(diagnostics) => {
                self.extend(diagnostics);
                None
            }
        }
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether anything went wrong.
    pub fn has_errors(&self) -> bool {
        self.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Fails if anything went wrong.
    pub fn into_result(self) -> Result<(), Diagnostics> {
        if self.has_errors() { Err(self) } else { Ok(()) }
    }

    /// One by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// The same, with every path inside `prefix`.
    pub fn under_path(mut self, prefix: &AttributePath) -> Self {
        for diagnostic in &mut self.0 {
            diagnostic.path = std::mem::take(&mut diagnostic.path).under_path(prefix);
        }
        self
    }

    /// Says of every bug whose it is.
    pub(super) fn blame_bugs_on(&mut self, provider: &str) {
        for diagnostic in self.0.iter_mut().filter(|diagnostic| diagnostic.bug) {
            diagnostic.bug = false;
            let gap = if diagnostic.detail.is_empty() { "" } else { " " };
            diagnostic.detail = format!("{}{gap}This is a bug in the {provider} provider.", diagnostic.detail);
        }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self(diagnostics.into_iter().collect())
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
