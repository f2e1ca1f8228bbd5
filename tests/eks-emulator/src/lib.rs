#![doc = include_str!("../README.md")]
//!
//! # The map of the crate
//!
//! | module | what it is |
//! |---|---|
//! | `server`, `request`, `reply` | connections, requests taken apart, answers rendered |
//! | `service` | the way of an AWS call: found, delayed, throttled, spoiled, run, written down |
//! | `operation`, `page` | the list of the EKS operations; pages of a list |
//! | `eks`, `rules`, `access_policies`, `arn` | what the operations do, what they refuse, what EKS offers |
//! | `sts` | GetCallerIdentity and the roles to assume |
//! | `state` | clusters, entries, updates, principals |
//! | `kubernetes` | the clusters' own endpoints, for aws-auth |
//! | `world`, `control` | what can be done behind the clients' backs, from Rust and over HTTP |
//! | `calls`, `faults`, `settings`, `rate` | the log, the faults on order, the settings, the token bucket |

mod access_policies;
mod arn;
mod calls;
mod clock;
mod control;
mod eks;
mod emulator;
mod error;
mod faults;
mod kubernetes;
mod operation;
mod options;
mod page;
mod rate;
mod reply;
mod request;
mod rules;
mod server;
mod service;
mod settings;
mod state;
mod sts;
mod world;

pub use crate::access_policies::{ACCESS_POLICIES, AccessPolicy};
pub use crate::calls::Call;
pub use crate::emulator::Emulator;
pub use crate::faults::{Fault, FaultKind};
pub use crate::options::Options;
