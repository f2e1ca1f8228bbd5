//! The pages below `docs/` that are generated are what the schemas, the doc comments and the examples say now.

use std::fs;
use std::path::Path;

use terraform_provider_eks::framework::docs::Kind;

use super::generate;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn are_current() {
    let root = Path::new(ROOT);
    let pages = generate::pages(root).unwrap_or_else(|error| panic!("{error}"));
    let differs = |(path, text): &(&String, &String)| {
        fs::read_to_string(root.join("docs").join(path)).ok().as_ref() != Some(*text)
    };
    let mut wrong: Vec<_> = pages.iter().filter(differs).map(|(path, _)| format!("docs/{path}")).collect();
    wrong.extend(generate::stale(root, &pages).unwrap().iter().map(|file| file.display().to_string()));
    assert!(wrong.is_empty(), "not what the code says now: {}. To mend it:\n\n    make docs\n", wrong.join(", "));
}

/// What the registries take: 500 kB for a page, 2000 pages.
#[test]
fn are_small_enough_for_a_registry() {
    let pages = generate::pages(Path::new(ROOT)).unwrap();
    assert!(pages.len() < 2000);
    let large: Vec<_> = pages.iter().filter(|(_, text)| text.len() > 500_000).map(|(path, _)| path).collect();
    assert_eq!(large, [""; 0]);
}

/// Links lead to what is in the project; on pages of a registry, to what the registry shows or to where the project's files are.
#[test]
fn links_lead_somewhere() {
    let root = Path::new(ROOT);
    let mut broken = Vec::new();
    for file in super::markdown() {
        let text = fs::read_to_string(&file).unwrap();
        let folder = file.parent().unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
            let path = target.split('#').next().unwrap();
            let leads_somewhere = match path.strip_prefix(generate::PROJECT) {
                Some(path) => root.join(path).exists(),
                None if target.contains("://") || path.is_empty() || target.contains(' ') => true,
                None => folder.join(path).exists() && (!is_shown(&file) || is_shown(&folder.join(path))),
            };
            if !leads_somewhere {
                broken.push(format!("{}: {target}", file.display()));
            }
        }
    }
    assert_eq!(broken, [""; 0]);
}

/// Whether a registry shows the page.
fn is_shown(file: &Path) -> bool {
    let Ok(file) = file.canonicalize() else { return false };
    let Ok(below) = file.strip_prefix(Path::new(ROOT).canonicalize().unwrap().join("docs")) else { return false };
    let folders = Kind::ALL.map(Kind::folder);
    let first = below.components().next().and_then(|first| first.as_os_str().to_str()).unwrap_or_default();
    first == "index.md" || first == "guides" || folders.contains(&first)
}
