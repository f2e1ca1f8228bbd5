//! Tests that want more of a system than Rust and Terraform, so that `make test` does without them: the set of files of a
//! release and a root of their own (`make test-dist`), and a browser (`make test-report`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod empty_root;
mod log;
mod network_mirror;
mod release_set;
mod report;
mod signature;
#[path = "../it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "it is made for more tests than these")]
mod support;

use std::env;
use std::path::{Path, PathBuf};

/// What comes before the version in every name of a file.
const NAME: &str = "terraform-provider-eks";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The folder that `make dist` fills.
fn dist() -> PathBuf {
    let folder =
        env::var_os("DIST").unwrap_or_else(|| panic!("run this with make test-dist, which makes what it looks at"));
    folder.into()
}

/// The binary that is in the release for this system.
fn released() -> PathBuf {
    env::var_os("PROVIDER").unwrap_or_else(|| panic!("run this with make test-dist, which builds the provider")).into()
}

/// Where the project is.
fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
