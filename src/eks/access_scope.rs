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
        pub r#type: Value<String> = required().check(check_type),
        /// The namespaces, if `type` is `namespace`. A name may contain wildcards, such as `dev-*`, and need not exist yet.
        pub namespaces: Value<BTreeSet<String>> = optional().check(check_namespace),
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

    /// Checks what the two arguments say together, where both are known.
    pub(super) fn check(&self, at: &AttributePath) -> Result<(), Diagnostics> {
        let namespaces = match &self.namespaces {
            Value::Known(namespaces) => namespaces.len(),
            Value::Null => 0,
            Value::Unknown => return Ok(()),
        };
        let at = at.clone().then_attribute("namespaces");
        let problem = match (self.r#type.known().map(String::as_str), namespaces) {
            (Some("cluster"), 1..) => {
                "A scope of type cluster covers every namespace, so it takes no namespaces. Remove them, or set type to \
                 \"namespace\"."
            }
            (Some("namespace"), 0) => {
                "A scope of type namespace needs at least one namespace. Name some, or set type to \"cluster\" to cover all \
                 of them."
            }
            _ => return Ok(()),
        };
        Err(Diagnostic::error("Invalid access scope", problem).at(at).into())
    }
}

fn check_type(text: &str) -> Result<(), Diagnostic> {
    match text {
        "cluster" | "namespace" => Ok(()),
        _ => {
            let detail = format!("{text:?} is no type of scope. There are \"cluster\" and \"namespace\".");
            Err(Diagnostic::error("Invalid access scope", detail))
        }
    }
}

fn check_namespace(text: &str) -> Result<(), Diagnostic> {
    if text.trim().is_empty() {
        return Err(Diagnostic::error("Invalid access scope", "The name of a namespace must not be empty."));
    }
    Ok(())
}
