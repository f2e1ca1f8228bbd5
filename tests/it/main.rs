//! Every integration test, in one binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod data_sources;
mod generated;
mod support;
mod transport;
