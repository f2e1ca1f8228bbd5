//! The files of a release: what they are called, what is in them, and that a second build makes the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::{NAME, VERSION, dist, project, released};

/// The zip for this system.
fn archive() -> String {
    format!("{NAME}_{VERSION}_linux_amd64.zip")
}

fn sums() -> String {
    format!("{NAME}_{VERSION}_SHA256SUMS")
}

#[test]
fn has_the_names_that_the_registries_want() {
    let names: BTreeSet<_> =
        fs::read_dir(dist()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let others: Vec<_> = names.iter().filter(|name| !name.ends_with(".zip")).cloned().collect();
    assert_eq!(others, ["mirror".to_owned(), sums(), format!("{NAME}_{VERSION}_manifest.json")]);
    assert!(names.contains(&archive()), "{names:?}");
}

/// Everybody downloads it, and unpacks it once for each folder that Terraform works in. (Left out by the Makefile where a build has
/// no record of what runs to go by.)
#[test]
fn program_is_no_larger_than_promised() {
    let size = fs::metadata(released()).unwrap().len();
    assert!(size <= 9_000_000, "{size} bytes");
}

/// As the tool says that everybody checks them with. The signature of this file covers them all.
#[test]
fn sums_are_those_of_the_zips_and_of_the_manifest() {
    let checked =
        Command::new("sha256sum").args(["--check", "--strict", &sums()]).current_dir(dist()).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
    let text = fs::read_to_string(dist().join(sums())).unwrap();
    let summed: BTreeSet<_> = text.lines().map(|line| line.split_once("  ").unwrap().1.to_owned()).collect();
    let mut expected: BTreeSet<_> =
        fs::read_dir(dist()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    expected.retain(|name| name.ends_with(".zip") || name.ends_with("_manifest.json"));
    assert_eq!(summed, expected);
}

#[test]
fn manifest_names_the_protocol_that_the_program_speaks() {
    let manifest = fs::read(dist().join(format!("{NAME}_{VERSION}_manifest.json"))).unwrap();
    let manifest: Json = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest, serde_json::json!({ "version": 1, "metadata": { "protocol_versions": ["6.0"] } }));
    let cookie = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
    let mut program = Command::new(released());
    // Told to end before it begins, it still says what it speaks.
    let output = program.env("TF_PLUGIN_MAGIC_COOKIE", cookie).env("PLUGIN_MULTIPLEX_GRPC", "true");
    let mut child = output.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.starts_with("1|6|"), "{line}");
}

/// Terraform looks for this name in the zip, and runs what it finds.
#[test]
fn zip_holds_the_program_under_its_name_and_the_licence() {
    let folder = tempfile::tempdir().unwrap();
    let unpacked =
        Command::new("unzip").arg("-q").arg(dist().join(archive())).arg("-d").arg(folder.path()).output().unwrap();
    assert!(unpacked.status.success(), "{unpacked:?}");
    let names: BTreeSet<_> =
        fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let program = format!("{NAME}_v{VERSION}");
    assert_eq!(names, BTreeSet::from(["LICENSE".to_owned(), program.clone()]));
    let version = Command::new(folder.path().join(program)).arg("--version").output().unwrap();
    assert_eq!(String::from_utf8(version.stdout).unwrap(), format!("{NAME} {VERSION}\n"));
}

/// From the same program, whenever and wherever it is packed.
#[test]
fn a_second_set_is_the_same_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("copied-just-now");
    fs::copy(released(), &program).unwrap();
    let again = folder.path().join("dist");
    let argument = format!("x86_64-unknown-linux-gnu={}", program.display());
    let made = script(&again, &[&argument]);
    assert!(made.status.success(), "{made:?}");
    assert_eq!(fs::read(again.join(archive())).unwrap(), fs::read(dist().join(archive())).unwrap());
    assert!(!made.stdout.is_empty());
}

#[test]
fn refuses_what_it_could_only_guess() {
    let folder = tempfile::tempdir().unwrap();
    let program = released();
    let of = |target: &str| format!("{target}={}", program.display());
    for (targets, why) in [
        (vec![of("riscv64gc-unknown-linux-gnu")], "Go's name of riscv64gc-unknown-linux-gnu is not known"),
        (vec![of("x86_64-unknown-linux-gnu"), of("x86_64-unknown-linux-musl")], "two programs for linux_amd64"),
    ] {
        let targets: Vec<_> = targets.iter().map(String::as_str).collect();
        let made = script(&folder.path().join("dist"), &targets);
        assert!(!made.status.success());
        let said = String::from_utf8(made.stderr).unwrap();
        assert!(said.contains(why), "{said}");
    }
}

fn script(folder: &Path, programs: &[&str]) -> std::process::Output {
    Command::new(project().join("scripts/dist")).arg(folder).args(programs).current_dir(project()).output().unwrap()
}
