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
mod lists;
mod lost_answers;
mod matrix;
mod soak;
mod truth;

use serde_json::{Value as Json, json};

use crate::support::eks::{policy, role};

const VIEW: &str = "AmazonEKSViewPolicy";
const EDIT: &str = "AmazonEKSEditPolicy";
const ADMIN: &str = "AmazonEKSAdminPolicy";

/// Rows for two roles, as `mapRoles` has them.
const AWS_AUTH: &str = "\
- {rolearn: 'arn:aws:iam::111122223333:role/viewer', username: viewer, groups: [viewers]}
- {rolearn: 'arn:aws:iam::111122223333:role/boss', username: boss, groups: ['system:masters']}
";

/// The entries that cover [`AWS_AUTH`].
fn covering() -> Vec<Json> {
    let mut viewer = made_by_others("viewer", &[]);
    viewer["kubernetesGroups"] = json!(["viewers"]);
    let mut boss = made_by_others("boss", &["AmazonEKSClusterAdminPolicy"]);
    for (entry, name) in [(&mut viewer, "viewer"), (&mut boss, "boss")] {
        entry["username"] = json!(name);
    }
    vec![viewer, boss]
}

/// An entry that somebody else has made, with these policies in the whole cluster.
fn made_by_others(name: &str, policies: &[&str]) -> Json {
    let everywhere = |name: &&str| json!({ "policyArn": policy(name), "accessScope": { "type": "cluster" } });
    let policies: Vec<_> = policies.iter().map(everywhere).collect();
    json!({ "principalArn": role(name), "accessPolicies": policies })
}
