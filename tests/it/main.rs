//! Every integration test, in one binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_entries_exclusive;
mod access_entry;
mod access_policy_association;
mod architecture;
mod authentication_mode;
mod cli;
mod cluster_auth;
mod core_double;
mod corpora;
mod data_sources;
mod docs;
mod engine;
mod faults;
mod functions;
mod generated;
mod guides;
mod lists;
mod messages;
mod moves;
mod offered;
mod provider;
mod supply_chain;
mod support;
mod transport;
mod upgrade;
