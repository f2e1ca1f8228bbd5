use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::aws::{self, Eks, EntryType, Principal};
use crate::framework::schema::{block, computed, optional, optional_computed, required};
use crate::framework::{Cx, Diagnostics, Timeouts};
use crate::model;
use crate::value::Value;

use super::super::access_scope::AccessScope;
use super::super::argument::{self, both_known};
use super::super::client::Client;
use super::super::error::Attempt;
use super::super::import_id;
use super::super::tags::TagRules;
use super::super::walk::EntryKey;
use super::validate::{check_group, check_on_conflict, check_user_name};

model! {
    /// Configuration, plan and state of an `eks_access_entry`.
    pub struct AccessEntryModel {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = argument::cluster_name(),
        /// The ARN of the IAM role or user that the entry is for, with its path. A cluster has at most one entry for a
        /// principal.
        pub principal_arn: Value<String> = argument::principal_arn(),
        /// What the principal is: `STANDARD` for people and programs, or a type of node: `EC2_LINUX`, `EC2_WINDOWS`, `EC2`
        /// (EKS Auto Mode), `FARGATE_LINUX`, `HYBRID_LINUX`, `HYPERPOD_LINUX`. Another type means another entry.
        pub r#type: Value<String> = optional().default_value("STANDARD").requires_replace(),
        /// The Kubernetes groups that the principal belongs to inside the cluster. None if left out. EKS owns the groups of
        /// nodes: they can be read there, not set.
        pub kubernetes_groups: Value<BTreeSet<String>> = optional_computed().check(check_group),
        /// The Kubernetes user that the principal is inside the cluster. If left out, EKS makes one from the principal's
        /// ARN, which is what AWS recommends. EKS owns the user names of nodes: they can be read there, not set.
        pub user_name: Value<String> = optional_computed().check(check_user_name),
        /// The access policies of the entry, by name or ARN. When given, the entry has exactly these; when left out, the
        /// policies of the entry are not the business of this resource, and `eks_access_policy_association` may add some.
        pub access_policies: Value<BTreeMap<String, AccessPolicyModel>> = optional(),
        /// What to do when the entry exists already: `fail`, or `adopt` to take it over and change it to what is written
        /// here. Either way the plan says so.
        pub on_conflict: Value<String> = optional().default_value("fail").check(check_on_conflict),
        /// The unique id of the role or user, such as `aws_iam_role.x.unique_id`. EKS lets in only the role or user that
        /// existed when the entry was made: with this, one that was made anew under the same name gets a new entry.
        pub principal_unique_id: Value<String> = optional().requires_replace_if(both_known),
        /// Tags of the entry. None if left out.
        pub tags: Value<BTreeMap<String, String>> = optional_computed(),
        /// The region of the cluster. The provider's region if left out.
        pub region: Value<String> = argument::region(),
        /// The ARN of the entry. An entry that is made again gets another one.
        pub access_entry_arn: Value<String> = computed(),
        /// When the entry was made, in RFC 3339.
        pub created_at: Value<String> = computed(),
        /// `cluster_name` and `principal_arn`, with a colon in between.
        pub id: Value<String> = computed(),
        /// When the entry was last changed, in RFC 3339.
        pub modified_at: Value<String> = computed().changes(),
        /// Tags of the entry, those of the provider's `default_tags` among them.
        pub tags_all: Value<BTreeMap<String, String>> = computed(),
        /// How long operations may take.
        pub timeouts: Value<Timeouts> = block(),
    }
}

model! {
    /// One of the entry's policies.
    pub struct AccessPolicyModel {
        /// Where in the cluster the policy holds.
        pub access_scope: Value<AccessScope> = required(),
    }
}

model! {
    /// What names an access entry.
    pub struct AccessEntryIdentity {
        /// The name of the EKS cluster.
        pub cluster_name: Value<String> = required().check(argument::check_cluster_name),
        /// The ARN of the IAM principal.
        pub principal_arn: Value<String> = required().check(argument::check_sought_principal),
        /// The region of the cluster.
        pub region: Value<String> = optional(),
    }
}

impl AccessEntryModel {
    /// What is looked for in an import: nothing is known of the entry but its name.
    pub(in super::super) fn sought(identity: &AccessEntryIdentity) -> Self {
        Self {
            cluster_name: identity.cluster_name.clone(),
            principal_arn: identity.principal_arn.clone(),
            region: identity.region.clone(),
            on_conflict: Value::Known("fail".to_owned()),
            ..Self::default()
        }
    }

