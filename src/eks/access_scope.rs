use std::collections::BTreeSet;

use crate::aws;
use crate::framework::schema::{optional, required};
use crate::framework::{Diagnostic, Diagnostics};
use crate::model;
use crate::value::{AttributePath, Value};

model! {
    /// Where in the cluster a policy holds.
    pub struct AccessScope {
        /// `cluster` for the whole cluster, or `namespace` for some namespaces.
        pub r#type: Value<String> = required(),
        /// The namespaces, if `type` is `namespace`. A name may contain wildcards, such as `dev-*`, and need not exist yet.
        pub namespaces: Value<BTreeSet<String>> = optional(),
    }
}

impl AccessScope {
    /// The scope as EKS has it. `shown` is how the practitioner writes it: what means the same stays as written.
    pub(super) fn from_api(scope: &aws::AccessScope, shown: Option<&AccessScope>) -> Self {
        let namespaces = match scope {
            aws::AccessScope::Namespaces(namespaces) => Value::Known(namespaces.clone()),
            // An empty list of namespaces means the same as none.
            aws::AccessScope::Cluster => match shown.map(|shown| &shown.namespaces) {
                Some(Value::Known(none)) if none.is_empty() => Value::Known(BTreeSet::new()),
                _ => Value::Null,
            },
        };
        Self { r#type: Value::Known(scope.kind().to_owned()), namespaces }
    }

    /// The scope as EKS wants it. Everything is known and has been checked.
    pub(super) fn to_api(&self) -> aws::AccessScope {
        match self.r#type.known().map(String::as_str) {
            Some("namespace") => aws::AccessScope::Namespaces(self.namespaces.known().cloned().unwrap_or_default()),
            _ => aws::AccessScope::Cluster,
        }
    }

    /// The scope as EKS wants it, once everything of it is known.
    pub(super) fn known(&self) -> Option<aws::AccessScope> {
        let is_known = self.r#type.known().is_some() && !self.namespaces.is_unknown();
        is_known.then(|| self.to_api())
    }

    /// Checks what the arguments say, each and together, where they are known. Terraform shows no line inside `access_policies`, so
    /// the words tell whose scope it is.
    pub(super) fn check(&self, policy: Option<&str>, at: &AttributePath) -> Result<(), Diagnostics> {
        let of = policy.map(|policy| format!(" of {policy}")).unwrap_or_default();
        let has_blank = |names: &BTreeSet<String>| names.iter().any(|name| name.trim().is_empty());
        let none = BTreeSet::new();
        let namespaces = match &self.namespaces {
            Value::Known(namespaces) => Some(namespaces),
            Value::Null => Some(&none),
            Value::Unknown => None,
        };
        let (argument, detail) = match (self.r#type.known().map(String::as_str), namespaces) {
            (Some("cluster"), Some(namespaces)) if !namespaces.is_empty() => (
                "namespaces",
                format!(
                    "The scope{of} is of type cluster, which covers every namespace, so it takes no namespaces. Remove them, or \
                     set type to \"namespace\"."
                ),
            ),
            (Some("namespace"), Some(namespaces)) if namespaces.is_empty() => (
                "namespaces",
                format!(
                    "The scope{of} is of type namespace, which needs at least one namespace. Name some, or set type to \
                     \"cluster\" to cover all of them."
                ),
            ),
            (Some("namespace") | None, Some(namespaces)) if has_blank(namespaces) => {
                ("namespaces", format!("The name of a namespace in the scope{of} must not be empty."))
            }
            (Some("cluster" | "namespace") | None, _) => return Ok(()),
            (Some(text), _) => (
                "type",
                format!(
                    "The scope{of} is of type {text:?}, which is no type of scope. There are \"cluster\" and \"namespace\"."
                ),
            ),
        };
        Err(Diagnostic::error("Invalid access scope", detail).at(at.clone().then_attribute(argument)).into())
    }
}
