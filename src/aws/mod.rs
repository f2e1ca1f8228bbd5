//! EKS access as plain Rust: clients, principals, policies, and one call per fact.
