//! What the tests stand on.

pub(crate) mod client;
pub(crate) mod core;
pub(crate) mod eks;
pub(crate) mod front;
pub(crate) mod server;
pub(crate) mod toy;
pub(crate) mod toy_schema;
