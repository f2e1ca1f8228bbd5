//! The `aws-auth` ConfigMap, translated row by row into access entries.
//!
//! What a row grants is decided by aws-iam-authenticator, which EKS runs in front of the Kubernetes API: this module
//! reads the ConfigMap as that program does (`pkg/mapper/configmap`, `pkg/config` and `pkg/arn` of its repository),
//! oddities included, and says for each row what becomes of it. An entry never grants more than its row grants today;
//! where that cannot be had, the row is [`Verdict::Blocked`] and says what to do.
//!
//! | module | what it is |
//! |---|---|
//! | `yaml`, `mapping` | the text of the ConfigMap, and the items in it |
//! | `caller` | whom the ARN of a row lets in |
//! | `standing` | which of several rows for one ARN counts |
//! | `role_paths` | the paths of roles, which rows leave out and entries need |
//! | `node`, `placeholder`, `entry` | what a row becomes |
//! | `live`, `principals` | the entries that exist, as far as rows are about them, and the real principals behind the rows |
//! | `judge` | all of that together: the verdict |

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::access_entry::EntryType;
use crate::aws::access_policy::AccessScope;

use self::judge::Judge;
use self::mapping::Mapping;
use self::role_paths::RolePaths;
use self::standing::standings;

mod caller;
mod entry;
mod judge;
mod live;
mod mapping;
mod node;
mod placeholder;
mod principals;
mod role_paths;
mod standing;
mod yaml;

pub use live::{Live, LiveEntry};

/// Translates the data of the ConfigMap into access entries, with a verdict on every row.
///
/// As [`ConfigMap::translate`], for whoever needs no look at the rows before.
///
/// # Errors
///
/// One of the lists cannot be read, or `role_paths` contradicts itself.
pub fn translate(
    data: &BTreeMap<String, String>,
    role_paths: &BTreeMap<String, String>,
    live: Option<&Live>,
) -> Result<Translation, AwsAuthError> {
    let role_paths = RolePaths::read(role_paths)?;
    Ok(ConfigMap::read(data)?.translation(&role_paths, live))
}

/// The rows of an `aws-auth` ConfigMap, as the authenticator reads them.
#[derive(Debug)]
pub struct ConfigMap(Vec<Mapping>);

impl ConfigMap {
    /// Reads the data of the ConfigMap.
    ///
    /// Keys of `data` other than `mapRoles`, `mapUsers` and `mapAccounts`, spelt like this, are ignored, as the
    /// authenticator ignores them.
    ///
    /// # Errors
    ///
    /// One of the lists cannot be read.
    pub fn read(data: &BTreeMap<String, String>) -> Result<Self, AwsAuthError> {
        mapping::read(data).map(Self)
    }

    /// The verdict on every row, and the entries to have.
    ///
    /// `role_paths` maps ARNs of roles without their path to the real ones. `live` is what exists on the cluster;
    /// without it no row is ever [`Verdict::Covered`] or [`Verdict::Conflict`].
    ///
    /// # Errors
    ///
    /// `role_paths` contradicts itself.
    pub fn translate(
        &self,
        role_paths: &BTreeMap<String, String>,
        live: Option<&Live>,
    ) -> Result<Translation, AwsAuthError> {
        Ok(self.translation(&RolePaths::read(role_paths)?, live))
    }

    fn translation(&self, role_paths: &RolePaths, live: Option<&Live>) -> Translation {
        let judge = Judge::new(&self.0, role_paths, live);
        let mut translation = Translation::default();
        for (mapping, standing) in self.0.iter().zip(standings(&self.0)) {
            let judgement = judge.judge(mapping, standing);
            if let Some(entry) = judgement.entry {
                translation.entries.insert(entry.principal_arn.clone(), entry);
            }
            translation.rows.push(Row {
                source: mapping.source,
                index: mapping.index,
                arn: mapping.arn.clone(),
                username: mapping.username.clone(),
                groups: mapping.groups.clone(),
                verdict: judgement.verdict,
                reason: judgement.reason,
            });
        }
        translation
    }
}

