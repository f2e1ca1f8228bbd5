//! EKS access as plain Rust: clients, principals, policies, and one call per fact.
//!
//! [`Aws`] holds what the practitioner configured and nothing else until the first call; it hands out [`Eks`], a
//! cheap handle bound to one region. Each method of [`Eks`] is one fact or one change, takes a [`Budget`] last, and
//! says "not there" with a value, never with an error to match on.
//!
//! | module | what it is |
//! |---|---|
//! | [`arn`], [`principal`] | ARNs, and who can be the principal of an access entry |
//! | [`access_entry`], [`kubernetes_name`] | an entry, its type, and the names it may carry |
//! | [`access_policy`] | policies, their scope, and policies given by bare name |
//! | [`authentication_mode`], [`cluster`] | what a cluster authenticates from, and the updates that change it |
//! | [`settings`], [`connection`] | what to connect with, and the connection made from it on first use |
//! | [`region`], `profile` | names that somebody gave, checked before they are used |
//! | `credentials`, `http` | what the SDK does not do by itself: roles to assume, proxies, certificates |
//! | [`eks`] | the calls |
//! | [`cluster_token`], [`kubernetes`] | how a cluster knows who calls, and the ConfigMap that is read from it |
//! | [`aws_auth`] | that ConfigMap, row by row, and the access entries that take its place |
//! | [`budget`], [`wait`] | how long a call may go on; the only place that sleeps |
//! | `once` | one fetch per fact |
//! | `heard` | what a call met with before its time was up |
//! | `call_log` | one line in the log for each request |
//! | `well_formed` | refuses an answer that only looks like success |
//! | [`error`] | what went wrong |
//!
//! Nothing here knows Terraform.

pub mod access_entry;
pub mod access_policy;
pub mod arn;
pub mod authentication_mode;
pub mod aws_auth;
pub mod budget;
mod call_log;
pub mod cluster;
pub mod cluster_token;
pub mod connection;
mod credentials;
pub mod eks;
pub mod error;
mod heard;
mod http;
pub mod kubernetes;
pub mod kubernetes_name;
mod once;
pub mod principal;
mod profile;
pub mod region;
pub mod settings;
pub mod wait;
mod well_formed;

pub use access_entry::{AccessEntry, EntryType, NewAccessEntry};
pub use access_policy::{AccessPolicy, AccessScope, AssociatedPolicy, PolicyRef};
pub use arn::Arn;
pub use authentication_mode::AuthenticationMode;
pub use budget::Budget;
pub use cluster::{Cluster, Update, UpdateStatus};
pub use cluster_token::ClusterToken;
pub use connection::{Aws, Caller};
pub use eks::Eks;
pub use error::{AwsError, Kind};
pub use kubernetes::KubernetesError;
pub use principal::Principal;
pub use settings::Settings;
