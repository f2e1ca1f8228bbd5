//! Everything that belongs to one running emulator, and what can be done to it behind the clients' backs.
//!
//! The library's methods and the control API both end here.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::calls::CallLog;
use crate::clock::Moment;
use crate::eks::clusters;
use crate::faults::SharedFaults;
use crate::kubernetes::Kubernetes;
use crate::options::Options;
use crate::rate::TokenBucket;
use crate::rules::{self, ScopeInput};
use crate::state::{AccessEntry, AuthenticationMode, Cluster, SharedState, State, Update};

/// One emulator.
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) state: SharedState,
    pub(crate) calls: CallLog,
    pub(crate) connections: AtomicUsize,
    pub(crate) kubernetes: Kubernetes,
    pub(crate) faults: SharedFaults,
    bucket: Mutex<TokenBucket>,
}

/// The body of CreateAccessEntry, and the policies that the entry is to have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EntryInput {
    principal_arn: String,
    kubernetes_groups: Option<Vec<String>>,
    tags: Option<BTreeMap<String, String>>,
    username: Option<String>,
    #[serde(rename = "type")]
    entry_type: Option<String>,
    #[serde(default)]
    access_policies: Vec<PolicyInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PolicyInput {
    policy_arn: String,
    access_scope: ScopeInput,
}

/// An update that somebody else has started.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForeignUpdate {
    #[serde(rename = "type", default = "access_config_update")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) duration_ms: u64,
    /// The mode that the cluster has once the update succeeds.
    pub(crate) authentication_mode: Option<String>,
}

impl World {
    /// # Errors
    ///
    /// If the options make no sense or the certificates cannot be made.
    pub(crate) fn new(options: Options, runtime: Handle) -> io::Result<World> {
        let state = SharedState::new(&options).map_err(|text| io::Error::new(io::ErrorKind::InvalidInput, text))?;
        let faults = SharedFaults::default();
        Ok(World {
            kubernetes: Kubernetes::new(state.clone(), faults.clone(), runtime)?,
            options,
            state,
            calls: CallLog::new(),
            connections: AtomicUsize::new(0),
            faults,
            bucket: Mutex::default(),
        })
    }

    /// Whether the rate of EKS calls lets one more pass.
    pub(crate) fn rate_allows(&self, now: Instant) -> bool {
        let Some((per_second, burst)) = self.state.lock().settings.rate() else { return true };
        let mut bucket = self.bucket.lock().expect("nothing panics while it holds the bucket");
        bucket.take(per_second, burst, now)
    }

    /// Back to the start: state, settings, calls and faults.
    pub(crate) fn reset(&self) {
        let fresh = State::new(&self.options).expect("the options were good at the start");
        *self.state.lock() = fresh;
        self.kubernetes.close();
        self.calls.clear();
        self.faults.clear();
        self.fill_bucket();
    }

    pub(crate) fn patch_settings(&self, patch: Value) -> Result<(), String> {
        let mut state = self.state.lock();
        state.settings = state.settings.patched(patch)?;
        drop(state);
        self.fill_bucket();
        Ok(())
    }

    pub(crate) fn set_principals(&self, arns: Option<Vec<String>>) {
        let mut state = self.state.lock();
        let visible_at = Moment::now().plus_ms(state.settings.principal_visible_after_ms);
        state.principals.set(arns, visible_at);
    }

    pub(crate) fn put_cluster(&self, region: &str, name: &str, mode: &str) -> Result<(), String> {
        self.state.lock().put_cluster(region, name, mode)
    }

    /// Changes the mode at once and makes none of the entries that an update would.
    pub(crate) fn set_cluster_mode(&self, region: &str, name: &str, mode: &str) -> Result<(), String> {
        let mode = parse_mode(mode)?;
        self.change(region, name, |cluster| cluster.mode = mode)
    }

    pub(crate) fn cluster(&self, region: &str, name: &str) -> Option<Value> {
        let state = self.state.lock();
        let cluster = state.find_cluster(region, name)?;
        Some(clusters::show(cluster, &state.settings, &self.kubernetes))
    }

    pub(crate) fn set_aws_auth(
        &self,
        region: &str,
        name: &str,
        data: Option<BTreeMap<String, String>>,
    ) -> Result<(), String> {
        self.change(region, name, |cluster| cluster.aws_auth = data)
    }

    /// The id of the update.
    pub(crate) fn start_update(&self, region: &str, name: &str, update: &ForeignUpdate) -> Result<String, String> {
        let target = update.authentication_mode.as_deref().map(parse_mode).transpose()?;
        let started = Update::start(&update.kind, target, update.duration_ms);
        let id = started.id.clone();
        self.change(region, name, |cluster| cluster.updates.push(started))?;
        Ok(id)
    }