/// What becomes of an `aws-auth` ConfigMap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Translation {
    /// Every item of the three lists, in their order: mapRoles, mapUsers, mapAccounts.
    pub rows: Vec<Row>,
    /// The entries to have, by the ARN of their principals.
    ///
    /// There is one for each row with the verdict `migrate`, `covered` or `conflict`, except where EKS makes the entry
    /// itself or none can be made. Which ones there are does not hang on what exists already: whoever made an entry
    /// from here finds it here again.
    pub entries: BTreeMap<String, Entry>,
}

impl Translation {
    /// Whether nobody loses access when the cluster stops reading the ConfigMap: the verdict on every row is
    /// `covered` or `dead`.
    pub fn is_fully_covered(&self) -> bool {
        self.rows.iter().all(|row| row.verdict.is_settled())
    }
}

/// One item of the ConfigMap, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The list that it is in.
    pub source: Source,
    /// Its position in that list, counted from nought over every item.
    pub index: usize,
    /// The ARN that it names, as written; in mapAccounts the account. Empty if it names none.
    pub arn: String,
    /// The Kubernetes user name, placeholders and all, if it has one.
    pub username: Option<String>,
    /// The Kubernetes groups, placeholders and all.
    pub groups: Vec<String>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Why, and what to do, in full sentences.
    pub reason: String,
}

/// The lists of the ConfigMap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// Roles, each with a user name and groups.
    MapRoles,
    /// Users, each with a user name and groups.
    MapUsers,
    /// Accounts, all of whose principals are let in under their own ARNs.
    MapAccounts,
}

impl Source {
    /// The lists, in the order in which the authenticator asks them.
    pub const ALL: [Self; 3] = [Self::MapRoles, Self::MapUsers, Self::MapAccounts];

    /// The list's key in the ConfigMap. Case matters.
    pub fn key(self) -> &'static str {
        match self {
            Self::MapRoles => "mapRoles",
            Self::MapUsers => "mapUsers",
            Self::MapAccounts => "mapAccounts",
        }
    }
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It becomes an entry, which is not there yet.
    Migrate,
    /// An entry exists that grants the same.
    Covered,
    /// An entry exists that differs.
    Conflict,
    /// EKS makes the entry itself, but has not done so yet.
    OwnedByEks,
    /// It lets nobody in today.
    Dead,
    /// It cannot be an entry as it stands.
    Blocked,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 6] =
        [Self::Migrate, Self::Covered, Self::Conflict, Self::OwnedByEks, Self::Dead, Self::Blocked];

    /// The verdict in a word: `migrate`, `covered`, `conflict`, `owned_by_eks`, `dead` or `blocked`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Migrate => "migrate",
            Self::Covered => "covered",
            Self::Conflict => "conflict",
            Self::OwnedByEks => "owned_by_eks",
            Self::Dead => "dead",
            Self::Blocked => "blocked",
        }
    }

    /// Whether nothing is lost when the cluster stops reading the row.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Covered | Self::Dead)
    }
}

/// An access entry that takes a row's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The principal, with its path as far as that is known.
    pub principal_arn: String,
    /// What the principal is for.
    pub entry_type: EntryType,
    /// The Kubernetes groups; none for types other than STANDARD, which EKS gives groups of its own.
    pub kubernetes_groups: BTreeSet<String>,
    /// The Kubernetes user name, or `None` for the one that EKS gives.
    pub user_name: Option<String>,
    /// The access policies, by bare name, and where each holds.
    pub access_policies: BTreeMap<String, AccessScope>,
}

/// Why a ConfigMap cannot be translated at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwsAuthError {
    /// One of the lists cannot be read.
    ///
    /// The authenticator may read nothing of such a list, or may read it otherwise than it was meant. To guess which
    /// could turn it into access that nobody has today.
    #[error(
        "{} of the aws-auth ConfigMap cannot be read: {reason}. Nothing is translated, because a guess at what the \
         cluster makes of it could give access that nobody has today. Put the list right first.",
        .source.key()
    )]
    Unreadable {
        /// The list.
        r#source: Source,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// A pair of ARNs in `role_paths` is wrong.
    #[error("role_paths maps {plain:?} to {real:?}, but {reason}.")]
    RolePath {
        /// The ARN without path.
        plain: String,
        /// What it was said to stand for.
        real: String,
        /// What is wrong with the pair.
        reason: String,
    },
}

#[cfg(test)]
mod tests;
