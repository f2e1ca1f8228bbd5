//! What practitioners read: the pages that registries show, the examples on them, the guides.

mod generate;
mod pages;
mod permissions;

use std::fs;
use std::path::{Path, PathBuf};

/// Every Markdown file that is written or generated here: at the root, and below `docs/`.
fn markdown() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join("docs")];
    files.extend(markdown_in(root));
    while let Some(folder) = folders.pop() {
        files.extend(markdown_in(&folder));
        let inside = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        folders.extend(inside.filter(|path| path.is_dir()));
    }
    files.sort();
    files
}

fn markdown_in(folder: &Path) -> Vec<PathBuf> {
    let inside = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    inside.filter(|path| path.extension().is_some_and(|of| of == "md")).collect()
}
