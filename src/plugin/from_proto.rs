//! What Terraform asks, from the wire's words into the framework's.

use super::generated::tfplugin6 as pb;
use crate::framework::RawState;
use crate::framework::engine::{apply, import, list, r#move, plan, read, upgrade};
use crate::value::Encoded;

impl From<pb::DynamicValue> for Encoded {
    fn from(value: pb::DynamicValue) -> Self {
        Self { msgpack: value.msgpack.into(), json: value.json.into() }
    }
}

impl From<pb::RawState> for RawState {
    fn from(state: pb::RawState) -> Self {
        Self { json: state.json.into(), is_flatmap: !state.flatmap.is_empty() }
    }
}

/// A value; an absent one is null.
pub(super) fn value(value: Option<pb::DynamicValue>) -> Encoded {
    value.map(Encoded::from).unwrap_or_default()
}

/// Stored state; an absent one holds nothing.
pub(super) fn raw_state(state: Option<pb::RawState>) -> RawState {
    state.map(RawState::from).unwrap_or_default()
}

fn identity(identity: Option<pb::ResourceIdentityData>) -> Option<Encoded> {
    identity?.identity_data.map(Encoded::from)
}

impl From<pb::upgrade_resource_state::Request> for upgrade::Upgrade {
    fn from(request: pb::upgrade_resource_state::Request) -> Self {
        Self { type_name: request.type_name, version: request.version, state: raw_state(request.raw_state) }
    }
}

impl From<pb::read_resource::Request> for read::Read {
    fn from(request: pb::read_resource::Request) -> Self {
        let (state, private) = (value(request.current_state), request.private.into());
        Self { type_name: request.type_name, state, private }
    }
}

impl From<pb::plan_resource_change::Request> for plan::Plan {
    fn from(request: pb::plan_resource_change::Request) -> Self {
        Self {
            type_name: request.type_name,
            prior: value(request.prior_state),
            proposed: value(request.proposed_new_state),
            config: value(request.config),
            private: request.prior_private.into(),
            identity: identity(request.prior_identity),
        }
    }
}

impl From<pb::apply_resource_change::Request> for apply::Apply {
    fn from(request: pb::apply_resource_change::Request) -> Self {
        Self {
            type_name: request.type_name,
            prior: value(request.prior_state),
            planned: value(request.planned_state),
            config: value(request.config),
        }
    }
}

impl From<pb::import_resource_state::Request> for import::Import {
    fn from(request: pb::import_resource_state::Request) -> Self {
        Self { type_name: request.type_name, id: request.id, identity: identity(request.identity) }
    }
}

impl From<pb::move_resource_state::Request> for r#move::Move {
    fn from(request: pb::move_resource_state::Request) -> Self {
        Self {
            provider: request.source_provider_address,
            type_name: request.source_type_name,
            version: request.source_schema_version,
            state: raw_state(request.source_state),
            target: request.target_type_name,
        }
    }
}

impl From<pb::list_resource::Request> for list::List {
    fn from(request: pb::list_resource::Request) -> Self {
        Self {
            type_name: request.type_name,
            config: value(request.config),
            include_object: request.include_resource_object,
            limit: request.limit,
        }
    }
}
