//! The protocols as Rust: messages, servers and clients, generated from `proto/` and checked in.
//!
//! `proto/README.md` tells how to change them. The test `generated::is_current` fails when the code here is not what the
//! `.proto` files say.

#![expect(
    missing_docs,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code; proto/ says what there is to say"
)]

#[rustfmt::skip]
pub mod tfplugin6;

#[rustfmt::skip]
#[path = "plugin.rs"]
pub mod go_plugin;

use std::fmt;

use self::tfplugin6::{DynamicValue, RawState};

// These two carry configurations, plans and states: whoever shows a message shows nothing of them, because only the schema
// can tell what in them is a secret.

impl fmt::Debug for DynamicValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { msgpack, json } = self;
        let mut shown = f.debug_struct("DynamicValue");
        shown.field("msgpack_bytes", &msgpack.len()).field("json_bytes", &json.len()).finish()
    }
}

impl fmt::Debug for RawState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { json, flatmap } = self;
        f.debug_struct("RawState").field("json_bytes", &json.len()).field("flatmap_members", &flatmap.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::tfplugin6::{configure_provider, upgrade_resource_state};
    use super::*;

    #[test]
    fn no_value_is_shown() {
        let config = DynamicValue { msgpack: "s3cret".into(), json: "s3cret".into() };
        let shown = format!("{:?}", configure_provider::Request { config: Some(config), ..Default::default() });
        assert!(shown.contains("msgpack_bytes: 6") && shown.contains("json_bytes: 6"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");

        let flatmap = [("key".to_owned(), "s3cret".to_owned())].into();
        let raw_state = RawState { json: "s3cret".into(), flatmap };
        let request = upgrade_resource_state::Request { raw_state: Some(raw_state), ..Default::default() };
        let shown = format!("{request:?}");
        assert!(shown.contains("json_bytes: 6") && shown.contains("flatmap_members: 1"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
