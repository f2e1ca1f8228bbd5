//! Writes what registries show: the pages below `docs/` that follow from the schemas, the doc comments and the examples.
//!
//! `make docs` runs it; the test `docs::pages` says when it has to be run. It is no part of the provider's binary, which
//! Terraform loads and hashes several times in every plan.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

#[path = "../tests/it/docs/generate.rs"]
mod generate;

fn main() -> ExitCode {
    match write(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes every page, and removes those that nothing stands for any more.
fn write(root: &Path) -> Result<(), Box<dyn Error>> {
    let pages = generate::pages(root)?;
    let folder = root.join("docs");
    for (path, text) in &pages {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&folder))?;
        fs::write(file, text)?;
    }
    for stale in generate::stale(root, &pages)? {
        fs::remove_file(stale)?;
    }
    Ok(())
}
