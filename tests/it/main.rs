//! Every integration test, in one binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_entry;
mod architecture;
mod cli;
mod core_double;
mod data_sources;
mod engine;
mod generated;
mod support;
mod transport;
