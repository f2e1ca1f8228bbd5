//! Who may import whom: the rule is in `src/lib.rs`; here is who holds everybody to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Each module, and what of ours it may import besides itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("value", &[]),
    ("framework", &["value"]),
    ("plugin", &["framework", "value"]),
    ("aws", &[]),
    ("eks", &["framework", "value", "aws"]),
    ("main", &["plugin", "eks"]),
];

/// Macros live at the root of the crate, whichever module they belong to.
const MACROS: &[(&str, &str)] = &[("model", "framework"), ("arguments", "framework")];

/// The only module that may use crates whose name begins like this.
const FOREIGN: &[(&str, &str)] = &[
    ("tonic", "plugin"),
    ("prost", "plugin"),
    ("aws_config", "aws"),
    ("aws_credential_types", "aws"),
    ("aws_runtime", "aws"),
    ("aws_sdk_", "aws"),
    ("aws_smithy_", "aws"),
];

#[test]
fn every_import_is_allowed() {
    let sources = sources();
    let wrong: Vec<_> = sources.iter().flat_map(forbidden).collect();
    assert!(wrong.is_empty(), "not allowed by the table in src/lib.rs:\n{}", wrong.join("\n"));
}

#[test]
fn resources_do_not_know_each_other() {
    let sources = sources();
    let resources: BTreeSet<_> = sources.iter().filter(|source| source.defines_resource()).map(Source::part).collect();
    assert!(!resources.is_empty());
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| resources.contains(&source.part())) {
        let others = source.paths.iter().filter(|path| {
            let part = path.get(..2).unwrap_or_default();
            part != source.part() && resources.contains(part)
        });
        wrong.extend(others.map(|path| format!("{}: {}", source.file.display(), path.join("::"))));
    }
    assert!(wrong.is_empty(), "a resource imports another:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_rule() {
    let modules: BTreeSet<_> = sources().iter().filter_map(|source| source.module.first().cloned()).collect();
    let ruled: BTreeSet<_> = MAY_IMPORT.iter().map(|(module, _)| (*module).to_owned()).collect();
    assert_eq!(modules, ruled);
}

#[test]
fn paths_are_resolved() {
    let code = r#"
        // crate::comment::x
        use crate::{aws::arn, eks::{self, config::Config}};
        use super::super::plugin as wire;
        pub(in super::super) use super::cousin::*;
        macro_rules! m { () => { $crate::value::Value } }
        mod inner {
            fn f() -> super::Own { other::<crate::framework::Cx>("crate::text::x") }
        }
    "#;
    let paths: Vec<_> = read(code, &["eks", "entry"]).iter().map(|path| path.join("::")).collect();
    let ours = [
        "aws::arn",
        "eks::self",
        "eks::config::Config",
        "plugin",
        "",
        "eks::cousin",
        "value::Value",
        "eks::entry::Own",
        "framework::Cx",
    ];
    assert_eq!(paths.iter().filter(|path| !path.starts_with('~')).collect::<Vec<_>>(), ours.iter().collect::<Vec<_>>());
}

#[test]
fn forbidden_imports_are_found() {
    let of = |module: &str, code: &str| {
        forbidden(&Source { file: PathBuf::new(), module: vec![module.to_owned()], paths: read(code, &[module]) }).len()
    };
    assert_eq!(of("value", "use crate::framework::Cx;"), 1);
    assert_eq!(of("value", "use super::framework::Cx;"), 1);
    assert_eq!(of("framework", "use crate::{value::Value, plugin::Service, aws};"), 2);
    assert_eq!(of("aws", "crate::model! {}"), 1);
    assert_eq!(of("eks", "fn f(e: aws_sdk_eks::Error) {}"), 1);
    assert_eq!(of("main", "use terraform_provider_eks::{eks::Eks, framework::Provider};"), 1);
    assert_eq!(of("eks", "use crate::{aws, framework, value}; use super::aws::Eks; use tokio::sync::Mutex;"), 0);
}

/// One file of `src/`.
struct Source {
    file: PathBuf,
    /// Where its items are: `["framework", "engine"]`.
    module: Vec<String>,
    /// What it refers to: paths from the root of the crate; those that begin in another crate have `~` in front.
    paths: Vec<Vec<String>>,
}

impl Source {
    /// The module that it belongs to, and what of that module: `["eks", "access_entry"]`.
    fn part(&self) -> &[String] {
        self.module.get(..2).unwrap_or(&self.module)
    }

