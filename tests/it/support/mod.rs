//! What the tests stand on.

pub(crate) mod client;
pub(crate) mod provider;
pub(crate) mod server;
