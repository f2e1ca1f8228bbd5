//! How Terraform reaches us: go-plugin's handshake, mutual TLS and the tfplugin6 service.

pub mod generated;
