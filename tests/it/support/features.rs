//! What the versions of Terraform and OpenTofu can do, and where one is that can.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::terraform;

/// What not every version of the CLI can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// `moved` from a type to another.
    Moved,
    /// Functions of providers.
    Functions,
    /// Ephemeral resources.
    Ephemeral,
    /// An `import` block with an identity.
    ImportByIdentity,
    /// `terraform query`.
    Query,
    /// `terraform test`.
    Test,
}

impl Feature {
    /// The first version that has it; `None` if none has yet.
    fn since(self, is_tofu: bool) -> Option<Version> {
        Some(match (self, is_tofu) {
            (Self::Functions, false) => (1, 8),
            (Self::Functions, true) => (1, 7),
            (Self::Moved, false) => (1, 8),
            (Self::Moved, true) => (1, 10),
            (Self::Ephemeral, false) => (1, 10),
            (Self::Ephemeral, true) => (1, 11),
            (Self::ImportByIdentity, _) => (1, 12),
            (Self::Query, false) => (1, 14),
            (Self::Query, true) => return None,
            (Self::Test, _) => (1, 6),
        })
    }

    fn is_in(self, program: &Path) -> bool {
        let (is_tofu, version) = version(program);
        self.since(is_tofu).is_some_and(|since| version >= since)
    }
}

/// Major and minor.
type Version = (u64, u64);

/// Whether it is OpenTofu, and its version.
fn version(program: &Path) -> (bool, Version) {
    let run = Command::new(program).arg("version").env("CHECKPOINT_DISABLE", "1").output();
    let said = run.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let found = said.lines().find_map(|line| line.split_once(" v")).and_then(|(product, version)| {
        let mut numbers = version.split('.').map(str::parse);
        Some((product == "OpenTofu", (numbers.next()?.ok()?, numbers.next()?.ok()?)))
    });
    found.unwrap_or_else(|| panic!("{} does not say its version: {said}", program.display()))
}

/// Where a CLI with a feature is: the one that [`terraform::find`] finds, or else the newest, which the variable `TERRAFORM_NEWEST` or
/// `scripts/find-terraform` leads to.
///
/// `None` only in the matrix of versions, where each version is held to what it can do: its table tells of it.
pub(crate) fn find_with(feature: Feature) -> Option<PathBuf> {
    let program = terraform::find().unwrap_or_else(|not_found| panic!("{not_found}"));
    let has_it = feature.is_in(&program);
    if let Some(log) = env::var_os("TERRAFORM_MATRIX").filter(|log| !log.is_empty()) {
        let line = format!("{feature:?} {}\n", if has_it { "yes" } else { "no" });
        let mut log = OpenOptions::new().create(true).append(true).open(log).unwrap();
        log.write_all(line.as_bytes()).unwrap();
        return has_it.then_some(program);
    }
    if has_it {
        return Some(program);
    }
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/terraform/1.15.5/terraform");
    let newest = env::var_os("TERRAFORM_NEWEST").filter(|program| !program.is_empty()).map_or(made, PathBuf::from);
    assert!(
        newest.is_file() && feature.is_in(&newest),
        "{} cannot do {feature:?}, and there is none that can at {}: `scripts/find-terraform 1.15.5` makes one, as does \
         make test; or set TERRAFORM_NEWEST to where one is",
        program.display(),
        newest.display()
    );
    Some(newest)
}
