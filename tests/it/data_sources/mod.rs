//! The data sources, against the emulator.

mod access_entries;
mod access_entry;
mod access_policies;
mod authentication_mode;

use eks_emulator::{Emulator, Options};

const ROLE: &str = "arn:aws:iam::111122223333:role/team/reader";
const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
const EDIT: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy";

/// An emulator with the cluster `dev`, which has no entries, and the cluster `old`, which can have none.
async fn emulator() -> Emulator {
    let clusters = [("dev", "API"), ("old", "CONFIG_MAP")].map(|(name, mode)| (name.to_owned(), mode.to_owned()));
    Emulator::start(Options { clusters: clusters.into(), ..Options::default() }).await.unwrap()
}