    /// The entry as EKS has it. `shown` is how the practitioner wrote it: what EKS does not know is taken from there, and
    /// what means the same stays as written. The policies are not among what EKS says of an entry.
    pub(in super::super) fn from_api(entry: aws::AccessEntry, eks: &Eks, shown: &Self, tags: &TagRules) -> Self {
        let mut model = Self {
            cluster_name: Value::Known(entry.cluster_name.clone()),
            principal_arn: shown.principal_arn.clone(),
            r#type: Value::Known(entry.entry_type.to_string()),
            kubernetes_groups: shown.kubernetes_groups.clone(),
            user_name: shown.user_name.clone(),
            access_policies: shown.access_policies.clone(),
            on_conflict: shown.on_conflict.clone(),
            principal_unique_id: shown.principal_unique_id.clone(),
            tags: Value::Known(tags.own(&entry.tags, &shown.tags)),
            region: Value::Known(eks.region().to_owned()),
            access_entry_arn: Value::Known(entry.access_entry_arn.clone()),
            created_at: Value::Known(entry.created_at.clone()),
            id: Value::Known(id(&entry.cluster_name, shown.principal(), eks.region())),
            modified_at: Value::Null,
            tags_all: Value::Known(tags.seen(&entry.tags, &shown.tags)),
            timeouts: shown.timeouts.clone(),
        };
        model.take_names(entry);
        model
    }

    /// What UpdateAccessEntry changes.
    pub(super) fn take_names(&mut self, entry: aws::AccessEntry) {
        // Modules write [] for "none of my own" on nodes too, where EKS has groups of its own.
        let none_of_its_own = self.kubernetes_groups.known().is_some_and(BTreeSet::is_empty);
        if !(none_of_its_own && entry.entry_type.owns_groups_and_user_name()) {
            self.kubernetes_groups = Value::Known(entry.kubernetes_groups);
        }
        // Likewise "" for the user name that EKS chooses.
        let none_of_its_own = self.user_name.known().is_some_and(String::is_empty);
        let is_eks_choice = entry.entry_type.owns_groups_and_user_name()
            || self.default_user_name().is_none_or(|default| default == entry.user_name);
        if !(none_of_its_own && is_eks_choice) {
            self.user_name = Value::Known(entry.user_name);
        }
        self.modified_at = Value::Known(entry.modified_at);
    }

    /// Leaves groups and user name of a node to EKS.
    pub(super) fn leave_out_what_eks_owns(&mut self) {
        if self.entry_type().owns_groups_and_user_name() {
            self.kubernetes_groups = Value::Null;
            self.user_name = Value::Null;
        }
    }

    pub(super) fn cluster(&self) -> &str {
        self.cluster_name.known().map(String::as_str).unwrap_or_default()
    }

    pub(super) fn principal(&self) -> &str {
        self.principal_arn.known().map(String::as_str).unwrap_or_default()
    }

    pub(super) fn entry_type(&self) -> EntryType {
        self.r#type.known().map_or(EntryType::Standard, |text| EntryType::from(text.as_str()))
    }

    /// The user name that EKS gives an entry of type STANDARD; `None` where nobody knows beforehand.
    pub(super) fn default_user_name(&self) -> Option<String> {
        self.principal().parse::<Principal>().ok()?.default_user_name()
    }

    /// What the entry is known by, once everything of it is known.
    pub(super) fn key(&self) -> Option<EntryKey> {
        Some(EntryKey {
            region: self.region.known()?.clone(),
            cluster: self.cluster_name.known()?.clone(),
            principal: self.principal_arn.known()?.clone(),
        })
    }

    pub(super) async fn eks(&self, cx: &Cx<'_, Client>, attempt: &Attempt<'_>) -> Result<Eks, Diagnostics> {
        let region = self.region.known().map(String::as_str);
        cx.client.eks(attempt, region, &super::super::client::budget(cx)).await
    }
}

/// The entry in the middle of a sentence.
impl fmt::Display for AccessEntryModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the access entry of {} on cluster {}", self.principal(), self.cluster())?;
        match self.region.known() {
            Some(region) => write!(f, " in {region}"),
            None => Ok(()),
        }
    }
}

pub(super) fn id(cluster: &str, principal: &str, region: &str) -> String {
    import_id::join(&[cluster, principal], ':', region)
}
