//! How Terraform reaches us: go-plugin's handshake, mutual TLS and the tfplugin6 service.

mod from_proto;
pub mod generated;
mod service;
mod to_proto;

pub use service::Service;
