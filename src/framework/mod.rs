//! Terraform's provider concepts in Rust: schemas, models, diagnostics, resources. No gRPC, no AWS.
