//! What is shipped besides our own code: under which licences, from where, in how many versions, and how much of it.
//!
//! `deny.toml` says what may be, in the words of cargo-deny. That takes minutes to build, so here the same is checked with
//! what cargo itself knows; `cargo deny check bans licenses sources` says the same with more words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use spdx::{Expression, ParseMode};

/// How many packages there may be in `Cargo.lock`, tests and every platform included.
///
/// There are about 300. Two thirds of them are what the AWS SDK, tonic and rustls need, which nobody can leave out; most of
/// the rest is for tests or for Windows. The ceiling leaves room for versions that go up, not for another client or
/// framework: whoever needs one raises it and says why it is worth it.
const MOST_PACKAGES: usize = 315;

#[test]
fn cargo_lock_stays_below_its_ceiling() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!(packages <= MOST_PACKAGES, "{packages} packages: is the new one worth it?");
}

#[test]
fn licences_are_those_that_deny_toml_allows() {
    let Policy { licences, targets, .. } = policy();
    let is_allowed = |package: &Package| {
        let expression = Expression::parse_mode(&package.licence, ParseMode::LAX);
        expression.is_ok_and(|expression| expression.evaluate(|licence| licences.contains(&licence.to_string())))
    };
    let shipped = shipped(&targets);
    let wrong: Vec<_> = shipped.iter().filter(|package| !is_allowed(package)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// cargo names no source for what comes from its default registry.
#[test]
fn everything_but_ourselves_comes_from_one_registry() {
    let shipped = shipped(&policy().targets);
    let elsewhere: Vec<_> = shipped.iter().filter(|package| !package.source.is_empty()).collect();
    assert!(matches!(elsewhere.as_slice(), [us] if us.name == env!("CARGO_PKG_NAME")), "{elsewhere:#?}");
}

#[test]
fn there_is_one_tls_library() {
    let Policy { banned, targets, .. } = policy();
    assert!(["aws-lc-rs", "native-tls", "openssl"].iter().all(|name| banned.contains(*name)), "{banned:?}");
    let shipped = shipped(&targets);
    let found: Vec<_> = shipped.iter().filter(|package| banned.contains(&package.name)).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert!(shipped.iter().any(|package| package.name == "rustls"), "the one that there is");
}

/// Each duplicate has its reason in `deny.toml`, and each reason its duplicate.
#[test]
fn what_is_there_twice_has_a_reason() {
    let Policy { skipped, targets, .. } = policy();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in shipped(&targets) {
        versions.entry(package.name).or_default().insert(package.version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    for skip in skipped {
        let (name, version) = skip.split_once('@').unwrap();
        let Some(found) = versions.get_mut(name) else { panic!("there is one {name}: nothing to skip") };
        let before = found.len();
        found.retain(|found| *found != version && !found.starts_with(&format!("{version}.")));
        assert!(found.len() < before, "there is no {name} {version}: nothing to skip");
    }
    let twice: Vec<_> = versions.iter().filter(|(_, versions)| versions.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `deny.toml` says.
struct Policy {
    targets: BTreeSet<String>,
    licences: BTreeSet<String>,
    banned: BTreeSet<String>,
    /// `name@version`
    skipped: BTreeSet<String>,
}

/// The file is ours, and each thing in it has one form, which cargo-deny prescribes: no more of TOML is read here.
fn policy() -> Policy {
    let text = fs::read_to_string(root().join("deny.toml")).unwrap();
    let after = |key: &str| -> BTreeSet<String> {
        let values = text.split(key).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        let values: BTreeSet<_> = values.collect();
        assert!(!values.is_empty(), "deny.toml has no {key}");
        values
    };
    let (_, licences) = text.split_once("\nallow = [").unwrap();
    let licences = licences.split_once(']').unwrap().0.split('"').skip(1).step_by(2);
    let skipped = after("{ crate = \"");
    let reasons = text.matches("\", reason = \"").count();
    assert_eq!(reasons, skipped.len(), "each duplicate has its reason");
    Policy {
        targets: after("{ triple = \""),
        licences: licences.map(str::to_owned).collect(),
        banned: after("{ name = \""),
        skipped,
    }
}

/// A package that the provider is built of.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    /// Empty if it comes from the default registry.
    source: String,
    licence: String,
}

/// What the provider is built of on any of these platforms: one line each, as cargo writes it.
fn shipped(targets: &BTreeSet<String>) -> BTreeSet<Package> {
    let mut shipped = BTreeSet::new();
    for target in targets {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args([
            "tree",
            "--locked",
            "--package",
            env!("CARGO_PKG_NAME"),
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ]);
        cargo.args(["--no-dedupe", "--format", "{p}|{l}", "--target", target]).current_dir(root());
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        shipped.extend(lines.lines().map(|line| {
            let (package, licence) = line.split_once('|').unwrap();
            let package = package.trim_end_matches(" (proc-macro)");
            let (name, rest) = package.split_once(" v").unwrap();
            let (version, source) = rest.split_once(' ').unwrap_or((rest, ""));
            let [name, version, source, licence] = [name, version, source, licence].map(str::to_owned);
            Package { name, version, source, licence }
        }));
    }
    assert!(shipped.len() > 100, "{shipped:?}");
    shipped
}
