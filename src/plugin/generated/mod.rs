//! The protocols as Rust: messages, servers and clients, generated from `proto/` and checked in.
//!
//! `proto/README.md` tells how to change them. The test `generated::is_current` fails when the code here is not what the
//! `.proto` files say.

#![expect(
    missing_docs,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code; proto/ says what there is to say"
)]

#[rustfmt::skip]
pub mod tfplugin6;

#[rustfmt::skip]
#[path = "plugin.rs"]
pub mod go_plugin;
