//! What the tests stand on.

pub(crate) mod calls;
pub(crate) mod client;
pub(crate) mod core;
pub(crate) mod declared;
pub(crate) mod eks;
pub(crate) mod events;
pub(crate) mod features;
pub(crate) mod front;
pub(crate) mod log;
pub(crate) mod processes;
pub(crate) mod server;
pub(crate) mod terraform;
pub(crate) mod toy;
pub(crate) mod toy_schema;
