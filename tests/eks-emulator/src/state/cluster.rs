//! A cluster: its settings, its entries, its updates.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access_entry::Home;
use super::{AccessEntry, AccessScope, ClusterKey, EntryType, Update, UpdateStatus};
use crate::access_policies::policy_arn;
use crate::arn::{self, Principal, partition};
use crate::clock::Moment;
use crate::error::ApiError;
use crate::settings::Settings;

/// One cluster.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) arn: String,
    pub(crate) mode: AuthenticationMode,
    pub(crate) phase: Phase,
    /// Who called CreateCluster; `None` for a cluster that was put here without a call.
    pub(crate) creator: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// By principal ARN.
    pub(crate) entries: BTreeMap<String, AccessEntry>,
    /// In the order of their start.
    pub(crate) updates: Vec<Update>,
    /// The data of the ConfigMap `kube-system/aws-auth`, if there is one.
    pub(crate) aws_auth: Option<BTreeMap<String, String>>,
    /// The rest of what DescribeCluster shows, which no operation here changes.
    pub(crate) shown: Map<String, Value>,
    created_at: Moment,
}

/// Where a cluster takes its identities from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthenticationMode {
    ConfigMap,
    ApiAndConfigMap,
    Api,
}

/// A cluster's life, its updates apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Creating { active_at: Moment },
    Active,
    Deleting { gone_at: Moment },
}

impl Cluster {
    /// An ACTIVE cluster without entries.
    pub(crate) fn new(account: &str, region: &str, name: &str, mode: AuthenticationMode) -> Cluster {
        Cluster {
            name: name.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            arn: format!("arn:{}:eks:{region}:{account}:cluster/{name}", partition(region)),
            mode,
            phase: Phase::Active,
            creator: None,
            tags: BTreeMap::new(),
            entries: BTreeMap::new(),
            updates: Vec::new(),
            aws_auth: None,
            shown: shown_by_default(account, region),
            created_at: Moment::now(),
        }
    }

    pub(crate) fn key(&self) -> ClusterKey {
        ClusterKey { region: self.region.clone(), name: self.name.clone() }
    }

    /// As the API shows it, but for its endpoint. EKS does not show the bootstrap flag of `accessConfig` again.
    pub(crate) fn describe(&self, updating_visible_after_ms: u64) -> Value {
        let mut shown = self.shown.clone();
        for (name, value) in [
            ("name", json!(self.name)),
            ("arn", json!(self.arn)),
            ("createdAt", json!(self.created_at.epoch_seconds())),
            ("status", json!(self.status(updating_visible_after_ms))),
            ("tags", json!(self.tags)),
            ("accessConfig", json!({"authenticationMode": self.mode.name()})),
        ] {
            shown.insert(name.to_owned(), value);
        }
        Value::Object(shown)
    }

    pub(crate) fn update_in_progress(&self) -> Option<&Update> {
        self.updates.iter().find(|update| update.status == UpdateStatus::InProgress)
    }

    /// Refuses what only works on a cluster that takes entries.
    pub(super) fn require_entries(&self, wait_for_updates: bool) -> Result<(), ApiError> {
        self.require_active()?;
        if wait_for_updates && self.update_in_progress().is_some() {
            return Err(self.not_active());
        }
        match self.mode {
            AuthenticationMode::ConfigMap => Err(ApiError::invalid_request(
                "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this \
                 operation.",
            )),
            AuthenticationMode::ApiAndConfigMap | AuthenticationMode::Api => Ok(()),
        }
    }

    /// Refuses what only works on a cluster that is there. One that is UPDATING is.
    pub(crate) fn require_active(&self) -> Result<(), ApiError> {
        match self.phase {
            Phase::Active => Ok(()),
            Phase::Creating { .. } | Phase::Deleting { .. } => Err(self.not_active()),
        }
    }

    /// An entry for this cluster with the user name and groups that EKS gives it; not yet in it.
    pub(crate) fn new_entry(
        &self,
        principal_arn: &str,
        principal: &Principal,
        entry_type: EntryType,
        settings: &Settings,
    ) -> AccessEntry {
        let home = Home { region: &self.region, account: &self.account, cluster: &self.name };
        AccessEntry::new(home, principal_arn, principal, entry_type, settings)
    }

    /// The entry that EKS makes for whoever created the cluster.
    pub(crate) fn add_creator_entry(&mut self, caller: &str, settings: &Settings) {
        let policies = ["AmazonEKSClusterAdminPolicy"];
        self.add_own_entry(&arn::canonical(caller), EntryType::Standard, &policies, settings);
    }

    /// The entries that EKS makes for Auto Mode: for the cluster's role, and for its nodes if they have a role.
    pub(crate) fn add_auto_mode_entries(&mut self, cluster_role: &str, node_role: Option<&str>, settings: &Settings) {
        self.add_own_entry(
            cluster_role,
            EntryType::Standard,
            &[
                "AmazonEKSBlockStorageClusterPolicy",
                "AmazonEKSBlockStoragePolicy",
                "AmazonEKSComputeClusterPolicy",
                "AmazonEKSComputePolicy",
                "AmazonEKSLoadBalancingClusterPolicy",
                "AmazonEKSLoadBalancingPolicy",
                "AmazonEKSNetworkingClusterPolicy",
                "AmazonEKSNetworkingPolicy",
            ],
            settings,
        );
        if let Some(node_role) = node_role {
            self.add_own_entry(node_role, EntryType::Ec2, &["AmazonEKSAutoNodePolicy"], settings);
        }
    }

