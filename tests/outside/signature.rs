//! The signature of a release, made and checked with the commands of `docs/releasing.md` and a key that lives as long as the test.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{NAME, VERSION, dist, project};

/// What the documentation has for the key.
const KEY: &str = "KEY";
const NOBODY: &str = "nobody@example.invalid";

/// A folder with the sums of the release, and GnuPG with one key, of the kind that the registries take.
struct Signer {
    folder: TempDir,
    home: TempDir,
}

impl Signer {
    fn new() -> Self {
        let signer = Self { folder: tempfile::tempdir().unwrap(), home: tempfile::tempdir().unwrap() };
        fs::copy(dist().join(sums()), signer.folder.path().join(sums())).unwrap();
        let made = signer.run(&format!("gpg --batch --passphrase '' --quick-generate-key {NOBODY} rsa3072 sign 1d"));
        assert!(made.status.success(), "{made:?}");
        signer
    }

    fn run(&self, command: &str) -> Output {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(self.folder.path()).env("GNUPGHOME", self.home.path());
        shell.output().unwrap()
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        // The agent, which gpg has started for the key.
        self.run("gpgconf --kill all");
    }
}

fn sums() -> String {
    format!("{NAME}_{VERSION}_SHA256SUMS")
}

/// The commands that are documented, for this version and the key.
fn documented() -> [String; 2] {
    let text = fs::read_to_string(project().join("docs/releasing.md")).unwrap();
    let commands = text.lines().filter_map(|line| line.trim().strip_prefix("$ gpg "));
    let commands = commands.map(|rest| format!("gpg {}", rest.replace(KEY, NOBODY).replace("VERSION", VERSION)));
    commands.collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn is_made_and_checked_as_documented() {
    let signer = Signer::new();
    let [sign, verify] = documented();
    let signed = signer.run(&sign);
    assert!(signed.status.success(), "{sign}: {signed:?}");
    let signature = fs::read(signer.folder.path().join(format!("{}.sig", sums()))).unwrap();
    assert!(!signature.starts_with(b"-----"), "the registries want it as it is, not in ASCII");
    let verified = signer.run(&verify);
    assert!(verified.status.success(), "{verify}: {verified:?}");

    // A signature of anything else is none.
    append(&signer.folder.path().join(sums()), "\n");
    let verified = signer.run(&verify);
    let said = String::from_utf8(verified.stderr).unwrap();
    assert!(!verified.status.success() && said.contains("BAD signature"), "{said}");
}

fn append(file: &Path, text: &str) {
    fs::write(file, [&fs::read(file).unwrap(), text.as_bytes()].concat()).unwrap();
}
