//! What each call is answered.

use super::{diagnostics, pb};
use crate::framework::Diagnostics;
use crate::framework::engine::{
    apply, configure, data_source, ephemeral, function, generate, identity, import, list, r#move, plan, read, upgrade,
    validate,
};
use crate::value::{Encoded, Step};

fn identity_data(identity: Option<Encoded>) -> Option<pb::ResourceIdentityData> {
    identity.map(|identity| pb::ResourceIdentityData { identity_data: Some(identity.into()) })
}

impl From<configure::Configured> for pb::configure_provider::Response {
    fn from(answer: configure::Configured) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<validate::Validated> for pb::validate_provider_config::Response {
    fn from(answer: validate::Validated) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<validate::Validated> for pb::validate_resource_config::Response {
    fn from(answer: validate::Validated) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<validate::Validated> for pb::validate_data_resource_config::Response {
    fn from(answer: validate::Validated) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<validate::Validated> for pb::validate_list_resource_config::Response {
    fn from(answer: validate::Validated) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<validate::Validated> for pb::validate_ephemeral_resource_config::Response {
    fn from(answer: validate::Validated) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<upgrade::Upgraded> for pb::upgrade_resource_state::Response {
    fn from(answer: upgrade::Upgraded) -> Self {
        Self { upgraded_state: Some(answer.state.into()), diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<identity::UpgradedIdentity> for pb::upgrade_resource_identity::Response {
    fn from(answer: identity::UpgradedIdentity) -> Self {
        Self { upgraded_identity: identity_data(answer.identity), diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<read::ReadAnswer> for pb::read_resource::Response {
    fn from(answer: read::ReadAnswer) -> Self {
        Self {
            new_state: Some(answer.state.into()),
            diagnostics: diagnostics(answer.diagnostics),
            private: answer.private.into(),
            deferred: None,
            new_identity: identity_data(answer.identity),
        }
    }
}

impl From<plan::Planned> for pb::plan_resource_change::Response {
    fn from(answer: plan::Planned) -> Self {
        Self {
            planned_state: Some(answer.state.into()),
            requires_replace: answer.requires_replace.into_iter().map(pb::AttributePath::from).collect(),
            planned_private: answer.private.into(),
            diagnostics: diagnostics(answer.diagnostics),
            legacy_type_system: false,
            deferred: None,
            planned_identity: identity_data(answer.identity),
        }
    }
}

impl From<apply::Applied> for pb::apply_resource_change::Response {
    fn from(answer: apply::Applied) -> Self {
        Self {
            new_state: Some(answer.state.into()),
            private: answer.private.into(),
            diagnostics: diagnostics(answer.diagnostics),
            legacy_type_system: false,
            new_identity: identity_data(answer.identity),
        }
    }
}

impl From<import::Imported> for pb::import_resource_state::Response {
    fn from(answer: import::Imported) -> Self {
        let imported = pb::import_resource_state::ImportedResource {
            type_name: answer.type_name,
            state: Some(answer.state.into()),
            private: answer.private.into(),
            identity: identity_data(answer.identity),
        };
        let failed = answer.diagnostics.has_errors();
        Self {
            imported_resources: if failed { Vec::new() } else { vec![imported] },
            diagnostics: diagnostics(answer.diagnostics),
            deferred: None,
        }
    }
}

impl From<data_source::LookedUp> for pb::read_data_source::Response {
    fn from(answer: data_source::LookedUp) -> Self {
        Self { state: Some(answer.state.into()), diagnostics: diagnostics(answer.diagnostics), deferred: None }
    }
}

impl From<r#move::Moved> for pb::move_resource_state::Response {
    fn from(answer: r#move::Moved) -> Self {
        Self {
            target_state: Some(answer.state.into()),
            diagnostics: diagnostics(answer.diagnostics),
            target_private: answer.private.into(),
            target_identity: identity_data(answer.identity),
        }
    }
}

impl From<generate::Generated> for pb::generate_resource_config::Response {
    fn from(answer: generate::Generated) -> Self {
        Self { config: Some(answer.config.into()), diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<list::Event> for pb::list_resource::Event {
    fn from(event: list::Event) -> Self {
        Self {
            identity: identity_data(event.identity),
            display_name: event.display_name,
            resource_object: event.object.map(pb::DynamicValue::from),
            diagnostic: diagnostics(event.diagnostics),
        }
    }
}

impl From<ephemeral::Opened> for pb::open_ephemeral_resource::Response {
    fn from(answer: ephemeral::Opened) -> Self {
        Self {
            diagnostics: diagnostics(answer.diagnostics),
            renew_at: answer.renew_at.map(Into::into),
            result: Some(answer.result.into()),
            private: Some(answer.private.into()),
            deferred: None,
        }
    }
}

impl From<ephemeral::Renewed> for pb::renew_ephemeral_resource::Response {
    fn from(answer: ephemeral::Renewed) -> Self {
        Self {
            diagnostics: diagnostics(answer.diagnostics),
            renew_at: answer.renew_at.map(Into::into),
            private: Some(answer.private.into()),
        }
    }
}

impl From<ephemeral::Closed> for pb::close_ephemeral_resource::Response {
    fn from(answer: ephemeral::Closed) -> Self {
        Self { diagnostics: diagnostics(answer.diagnostics) }
    }
}

impl From<function::Called> for pb::call_function::Response {
    fn from(answer: function::Called) -> Self {
        match function_error(answer.diagnostics) {
            None => Self { result: Some(answer.result.into()), error: None },
            error => Self { result: None, error },
        }
    }
}

/// A function has one error, without a summary, and may blame one argument. Terraform adds the last full stop.
fn function_error(diagnostics: Diagnostics) -> Option<pb::FunctionError> {
    let argument = diagnostics.iter().find_map(|diagnostic| match diagnostic.path.steps().next() {
        Some(Step::Index(index)) => Some(*index),
        _ => None,
    });
    diagnostics.has_errors().then(|| {
        let text = diagnostics.into_iter().map(|diagnostic| diagnostic.detail).collect::<Vec<_>>().join(" ");
        pb::FunctionError { text: text.trim_end_matches('.').to_owned(), function_argument: argument }
    })
}
