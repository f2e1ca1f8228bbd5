use std::fmt;

/// Where in a value something is: `access_scope.namespaces`, `tags["team"]`.
///
/// The empty path is the value as a whole. Terraform has no step for an element of a set, so a path ends there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttributePath {
    // Innermost first, because most paths are built on the way out of a value.
    reversed: Vec<Step>,
}

/// One step of an [`AttributePath`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into an attribute of an object, or a block.
    Attribute(String),
    /// Into an element of a map.
    Key(String),
    /// Into an element of a list or tuple, counted from 0.
    Index(i64),
}

impl AttributePath {
    /// The value as a whole.
    pub fn root() -> Self {
        Self::default()
    }

    /// One attribute of the value.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self { reversed: vec![Step::Attribute(name.into())] }
    }

    /// This path, inside the attribute `name` of a larger value.
    pub fn under_attribute(self, name: impl Into<String>) -> Self {
        self.under(Step::Attribute(name.into()))
    }

    /// This path, inside the element `key` of a map.
    pub fn under_key(self, key: impl Into<String>) -> Self {
        self.under(Step::Key(key.into()))
    }

    /// This path, inside the element `index` of a list.
    pub fn under_index(self, index: i64) -> Self {
        self.under(Step::Index(index))
    }

    /// The attribute `name` of the value at this path.
    pub fn then_attribute(mut self, name: impl Into<String>) -> Self {
        self.reversed.insert(0, Step::Attribute(name.into()));
        self
    }

    /// The element `key` of the map at this path.
    pub fn then_key(mut self, key: impl Into<String>) -> Self {
        self.reversed.insert(0, Step::Key(key.into()));
        self
    }

    /// The element `index` of the list at this path.
    pub fn then_index(mut self, index: i64) -> Self {
        self.reversed.insert(0, Step::Index(index));
        self
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = &Step> {
        self.reversed.iter().rev()
    }

    /// Whether the path names the value as a whole.
    pub fn is_root(&self) -> bool {
        self.reversed.is_empty()
    }

    /// This path, inside whatever `prefix` names.
    pub fn under_path(mut self, prefix: &AttributePath) -> Self {
        self.reversed.extend(prefix.reversed.iter().cloned());
        self
    }

    fn under(mut self, step: Step) -> Self {
        self.reversed.push(step);
        self
    }
}

/// As it is written in HCL.
impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => write!(f, "{name}")?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_hcl() {
        let outwards = AttributePath::attribute("type").under_key("View").under_attribute("access_policies");
        let inwards = AttributePath::attribute("access_policies").then_key("View").then_attribute("type");
        assert_eq!(outwards, inwards);
        assert_eq!(inwards.to_string(), r#"access_policies["View"].type"#);
    }
}
