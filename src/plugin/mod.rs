//! How Terraform reaches us: go-plugin's handshake, mutual TLS and the tfplugin6 service.
//!
//! Core (Terraform's, or OpenTofu's) starts one process for each configuration of the provider and each walk of its
//! graph, so several times per command. The process says on stdout where it listens, serves Core alone, and ends when
//! Core tells it to. [`run`] is that life from start to end.

mod accept;
mod codec;
mod connection;
mod controller;
#[cfg(unix)]
mod dumps;
mod from_proto;
pub mod generated;
pub mod handshake;
pub mod log;
mod methods;
mod panic;
mod process;
mod reattach;
mod router;
mod server;
mod service;
mod signals;
mod socket;
mod tls;
mod to_proto;

pub use self::process::{About, print_help, print_version, run, run_for_reattach};
pub use self::server::{BindError, Ended, Server};
pub use self::service::Service;
pub use self::socket::SocketError;
pub use self::tls::TlsError;