    /// The entry of EKS's own role, seen in the lists of newer clusters.
    pub(crate) fn add_service_linked_role_entry(&mut self, settings: &Settings) {
        let role = format!(
            "arn:{}:iam::{}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS",
            partition(&self.region),
            self.account
        );
        self.add_own_entry(&role, EntryType::Standard, &["AmazonEKSClusterInsightsPolicy"], settings);
    }

    /// Brings to its end what has had its time.
    pub(crate) fn settle(&mut self, settings: &Settings, now: Moment) {
        if matches!(self.phase, Phase::Creating { active_at } if active_at <= now) {
            self.phase = Phase::Active;
        }
        let mut reached = None;
        for update in &mut self.updates {
            if update.status == UpdateStatus::InProgress && update.ends_at <= now {
                update.status = UpdateStatus::ended(settings.update_outcome, &settings.update_error);
                if update.status == UpdateStatus::Successful {
                    reached = update.target.or(reached);
                }
            }
        }
        if let Some(mode) = reached {
            self.reach(mode, settings);
        }
    }

    /// Leaving CONFIG_MAP makes entries for the creator and for the nodes that EKS manages, and for nobody else.
    fn reach(&mut self, mode: AuthenticationMode, settings: &Settings) {
        let before = std::mem::replace(&mut self.mode, mode);
        if before != AuthenticationMode::ConfigMap {
            return;
        }
        if settings.creator_entry {
            let creator = self.creator.clone().unwrap_or_else(|| settings.caller_arn.clone());
            self.add_creator_entry(&creator, settings);
        }
        for role in &settings.managed_node_roles {
            self.add_own_entry(role, EntryType::Ec2Linux, &[], settings);
        }
        for role in &settings.fargate_pod_execution_roles {
            self.add_own_entry(role, EntryType::FargateLinux, &[], settings);
        }
        if settings.service_linked_role_entry {
            self.add_service_linked_role_entry(settings);
        }
    }

    /// An entry that is there already stays as it is; a principal that can have none gets none.
    fn add_own_entry(&mut self, principal_arn: &str, entry_type: EntryType, policies: &[&str], settings: &Settings) {
        let Some(principal) = Principal::parse(principal_arn) else { return };
        if self.entries.contains_key(principal_arn) {
            return;
        }
        let mut entry = self.new_entry(principal_arn, &principal, entry_type, settings);
        for name in policies {
            entry.associate(&policy_arn(name, &self.region), AccessScope::cluster());
        }
        self.entries.insert(principal_arn.to_owned(), entry);
    }

    fn not_active(&self) -> ApiError {
        ApiError::invalid_request(format!("Cluster '{}' is not in ACTIVE status", self.name)).in_cluster(&self.name)
    }

    fn status(&self, updating_visible_after_ms: u64) -> &'static str {
        match self.phase {
            Phase::Creating { .. } => "CREATING",
            Phase::Deleting { .. } => "DELETING",
            Phase::Active => match self.update_in_progress() {
                Some(update) if Moment::now().ms_since(update.started_at) >= updating_visible_after_ms => "UPDATING",
                _ => "ACTIVE",
            },
        }
    }
}

impl AuthenticationMode {
    pub(crate) fn parse(name: &str) -> Option<AuthenticationMode> {
        [AuthenticationMode::ConfigMap, AuthenticationMode::ApiAndConfigMap, AuthenticationMode::Api]
            .into_iter()
            .find(|mode| mode.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            AuthenticationMode::ConfigMap => "CONFIG_MAP",
            AuthenticationMode::ApiAndConfigMap => "API_AND_CONFIG_MAP",
            AuthenticationMode::Api => "API",
        }
    }

    /// One step at a time, and never back.
    pub(crate) fn can_become(self, target: AuthenticationMode) -> bool {
        matches!(
            (self, target),
            (AuthenticationMode::ConfigMap, AuthenticationMode::ApiAndConfigMap)
                | (AuthenticationMode::ApiAndConfigMap, AuthenticationMode::Api)
        )
    }
}

fn shown_by_default(account: &str, region: &str) -> Map<String, Value> {
    let partition = partition(region);
    let issuer = Uuid::new_v4().simple().to_string().to_uppercase();
    let shown = json!({
        "version": "1.33",
        "platformVersion": "eks.1",
        "roleArn": format!("arn:{partition}:iam::{account}:role/eks-cluster"),
        "resourcesVpcConfig": {
            "subnetIds": ["subnet-0a1b2c3d4e5f60718", "subnet-0918273645546372a"],
            "securityGroupIds": [],
            "clusterSecurityGroupId": "sg-0f1e2d3c4b5a69788",
            "vpcId": "vpc-0123456789abcdef0",
            "endpointPublicAccess": true,
            "endpointPrivateAccess": false,
            "publicAccessCidrs": ["0.0.0.0/0"],
        },
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.100.0.0/16", "ipFamily": "ipv4"},
        "logging": {"clusterLogging": [{
            "types": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
            "enabled": false,
        }]},
        "identity": {"oidc": {"issuer": format!("https://oidc.eks.{region}.amazonaws.com/id/{issuer}")}},
        "health": {"issues": []},
        "upgradePolicy": {"supportType": "EXTENDED"},
    });
    match shown {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
