//! A stateful emulator of the EKS access APIs over HTTP.
