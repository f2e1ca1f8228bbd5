//! Tags of an object, of the provider, and of both together.

use std::collections::BTreeMap;

use crate::value::Value;

type Tags = BTreeMap<String, String>;

/// `tags_all`: the provider's tags, and over them the object's own.
pub(super) fn all(default: &Value<Tags>, own: &Value<Tags>) -> Value<Tags> {
    if default.is_unknown() || own.is_unknown() {
        return Value::Unknown;
    }
    let mut all = default.known().cloned().unwrap_or_default();
    all.extend(own.known().cloned().unwrap_or_default());
    Value::Known(all)
}

/// `tags`: of the tags that the object has, those that its own configuration accounts for, or nobody's.
///
/// A tag of the provider belongs to the object's own only if it was among them before. No tags are shown as they were
/// before: as an empty map, or as none at all.
pub(super) fn own(all: &Tags, default: &Value<Tags>, before: &Value<Tags>) -> Value<Tags> {
    let was_own = |key: &String| before.known().is_some_and(|before| before.contains_key(key));
    let is_default = |key: &String, value: &String| default.known().is_some_and(|tags| tags.get(key) == Some(value));
    let own: Tags = all
        .iter()
        .filter(|(key, value)| was_own(key) || !is_default(key, value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if own.is_empty() && !matches!(before, Value::Known(_)) { Value::Null } else { Value::Known(own) }
}

/// What has to be set, and which keys have to go, to come from one set of tags to another.
pub(super) fn changes(from: &Tags, to: &Tags) -> (Tags, std::collections::BTreeSet<String>) {
    let set = to.iter().filter(|(key, value)| from.get(*key) != Some(value));
    let gone = from.keys().filter(|key| !to.contains_key(*key));
    (set.map(|(key, value)| (key.clone(), value.clone())).collect(), gone.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[(&str, &str)]) -> Value<Tags> {
        Value::Known(tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    fn known(value: Value<Tags>) -> Tags {
        value.into_known().expect("known")
    }

    #[test]
    fn unknown_tags_make_all_of_them_unknown() {
        assert_eq!(all(&Value::Unknown, &tags(&[])), Value::Unknown);
        assert_eq!(all(&Value::Null, &Value::Unknown), Value::Unknown);
    }

    #[test]
    fn the_objects_own_tag_goes_before_the_providers() {
        let all = all(&tags(&[("team", "a"), ("env", "dev")]), &tags(&[("team", "b")]));
        assert_eq!(all, tags(&[("team", "b"), ("env", "dev")]));
    }

    #[test]
    fn a_tag_of_the_provider_is_not_the_objects_own_unless_it_was() {
        let default = tags(&[("team", "a")]);
        let there = known(tags(&[("team", "a"), ("added", "by hand")]));
        assert_eq!(own(&there, &default, &Value::Null), tags(&[("added", "by hand")]));
        assert_eq!(own(&there, &default, &tags(&[("team", "a")])), tags(&[("team", "a"), ("added", "by hand")]));
    }

    #[test]
    fn no_tags_are_shown_as_before() {
        assert_eq!(own(&Tags::new(), &Value::Null, &Value::Null), Value::Null);
        assert_eq!(own(&Tags::new(), &Value::Null, &tags(&[])), tags(&[]));
    }

    #[test]
    fn only_what_differs_is_changed() {
        let (set, gone) = changes(
            &known(tags(&[("same", "1"), ("new value", "1"), ("gone", "1")])),
            &known(tags(&[("same", "1"), ("new value", "2"), ("added", "1")])),
        );
        assert_eq!(Value::Known(set), tags(&[("new value", "2"), ("added", "1")]));
        assert_eq!(gone.into_iter().collect::<Vec<_>>(), ["gone"]);
    }
}
