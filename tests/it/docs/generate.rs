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
    let mut pages = docs::pages::<Eks>(&example, &guides(root)?)?;
    pages.extend(reports(root).into_iter().map(|(guide, text)| (format!("{}.md", guide.path), text)));
    Ok(pages)
}

/// Pages that our tools write and that the registries show as guides, because they show nothing else of `docs/`.
const REPORTS: [(&str, &str); 3] = [
    ("benchmarks", "what the provider costs, beside what Terraform takes by itself"),
    ("compatibility", "which version of Terraform has what, as the tests find it"),
    ("reliability", "what is promised under faults, interruptions and hostile input, and what tests it"),
];

/// The reports that there are, as guides.
fn reports(root: &Path) -> Vec<(Guide, String)> {
    let as_guide = |(name, description): &(&str, &str)| {
        let text = fs::read_to_string(root.join("docs").join(name).with_extension("md")).ok()?;
        let title = text.lines().next()?.strip_prefix("# ")?;
        let page = format!("---\npage_title: \"{title}\"\ndescription: {description}\n---\n\n{}", as_shown(&text));
        let guide =
            Guide { title: title.to_owned(), description: (*description).to_owned(), path: format!("guides/{name}") };
        Some((guide, page))
    };
    REPORTS.iter().filter_map(as_guide).collect()
}

/// Where the project's files are for whoever reads a page in a registry, which shows nothing but `index.md` and the folders of
/// objects and guides.
pub(crate) const PROJECT: &str = "https://github.com/eks-access/terraform-provider-eks/blob/main/";

/// The same page as a guide: its links to another report, and those to what registries do not show, lead there from them.
fn as_shown(page: &str) -> String {
    let mut parts = page.split("](");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let target = part.split([')', '#']).next().unwrap_or_default();
        let is_report = REPORTS.iter().any(|(name, _)| target.strip_suffix(".md") == Some(name));
        shown += "](";
        shown += &match (target.strip_prefix("../"), target.strip_prefix("guides/")) {
            _ if target.is_empty() || target.contains("://") || is_report => part.to_owned(),
            (Some(_), _) => format!("{PROJECT}{}", &part["../".len()..]),
            (_, Some(_)) => part["guides/".len()..].to_owned(),
            _ => format!("{PROJECT}docs/{part}"),
        };
    }
    shown
}

/// The files in the folders of generated pages that are none of these, and the guides whose report is gone.
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
    let reports = REPORTS.map(|(name, _)| format!("guides/{name}.md")).into_iter();
    let gone = reports.filter(|guide| !pages.contains_key(guide)).map(|guide| folder.join(guide));
    stale.extend(gone.filter(|guide| guide.exists()));
    Ok(stale)
}

/// The guides in the order of their titles: those that are written by hand, and the reports.
pub(crate) fn guides(root: &Path) -> Result<Vec<Guide>, Box<dyn Error>> {
    let mut guides: Vec<_> = reports(root).into_iter().map(|(guide, _)| guide).collect();
    for file in fs::read_dir(root.join("docs/guides"))? {
        let file = file?.path();
        if REPORTS.iter().any(|(name, _)| file.file_stem().is_some_and(|stem| stem == *name)) {
            continue;
        }
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
