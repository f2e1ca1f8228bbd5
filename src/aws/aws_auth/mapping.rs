//! What the items of `aws-auth` say, as the authenticator reads them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::yaml::{self, Node};
use super::{AwsAuthError, Source};
use crate::aws::arn::is_account_id;

/// One item of one of the three lists.
///
/// The authenticator makes JSON of the YAML and reads that into typed fields. So keys count without regard to case; a
/// field of the wrong type is as good as absent, while the rest of its item stands; and an item that names nobody, or
/// somebody in two ways, is left out.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub(super) source: Source,
    /// Its position in its list.
    pub(super) index: usize,
    /// Whom it names: an ARN, or in mapAccounts an account.
    pub(super) arn: String,
    /// The user name, with its placeholders; `None` if it has none or an empty one.
    pub(super) username: Option<String>,
    /// The groups, with their placeholders, in order and without the empty ones.
    pub(super) groups: Vec<String>,
    /// Why it may be less than it looks.
    pub(super) notes: Vec<String>,
    /// What keeps it from being the mapping of one ARN or account.
    pub(super) flaw: Option<Flaw>,
}

/// What keeps an item from being the mapping of one ARN or account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The authenticator leaves it out.
    LeftOut(String),
    /// It names the roles of a permission set of IAM Identity Center.
    PermissionSet { name: String, account: String },
}

/// Every item of the three lists, in order.
///
/// # Errors
///
/// A list cannot be read.
pub(super) fn read(data: &BTreeMap<String, String>) -> Result<Vec<Mapping>, AwsAuthError> {
    let mut mappings = Vec::new();
    for source in Source::ALL {
        let Some(text) = data.get(source.key()).filter(|text| !is_empty(text)) else { continue };
        let unreadable = |reason: String| AwsAuthError::Unreadable { source, reason };
        let list = yaml::read(text).map_err(|error| unreadable(error.to_string()))?;
        match &*list {
            Node::Null => {}
            Node::List(items) => {
                let items = items.iter().enumerate();
                mappings.extend(items.map(|(index, item)| Mapping::read(source, index, item)));
            }
            other => return Err(unreadable(format!("it is {}, not a list", name_of(other)))),
        }
    }
    Ok(mappings)
}

/// Whether the authenticator takes the value for none: it knows the empty texts that people write who mean nothing.
fn is_empty(text: &str) -> bool {
    matches!(text.trim(), "" | "\"\"" | "''" | "``")
}

impl Mapping {
    fn read(source: Source, index: usize, item: &Node) -> Self {
        let mut mapping = Self {
            source,
            index,
            arn: String::new(),
            username: None,
            groups: Vec::new(),
            notes: Vec::new(),
            flaw: None,
        };
        match (source, item) {
            (Source::MapAccounts, Node::Text(account) | Node::Other(account)) => mapping.arn.clone_from(account),
            (Source::MapRoles | Source::MapUsers, Node::Map(fields)) => mapping.read_fields(fields),
            (_, other) => {
                let reason = format!("the item is {}, which names nobody", name_of(other));
                mapping.flaw = Some(Flaw::LeftOut(reason));
            }
        }
        mapping
    }

    fn read_fields(&mut self, fields: &[(String, Rc<Node>)]) {
        let arn_key = if self.source == Source::MapRoles { "rolearn" } else { "userarn" };
        let mut sso = None;
        for (key, value) in as_json(fields) {
            match fold(key).as_str() {
                key if key == arn_key => {
                    if let Some(arn) = self.text(key, value) {
                        self.arn = arn;
                    }
                }
                "username" => self.username = self.text("username", value).or(self.username.take()),
                "groups" => self.read_groups(value),
                "sso" if self.source == Source::MapRoles => sso = Some(value).filter(|value| **value != Node::Null),
                _ => {}
            }
        }
        self.username.take_if(|name| name.is_empty());
        self.flaw = match (self.arn.is_empty(), sso) {
            (false, None) => None,
            (true, None) => Some(Flaw::LeftOut(format!("it has no {arn_key}"))),
            (true, Some(sso)) => Some(permission_set(sso)),
            (false, Some(_)) => Some(Flaw::LeftOut("it has both rolearn and sso".to_owned())),
        };
    }

    fn text(&mut self, key: &str, value: &Node) -> Option<String> {
        match value {
            Node::Text(text) => return Some(text.clone()),
            Node::Null => {}
            other => {
                let note = format!("its {key} is {}, not a text, so it counts for nothing", name_of(other));
                self.notes.push(note);
            }
        }
        None
    }

    fn read_groups(&mut self, value: &Node) {
        match value {
            Node::List(items) => {
                self.groups = items.iter().filter_map(|item| self.text("group", item)).collect();
                self.groups.retain(|group| !group.is_empty());
            }
            Node::Null => self.groups.clear(),
            other => {
                self.notes.push(format!("its groups are {}, not a list, so they count for nothing", name_of(other)))
            }
        }
    }
}

fn permission_set(sso: &Node) -> Flaw {
    let (mut name, mut account) = (String::new(), String::new());
    if let Node::Map(fields) = sso {
        for (key, value) in as_json(fields) {
            match (fold(key).as_str(), value) {
                ("permissionsetname", Node::Text(text)) => name.clone_from(text),
                ("accountid", Node::Text(text)) => account.clone_from(text),
                _ => {}
            }
        }
    }
    if name.is_empty() || !is_account_id(&account) {
        let reason = "its sso lacks a permissionSetName, or an accountID of twelve digits in quotes";
        return Flaw::LeftOut(reason.to_owned());
    }
    Flaw::PermissionSet { name, account }
}

/// The fields as they arrive when the mapping went through JSON: sorted by their keys, of equal keys the last one.
///
/// So among several spellings of one field it is the last in the order of bytes that counts.
fn as_json(fields: &[(String, Rc<Node>)]) -> BTreeMap<&str, &Node> {
    filled!(fields.iter().map(|(key, value)| (key.as_str(), &**value)))
}

/// The key in small letters, as Go's JSON reader folds it: besides A to Z, two characters far from ASCII have small
/// letters in it.
fn fold(key: &str) -> String {
    key.chars()
        .map(|c| match c {
            'ſ' => 's',
            '\u{212a}' => 'k',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

fn name_of(node: &Node) -> String {
    match node {
        Node::Text(_) => "a text".to_owned(),
        Node::Null => "nothing".to_owned(),
        Node::Other(text) => format!("{text} (which YAML takes for a number or a truth value)"),
        Node::List(_) => "a list".to_owned(),
        Node::Map(_) => "a mapping".to_owned(),
    }
}
