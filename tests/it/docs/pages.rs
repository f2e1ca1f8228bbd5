//! The pages below `docs/` that are generated are what the schemas, the doc comments and the examples say now.

use std::fs;
use std::path::Path;

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

/// A link that leads nowhere in the project.
#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for file in super::markdown() {
        let text = fs::read_to_string(&file).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
            let path = target.split('#').next().unwrap();
            let is_elsewhere = target.contains("://") || path.is_empty() || target.contains(' ');
            if !is_elsewhere && !file.parent().unwrap().join(path).exists() {
                broken.push(format!("{}: {target}", file.display()));
            }
        }
    }
    assert_eq!(broken, [""; 0]);
}
