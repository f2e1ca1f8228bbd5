//! Nothing is lost, nothing is made twice, nothing goes unasked: whatever AWS and the network do.
//!
//! | file | what |
//! |---|---|
//! | `matrix` | every call of an action × every kind of fault of the emulator |
//! | `truth` | what counts as a good end |
//! | `access_entry`, … | the matrix of each object |
//! | `halfway` | adoptions that fail, modes that change meanwhile |
//! | `lost_answers` | creations that take effect unheard |
//! | `soak` | random operations with random faults, against a model |

mod access_entries_exclusive;
mod access_entry;
mod access_policy_association;
mod authentication_mode;
mod data_sources;
mod halfway;
mod lost_answers;
mod matrix;
mod soak;
mod truth;

use serde_json::{Value as Json, json};

use crate::support::eks::{policy, role};

const VIEW: &str = "AmazonEKSViewPolicy";
const EDIT: &str = "AmazonEKSEditPolicy";
const ADMIN: &str = "AmazonEKSAdminPolicy";

/// An entry that somebody else has made, with these policies in the whole cluster.
fn made_by_others(name: &str, policies: &[&str]) -> Json {
    let everywhere = |name: &&str| json!({ "policyArn": policy(name), "accessScope": { "type": "cluster" } });
    let policies: Vec<_> = policies.iter().map(everywhere).collect();
    json!({ "principalArn": role(name), "accessPolicies": policies })
}
