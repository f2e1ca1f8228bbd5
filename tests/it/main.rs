//! Every integration test, in one binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_entry;
mod cli;
mod core_double;
mod generated;
mod support;
mod transport;
