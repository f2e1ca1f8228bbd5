//! The provider's binary: serves the provider to Terraform or OpenTofu.

use std::ffi::OsStr;
use std::process::ExitCode;

use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::plugin::{self, About, Service};

const ABOUT: About = About { name: "eks", address: "eks-access/eks", version: env!("CARGO_PKG_VERSION") };

fn main() -> ExitCode {
    // Core gives no arguments.
    match std::env::args_os().nth(1).as_deref().and_then(OsStr::to_str) {
        Some("--version") => plugin::print_version(ABOUT),
        Some("--help") => plugin::print_help(ABOUT),
        Some("--debug") => plugin::run_for_reattach(ABOUT, Service::new(Eks)),
        _ => plugin::run(ABOUT, Service::new(Eks)),
    }
}
