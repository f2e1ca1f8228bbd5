//! Tags: which of them an object is to have, which are shown, and which are nobody's business here.

use std::collections::{BTreeMap, BTreeSet};

use crate::value::Value;

type Tags = BTreeMap<String, String>;

/// What the `provider` block says about tags.
#[derive(Debug, Default)]
pub(super) struct TagRules {
    /// Tags for every object.
    pub(super) default: Value<Tags>,
    /// The keys of tags that are left alone.
    pub(super) ignored: IgnoredKeys,
}

/// Keys of tags that others set and take away as they like.
///
/// A tag that the configuration itself sets is never left alone: it would be planned and never found.
#[derive(Debug, Default)]
pub(super) struct IgnoredKeys {
    /// Keys in full.
    pub(super) keys: BTreeSet<String>,
    /// How keys begin.
    pub(super) prefixes: BTreeSet<String>,
}

impl TagRules {
    /// `tags_all` as planned: the provider's tags, and over them the object's own.
    pub(super) fn all(&self, own: &Value<Tags>) -> Value<Tags> {
        if self.default.is_unknown() || own.is_unknown() {
            return Value::Unknown;
        }
        let mut all = self.default.known().cloned().unwrap_or_default();
        all.extend(own.known().cloned().unwrap_or_default());
        Value::Known(all)
    }

    /// `tags_all` as found: of the tags that the object has, those that are not ignored. `own` are those that its
    /// configuration sets, as far as anybody knows.
    pub(super) fn seen(&self, found: &Tags, own: &Value<Tags>) -> Tags {
        let is_ours = |key: &String| has(own, key) || has(&self.default, key);
        let mut seen = found.clone();
        seen.retain(|key, _| is_ours(key) || !self.ignored.contains(key));
        seen
    }

    /// `tags` as found: of the tags that the object has, those that its own configuration accounts for, or nobody's.
    ///
    /// A tag of the provider belongs to the object's own only if it was among them before.
    pub(super) fn own(&self, found: &Tags, before: &Value<Tags>) -> Tags {
        let mut own = found.clone();
        own.retain(|key, value| has(before, key) || !(self.ignored.contains(key) || self.is_default(key, value)));
        own
    }

    /// Whether the tag is the provider's. While nobody knows the provider's tags, any may be.
    fn is_default(&self, key: &str, value: &str) -> bool {
        match &self.default {
            Value::Known(tags) => tags.get(key).is_some_and(|default| default == value),
            Value::Null => false,
            Value::Unknown => true,
        }
    }
}

impl IgnoredKeys {
    fn contains(&self, key: &str) -> bool {
        key.starts_with(AWS_OWN)
            || self.keys.contains(key)
            || self.prefixes.iter().any(|prefix| key.starts_with(prefix))
    }
}

/// How the keys of tags begin that AWS sets by itself, CloudFormation for one; nobody else may set or remove those (tag
/// naming limits, AWS General Reference).
const AWS_OWN: &str = "aws:";

fn has(tags: &Value<Tags>, key: &str) -> bool {
    tags.known().is_some_and(|tags| tags.contains_key(key))
}

/// What has to be set, and which keys have to go, to come from one set of tags to another.
pub(super) fn changes(from: &Tags, to: &Tags) -> (Tags, BTreeSet<String>) {
    let mut set = to.clone();
    set.retain(|key, value| from.get(key) != Some(value));
    let gone = from.keys().filter(|key| !to.contains_key(*key));
    (set, filled!(gone.cloned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[(&str, &str)]) -> Tags {
        tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn known(list: &[(&str, &str)]) -> Value<Tags> {
        Value::Known(tags(list))
    }

    fn default(list: &[(&str, &str)]) -> TagRules {
        TagRules { default: known(list), ..TagRules::default() }
    }

    fn ignoring(keys: &[&str], prefixes: &[&str]) -> TagRules {
        let set = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        TagRules { ignored: IgnoredKeys { keys: set(keys), prefixes: set(prefixes) }, ..TagRules::default() }
    }

    #[test]
    fn unknown_tags_make_all_of_them_unknown() {
        let unknown = TagRules { default: Value::Unknown, ..TagRules::default() };
        assert_eq!(unknown.all(&known(&[])), Value::Unknown);
        assert_eq!(TagRules::default().all(&Value::Unknown), Value::Unknown);
    }

    #[test]
    fn the_objects_own_tag_goes_before_the_providers() {
        let all = default(&[("team", "a"), ("env", "dev")]).all(&known(&[("team", "b")]));
        assert_eq!(all, known(&[("team", "b"), ("env", "dev")]));
    }

    #[test]
    fn a_tag_of_the_provider_is_not_the_objects_own_unless_it_was() {
        let rules = default(&[("team", "a")]);
        let found = tags(&[("team", "a"), ("added", "by hand")]);
        assert_eq!(rules.own(&found, &Value::Null), tags(&[("added", "by hand")]));
        assert_eq!(rules.own(&found, &known(&[("team", "a")])), found);
    }

    #[test]
    fn while_the_providers_tags_are_unknown_nobodys_tag_is_taken_for_the_objects_own() {
        let rules = TagRules { default: Value::Unknown, ..TagRules::default() };
        let found = tags(&[("team", "a"), ("mine", "1")]);
        assert_eq!(rules.own(&found, &known(&[("mine", "1")])), tags(&[("mine", "1")]));
    }

    #[test]
    fn what_is_ignored_is_not_seen() {
        let found = tags(&[("kept", "1"), ("cost", "1"), ("cost-center", "1"), ("audit/2024", "1"), ("aws:x", "1")]);
        let rules = ignoring(&["cost"], &["audit/"]);
        let left = [("kept", "1"), ("cost-center", "1")];
        assert_eq!(rules.seen(&found, &Value::Null), tags(&left));
        assert_eq!(rules.own(&found, &Value::Null), tags(&left));
    }

    #[test]
    fn what_the_configuration_sets_is_not_ignored() {
        let rules = TagRules { default: known(&[("cost", "1")]), ..ignoring(&["cost", "team"], &[]) };
        let found = tags(&[("cost", "2"), ("team", "a")]);
        assert_eq!(rules.seen(&found, &known(&[("team", "a")])), found);
        assert_eq!(rules.own(&found, &known(&[("team", "a")])), tags(&[("team", "a")]));
    }

    #[test]
    fn only_what_differs_is_changed() {
        let (set, gone) = changes(
            &tags(&[("same", "1"), ("new value", "1"), ("gone", "1")]),
            &tags(&[("same", "1"), ("new value", "2"), ("added", "1")]),
        );
        assert_eq!(set, tags(&[("new value", "2"), ("added", "1")]));
        assert_eq!(gone.into_iter().collect::<Vec<_>>(), ["gone"]);
    }
}
