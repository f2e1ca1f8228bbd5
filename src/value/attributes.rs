use std::borrow::Cow;
use std::vec;

use super::Dynamic;

/// The name of an attribute. Those of a schema are part of the program, so that a copy of one costs nothing.
pub type Name = Cow<'static, str>;

/// The attributes of an object by name, in the order of their names, each name once.
///
/// An object has a dozen attributes, is read, copied and compared over and over, and hardly ever gets another one: for that,
/// one piece of memory does better than a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attributes(Vec<(Name, Dynamic)>);

impl Attributes {
    /// No attributes, and room for so many.
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of one.
    pub fn get(&self, name: &str) -> Option<&Dynamic> {
        self.position(name).map(|at| &self.0[at].1)
    }

    /// The value of one, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Dynamic> {
        self.position(name).map(|at| &mut self.0[at].1)
    }

    /// Whether there is one of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Puts one in, and returns the value that it had before.
    pub fn insert(&mut self, name: impl Into<Name>, value: Dynamic) -> Option<Dynamic> {
        let name = name.into();
        // Names mostly come in their order.
        if self.0.last().is_none_or(|(last, _)| *last < name) {
            self.0.push((name, value));
            return None;
        }
        let at = self.place(&name);
        match self.0.get_mut(at) {
            Some((other, old)) if *other == name => Some(std::mem::replace(old, value)),
            _ => {
                self.0.insert(at, (name, value));
                None
            }
        }
    }

    /// The value of one, to change it; null if it was not there.
    pub fn get_or_insert(&mut self, name: &'static str) -> &mut Dynamic {
        let at = self.position(name).unwrap_or_else(|| {
            let at = self.place(name);
            self.0.insert(at, (name.into(), Dynamic::Null));
            at
        });
        &mut self.0[at].1
    }

    /// Takes one out.
    pub fn remove(&mut self, name: &str) -> Option<Dynamic> {
        self.position(name).map(|at| self.0.remove(at).1)
    }

    /// Keeps those of which this is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Dynamic) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Dynamic)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The names, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values, in the order of the names.
    pub fn values(&self) -> impl Iterator<Item = &Dynamic> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values to change, in the order of the names.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Dynamic> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Where one is. Most names differ in their length already, so that to look at a dozen costs less than to compare four.
    fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(other, _)| other == name)
    }

    /// Where one is, or would have to be.
    fn place(&self, name: &str) -> usize {
        self.0.partition_point(|(other, _)| **other < *name)
    }
}

impl<N: Into<Name>> Extend<(N, Dynamic)> for Attributes {
    fn extend<I: IntoIterator<Item = (N, Dynamic)>>(&mut self, attributes: I) {
        for (name, value) in attributes {
            self.insert(name, value);
        }
    }
}

impl<N: Into<Name>> FromIterator<(N, Dynamic)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (N, Dynamic)>>(attributes: I) -> Self {
        let attributes = attributes.into_iter();
        let mut all = Self::with_capacity(attributes.size_hint().0);
        all.extend(attributes);
        all
    }
}

impl IntoIterator for Attributes {
    type Item = (Name, Dynamic);
    type IntoIter = vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(attributes: &Attributes) -> Vec<&str> {
        attributes.keys().map(|name| &**name).collect()
    }

    #[test]
    fn each_name_is_there_once_and_the_last_value_counts() {
        let mut attributes: Attributes =
            [("b", Dynamic::Null), ("a", Dynamic::Null), ("b", "2".into())].into_iter().collect();
        assert_eq!(names(&attributes), ["a", "b"]);
        assert_eq!(attributes.get("b"), Some(&"2".into()));
        assert_eq!(attributes.insert("b", "3".into()), Some("2".into()));
        assert_eq!(attributes.remove("b"), Some("3".into()));
        assert!(!attributes.contains_key("b"));
        assert_eq!(attributes.remove("b"), None);
    }

    #[test]
    fn equal_in_whatever_order_they_came() {
        let one = [("a", Dynamic::from("1")), ("b", "2".into()), ("c", "3".into())];
        let other = [("c", Dynamic::from("3")), ("a", "1".into()), ("b", "2".into())];
        assert_eq!(Attributes::from_iter(one), Attributes::from_iter(other));
    }

    #[test]
    fn what_is_not_there_yet_comes_in_as_null() {
        let mut attributes = Attributes::from_iter([("a", Dynamic::from("1")), ("c", "3".into())]);
        assert_eq!(attributes.get_or_insert("b"), &Dynamic::Null);
        *attributes.get_or_insert("a") = Dynamic::Unknown;
        assert_eq!(names(&attributes), ["a", "b", "c"]);
        assert_eq!(attributes.get("a"), Some(&Dynamic::Unknown));
    }
}
