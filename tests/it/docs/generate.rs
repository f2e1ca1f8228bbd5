//! The generated pages of the documentation, and where they go. Shared with `examples/docs.rs`, which writes them.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::docs::{self, Guide, Kind, Pages};

/// The pages as they have to be, for the project at `root`.
pub(crate) fn pages(root: &Path) -> Result<Pages, Box<dyn Error>> {
    let example = |path: &str| fs::read_to_string(root.join("examples").join(path)).ok();
    Ok(docs::pages::<Eks>(&example, &guides(root)?)?)
}

/// The files in the folders of generated pages that are none of these.
pub(crate) fn stale(root: &Path, pages: &Pages) -> Result<BTreeSet<PathBuf>, Box<dyn Error>> {
    let folder = root.join("docs");
    let mut stale = BTreeSet::new();
    for kind in Kind::ALL {
        let Ok(files) = fs::read_dir(folder.join(kind.folder())) else { continue };
        for file in files {
            let file = file?.path();
            if !file.strip_prefix(&folder)?.to_str().is_some_and(|name| pages.contains_key(name)) {
                stale.insert(file);
            }
        }
    }
    Ok(stale)
}

/// The guides, which are written by hand, in the order of their names.
pub(crate) fn guides(root: &Path) -> Result<Vec<Guide>, Box<dyn Error>> {
    let mut guides = Vec::new();
    for file in fs::read_dir(root.join("docs/guides"))? {
        let file = file?.path();
        let text = fs::read_to_string(&file)?;
        let said = |key: &str| {
            let mut lines = text.lines().skip(1).take_while(|line| *line != "---");
            let value = lines.find_map(|line| line.strip_prefix(key)).map(str::trim);
            // A value may stand in the indented lines behind it.
            let value = match value {
                Some("|-") => {
                    lines.take_while(|line| line.starts_with(' ')).map(str::trim).collect::<Vec<_>>().join(" ")
                }
                Some(value) => value.trim_matches('"').to_owned(),
                None => return Err(format!("{} has no {key} in its front matter", file.display())),
            };
            Ok(value)
        };
        let name = file.file_stem().and_then(|name| name.to_str()).ok_or("a guide without a name")?;
        guides.push(Guide {
            title: said("page_title:")?,
            description: said("description:")?,
            path: format!("guides/{name}"),
        });
    }
    guides.sort();
    Ok(guides)
}
