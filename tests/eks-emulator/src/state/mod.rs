//! What the emulator remembers: clusters by region, principals, issued credentials.

mod access_entry;
mod cluster;
mod principals;
mod update;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;

pub(crate) use self::access_entry::{AccessEntry, AccessScope, EntryType, ScopeType};
pub(crate) use self::cluster::{AuthenticationMode, Cluster, Phase};
pub(crate) use self::principals::Principals;
pub(crate) use self::update::{Update, UpdateStatus};
use crate::clock::Moment;
use crate::error::ApiError;
use crate::options::Options;
use crate::settings::Settings;

/// The state, shared by the HTTP server, the Kubernetes listeners and the library's callers.
#[derive(Clone)]
pub(crate) struct SharedState(Arc<Mutex<State>>);

/// Everything that a reset throws away.
pub(crate) struct State {
    pub(crate) account: String,
    pub(crate) settings: Settings,
    pub(crate) principals: Principals,
    clusters: BTreeMap<ClusterKey, Cluster>,
    /// The ARNs behind the access keys that AssumeRole gave out.
    issued_keys: HashMap<String, String>,
    replays: HashMap<ReplayKey, Replay>,
}

/// Clusters of the same name may live in several regions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClusterKey {
    pub(crate) region: String,
    pub(crate) name: String,
}

/// What a `clientRequestToken` is good for: the same operation on the same object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReplayKey {
    pub(crate) operation: &'static str,
    pub(crate) region: String,
    pub(crate) path: String,
    pub(crate) token: String,
}

/// A request that was answered with success, and the answer.
struct Replay {
    body: Value,
    response: Value,
}

impl SharedState {
    pub(crate) fn new(options: &Options) -> Result<SharedState, String> {
        Ok(SharedState(Arc::new(Mutex::new(State::new(options)?))))
    }

    /// The state as of now: what has come to its end since the last look is settled first.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.0.lock().expect("nothing panics while it holds the state");
        state.settle(Moment::now());
        state
    }
}

impl State {
    /// What time it is at AWS.
    pub(crate) fn aws_time(&self) -> Moment {
        Moment::now().shifted_ms(self.settings.clock_ahead_ms)
    }

    /// # Errors
    ///
    /// A text that names the cluster whose authentication mode is none.
    pub(crate) fn new(options: &Options) -> Result<State, String> {
        let mut state = State {
            account: options.account.clone(),
            settings: Settings::new(options),
            principals: Principals::default(),
            clusters: BTreeMap::new(),
            issued_keys: HashMap::new(),
            replays: HashMap::new(),
        };
        for (name, mode) in &options.clusters {
            state.put_cluster(&options.region, name, mode)?;
        }
        Ok(state)
    }

    /// Puts an ACTIVE cluster of that mode in the place of whatever had its name.
    ///
    /// # Errors
    ///
    /// A text that names the mode that is none.
    pub(crate) fn put_cluster(&mut self, region: &str, name: &str, mode: &str) -> Result<(), String> {
        let mode = AuthenticationMode::parse(mode)
            .ok_or_else(|| format!("cluster {name}: no such authentication mode: {mode}"))?;
        self.insert_cluster(Cluster::new(&self.account, region, name, mode));
        Ok(())
    }

    pub(crate) fn insert_cluster(&mut self, cluster: Cluster) {
        self.clusters.insert(cluster.key(), cluster);
    }

    pub(crate) fn find_cluster(&self, region: &str, name: &str) -> Option<&Cluster> {
        self.clusters.get(&ClusterKey { region: region.to_owned(), name: name.to_owned() })
    }

    pub(crate) fn find_cluster_mut(&mut self, region: &str, name: &str) -> Option<&mut Cluster> {
        self.clusters.get_mut(&ClusterKey { region: region.to_owned(), name: name.to_owned() })
    }

    /// The cluster of that name, or ResourceNotFoundException.
    pub(crate) fn cluster(&self, region: &str, name: &str) -> Result<&Cluster, ApiError> {
        self.find_cluster(region, name).ok_or_else(|| no_cluster(name))
    }

    /// The cluster of that name, or ResourceNotFoundException.
    pub(crate) fn cluster_mut(&mut self, region: &str, name: &str) -> Result<&mut Cluster, ApiError> {
        self.find_cluster_mut(region, name).ok_or_else(|| no_cluster(name))
    }

    /// The cluster of that name, if its mode and its state allow calls on its entries.
    pub(crate) fn cluster_with_entries(&self, region: &str, name: &str) -> Result<&Cluster, ApiError> {
        let cluster = self.cluster(region, name)?;
        cluster.require_entries(self.settings.entries_wait_for_updates)?;
        Ok(cluster)
    }

    /// The cluster of that name, if its mode and its state allow calls on its entries.
    pub(crate) fn cluster_with_entries_mut(&mut self, region: &str, name: &str) -> Result<&mut Cluster, ApiError> {
        let wait_for_updates = self.settings.entries_wait_for_updates;
        let cluster = self.cluster_mut(region, name)?;
        cluster.require_entries(wait_for_updates)?;
        Ok(cluster)
    }

    /// Sorted by name.
    pub(crate) fn clusters_in(&self, region: &str) -> impl Iterator<Item = &Cluster> {
        self.clusters.values().filter(move |cluster| cluster.region == region)
    }

    /// Who calls with that access key: whom AssumeRole gave it to, or else everybody's `caller_arn`.
    pub(crate) fn caller(&self, access_key: Option<&str>) -> String {
        access_key.and_then(|key| self.issued_keys.get(key)).unwrap_or(&self.settings.caller_arn).clone()
    }

    pub(crate) fn issue_key(&mut self, access_key: String, arn: String) {
        self.issued_keys.insert(access_key, arn);
    }

    /// The answer that the same request got before under the same token.
    ///
    /// The same token with other parameters is a new request.
    pub(crate) fn replay(&self, key: &ReplayKey, body: &Value) -> Option<Value> {
        self.replays.get(key).filter(|replay| replay.body == *body).map(|replay| replay.response.clone())
    }

    pub(crate) fn remember(&mut self, key: ReplayKey, body: Value, response: Value) {
        self.replays.insert(key, Replay { body, response });
    }

    /// Brings to their end the updates, creations and deletions whose time has passed.
    fn settle(&mut self, now: Moment) {
        let State { clusters, settings, .. } = self;
        clusters.retain(|_, cluster| !matches!(cluster.phase, Phase::Deleting { gone_at } if gone_at <= now));
        for cluster in clusters.values_mut() {
            cluster.settle(settings, now);
        }
    }
}

fn no_cluster(name: &str) -> ApiError {
    ApiError::not_found(format!("No cluster found for name: {name}.")).in_cluster(name)
}