    fn defines_resource(&self) -> bool {
        self.module.first().is_some_and(|module| module == "eks")
            && fs::read_to_string(&self.file).unwrap().contains("\nimpl Resource for ")
    }
}

fn forbidden(source: &Source) -> Vec<String> {
    let Some(module) = source.module.first() else { return Vec::new() };
    let (_, allowed) = MAY_IMPORT.iter().find(|(name, _)| name == module).unwrap();
    let is_forbidden = |path: &&Vec<String>| match path.as_slice() {
        [] => false,
        [outside, name, ..] if outside == "~" => {
            FOREIGN.iter().any(|(prefix, only)| name.starts_with(prefix) && only != module)
        }
        [first, ..] => {
            let target = MACROS.iter().find(|(name, _)| name == first).map_or(first.as_str(), |(_, module)| module);
            target != "~" && target != module && !allowed.contains(&target)
        }
    };
    let describe = |path: &Vec<String>| format!("{}: {}", source.file.display(), path.join("::"));
    source.paths.iter().filter(is_forbidden).map(describe).collect()
}

/// Every file of `src/` but `lib.rs`, which names all modules, and what is generated.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    list(&root, &mut files);
    let source = |file: PathBuf| {
        let relative = file.strip_prefix(&root).unwrap().with_extension("");
        let mut module: Vec<_> = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        if module.last().is_some_and(|last| last == "mod") {
            module.pop();
        }
        let names: Vec<_> = module.iter().map(String::as_str).collect();
        let paths = read(&fs::read_to_string(&file).unwrap(), &names);
        Source { file, module, paths }
    };
    files.into_iter().filter(|file| !file.ends_with("lib.rs")).map(source).collect()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("generated") {
            list(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The paths in the code of `module`, comments and strings left out.
fn read(code: &str, module: &[&str]) -> Vec<Vec<String>> {
    let module: Vec<_> = module.iter().map(|name| (*name).to_owned()).collect();
    let mut paths = Vec::new();
    walk(&code.parse().unwrap(), &module, &mut paths);
    paths
}

fn walk(tokens: &TokenStream, module: &[String], paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(word) if word == "mod" => {
                if let (Some(name), Some(TokenTree::Group(body))) = (tokens.get(at + 1), tokens.get(at + 2)) {
                    walk(&body.stream(), &[module, &[name.to_string()]].concat(), paths);
                }
                at += 3;
            }
            TokenTree::Ident(word) => at = path(&tokens, at, start(&word.to_string(), module), module, paths),
            TokenTree::Group(group) => {
                walk(&group.stream(), module, paths);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// Where a path that begins with `word` begins.
fn start(word: &str, module: &[String]) -> Vec<String> {
    match word {
        "crate" | "terraform_provider_eks" => Vec::new(),
        "self" => module.to_vec(),
        "super" => module.split_last().map(|(_, outer)| outer.to_vec()).unwrap_or_default(),
        word => vec!["~".to_owned(), word.to_owned()],
    }
}

/// Reads on behind `tokens[at]`, which led to `here`; gives where the path ends.
fn path(
    tokens: &[TokenTree],
    mut at: usize,
    mut here: Vec<String>,
    module: &[String],
    paths: &mut Vec<Vec<String>>,
) -> usize {
    loop {
        at += 1;
        let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(it)) if it.as_char() == ':');
        if !(is_colon(at) && is_colon(at + 1)) {
            break;
        }
        at += 2;
        match tokens.get(at) {
            Some(TokenTree::Ident(word)) if word == "super" => {
                here.pop();
            }
            Some(TokenTree::Ident(word)) => here.push(word.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                branches(&group.stream(), &here, module, paths);
                return at + 1;
            }
            _ => break,
        }
    }
    paths.push(here);
    at
}

/// The parts of `use here::{…}`.
fn branches(tokens: &TokenStream, here: &[String], module: &[String], paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    for branch in tokens.split(|token| matches!(token, TokenTree::Punct(it) if it.as_char() == ',')) {
        if let Some(TokenTree::Ident(word)) = branch.first() {
            let next =
                if word == "super" { here[..here.len() - 1].to_vec() } else { [here, &[word.to_string()]].concat() };
            path(branch, 0, next, module, paths);
        }
    }
}
