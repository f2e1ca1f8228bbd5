//! The provider's binary: serves the provider to Terraform or OpenTofu.

use std::process::ExitCode;

use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::plugin::{self, About, Service};

const ABOUT: About = About { name: "eks", address: "eks-access/eks", version: env!("CARGO_PKG_VERSION") };

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("--debug") => plugin::run_for_reattach(ABOUT, Service::new(Eks)),
        _ => plugin::run(ABOUT, Service::new(Eks)),
    }
}
