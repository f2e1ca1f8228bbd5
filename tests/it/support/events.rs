//! What `plan`, `apply` and `destroy` say with `-json`: one JSON object on each line.

use serde_json::Value;

/// What one command said.
#[derive(Debug)]
pub(crate) struct Events(Vec<Value>);

impl Events {
    /// Lines that are no JSON are passed over.
    pub(crate) fn parse(stdout: &str) -> Self {
        Self(stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// What the plan would do: actions and addresses, sorted by address.
    pub(crate) fn planned(&self) -> Vec<String> {
        let changes = self.of_type("planned_change").map(|event| &event["change"]);
        let mut changes: Vec<_> =
            changes.map(|change| (text(&change["resource"]["addr"]), text(&change["action"]))).collect();
        changes.sort_unstable();
        changes.iter().map(|(address, action)| format!("{action} {address}")).collect()
    }

    /// Errors and warnings. That the provider is a development override goes without saying.
    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = &Value> {
        let diagnostics = self.of_type("diagnostic").map(|event| &event["diagnostic"]);
        diagnostics.filter(|diagnostic| diagnostic["summary"] != "Provider development overrides are in effect")
    }

    /// The summaries of errors and warnings.
    pub(crate) fn summaries(&self) -> Vec<&str> {
        self.diagnostics().map(|diagnostic| text(&diagnostic["summary"])).collect()
    }

    /// What a person reads of events of some types.
    pub(crate) fn messages(&self, types: &[&str]) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|event| types.contains(&text(&event["type"]))).map(|event| text(&event["@message"]))
    }

    /// The events of a type.
    pub(crate) fn of_type(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |event| event["type"] == name)
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
