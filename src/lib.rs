//! A Terraform and OpenTofu provider that owns one thing: who may do what on an Amazon EKS cluster.
//!
//! The map, from the bottom up:
//!
//! | module | what it is |
//! |---|---|
//! | [`value`] | what Terraform passes around: values that may be unknown, their types, paths and codecs |
//! | [`framework`] | Terraform's provider concepts in Rust, and the engine that keeps the promises to Terraform |
//! | [`plugin`] | how Terraform reaches us: go-plugin's handshake, TLS and the gRPC service of protocol 6 |
//! | [`aws`] | EKS access as plain Rust, without a word of Terraform |
//! | [`eks`] | the provider itself: what the practitioner writes, turned into calls of `aws` |
//!
//! Who may import whom (`tests/it/architecture.rs` holds everybody to it):
//!
//! ```text
//! main ──► plugin ──► framework ──► value
//!   └────► eks ─────► framework ──► value
//!            └──────► aws
//! ```
//!
//! `value` and `framework` know neither gRPC nor AWS; `plugin` knows no resource; `aws` knows nothing of ours;
//! the resources in `eks` do not know each other.

/// A line of the log at level DEBUG, written like those of `tracing`.
///
/// A release has nothing in it of what libraries tell below a warning, for nobody is told (see [`plugin`]). `tracing` leaves it out by
/// level, whoever tells it. So our lines are warnings to it, and their name says what they are.
macro_rules! log_debug {
    ($($line:tt)+) => { tracing::warn!(name: "debug", $($line)+) };
}

/// A line of the log at level INFO, otherwise like [`log_debug!`].
macro_rules! log_info {
    ($($line:tt)+) => { tracing::warn!(name: "info", $($line)+) };
}

/// A map or set of the type that is asked for, filled with one item after the other. Of equal keys the last one's value stays, as
/// with `collect`.
///
/// `collect` sorts the items first, and for maps it has a sort of its own for each iterator: 4 kB of a release every time, for a
/// dozen items.
macro_rules! filled {
    ($items:expr) => {{
        let mut all = Default::default();
        Extend::extend(&mut all, $items);
        all
    }};
}

pub mod aws;
pub mod eks;
pub mod framework;
pub mod plugin;
pub mod value;