    pub(crate) fn finish_updates(&self, region: &str, name: &str) -> Result<(), String> {
        let now = Moment::now();
        // The next look at the state settles them.
        self.change(region, name, |cluster| cluster.updates.iter_mut().for_each(|update| update.ends_at = now))
    }

    /// Every entry with its policies, sorted by principal, whether clients can see it yet or not.
    pub(crate) fn entries(&self, region: &str, name: &str) -> Vec<Value> {
        let state = self.state.lock();
        let cluster = state.find_cluster(region, name);
        cluster
            .into_iter()
            .flat_map(|cluster| cluster.entries.values().map(|entry| entry_with_policies(cluster, entry)))
            .collect()
    }

    /// Makes the entry or puts it in the place of the one that is there, which keeps its ARN and its age.
    ///
    /// None of EKS's refusals apply, so that tests can have what only EKS itself can make.
    pub(crate) fn put_entry(&self, region: &str, name: &str, entry: Value) -> Result<(), String> {
        let input: EntryInput = serde_json::from_value(entry).map_err(|error| format!("entry: {error}"))?;
        let principal = rules::principal(&input.principal_arn).map_err(|error| error.message)?;
        let entry_type = rules::entry_type(input.entry_type.as_deref()).map_err(|error| error.message)?;
        let mut policies = Vec::new();
        for policy in input.access_policies {
            policies
                .push((policy.policy_arn, rules::access_scope(policy.access_scope).map_err(|error| error.message)?));
        }
        let settings = self.state.lock().settings.clone();
        self.change(region, name, |cluster| {
            let mut entry = cluster.new_entry(&input.principal_arn, &principal, entry_type, &settings);
            if let Some(before) = cluster.entries.get(&input.principal_arn) {
                entry.arn.clone_from(&before.arn);
                entry.created_at = before.created_at;
            }
            if let Some(username) = input.username {
                entry.username = username;
            }
            if let Some(groups) = input.kubernetes_groups {
                entry.kubernetes_groups = groups;
            }
            entry.tags = input.tags.unwrap_or_default();
            for (policy_arn, scope) in policies {
                entry.associate(&policy_arn, scope);
            }
            cluster.entries.insert(input.principal_arn, entry);
        })
    }

    /// Whether there was such an entry.
    pub(crate) fn remove_entry(&self, region: &str, name: &str, principal_arn: &str) -> bool {
        self.change(region, name, |cluster| cluster.entries.remove(principal_arn).is_some()).unwrap_or(false)
    }

    /// Whether the entry had that policy.
    pub(crate) fn remove_policy(&self, region: &str, name: &str, principal_arn: &str, policy_arn: &str) -> bool {
        let remove = |entry: &mut AccessEntry| entry.policies.remove(policy_arn).is_some();
        self.change(region, name, |cluster| cluster.entries.get_mut(principal_arn).is_some_and(remove)).unwrap_or(false)
    }

    /// Whether the entry has that policy and the scope is one.
    pub(crate) fn set_scope(
        &self,
        region: &str,
        name: &str,
        principal_arn: &str,
        policy_arn: &str,
        scope: Value,
    ) -> bool {
        let Some(scope) = serde_json::from_value(scope).ok().and_then(|scope| rules::access_scope(scope).ok()) else {
            return false;
        };
        let set = |entry: &mut AccessEntry| {
            let associated = entry.policies.contains_key(policy_arn);
            if associated {
                entry.associate(policy_arn, scope);
            }
            associated
        };
        self.change(region, name, |cluster| cluster.entries.get_mut(principal_arn).is_some_and(set)).unwrap_or(false)
    }

    fn change<T>(&self, region: &str, name: &str, change: impl FnOnce(&mut Cluster) -> T) -> Result<T, String> {
        let mut state = self.state.lock();
        let cluster =
            state.find_cluster_mut(region, name).ok_or_else(|| format!("there is no cluster {name} in {region}"))?;
        Ok(change(cluster))
    }

    /// A rate starts with a full bucket.
    fn fill_bucket(&self) {
        *self.bucket.lock().expect("nothing panics while it holds the bucket") = TokenBucket::default();
    }
}

fn entry_with_policies(cluster: &Cluster, entry: &AccessEntry) -> Value {
    let mut described = entry.describe(&cluster.name);
    let policies: Vec<Value> = entry.policies.iter().map(|(arn, association)| association.describe(arn)).collect();
    described["associatedAccessPolicies"] = json!(policies);
    described
}

fn parse_mode(name: &str) -> Result<AuthenticationMode, String> {
    AuthenticationMode::parse(name).ok_or_else(|| format!("no such authentication mode: {name}"))
}

fn access_config_update() -> String {
    "AccessConfigUpdate".to_owned()
}
