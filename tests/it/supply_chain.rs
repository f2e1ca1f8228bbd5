//! How much there is besides our own code. Under which licences, from where and in how many versions is for `make deny`.

use std::fs;
use std::path::Path;

/// How many packages there may be in `Cargo.lock`, tests and every platform included.
///
/// There are about 270. Two thirds of them are what the AWS SDK, tonic and rustls need, which nobody can leave out; most of
/// the rest is for tests or for Windows. The ceiling leaves room for versions that go up, not for another client or
/// framework: whoever needs one raises it and says why it is worth it.
const MOST_PACKAGES: usize = 285;

#[test]
fn cargo_lock_stays_below_its_ceiling() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!(packages > 100 && packages <= MOST_PACKAGES, "{packages} packages: is the new one worth it?");
}
