//! Ephemeral resources: opened in every walk, renewed while it lasts, closed at its end, never kept.

use prost::bytes::Bytes;
use prost_types::Timestamp;
use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Dynamic;

use super::failure::{Diag, Failure, Findings, read_diagnostics, refuse_deferral};
use super::value::{from_wire, to_wire};
use super::{Core, config, find, plan_rules};

/// Something open.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) result: Dynamic,
    /// When to call [`Core::renew`]; never, if absent.
    pub(crate) renew_at: Option<Timestamp>,
    pub(crate) warnings: Vec<Diag>,
    type_name: String,
    /// What renewing gets.
    latest_private: Option<Bytes>,
    /// What closing gets: never what renewing made of it.
    private: Option<Bytes>,
}

impl Core {
    /// Checks a configuration as `terraform validate` does. Returns the warnings.
    pub(crate) async fn validate_ephemeral(&self, type_name: &str, config: Json) -> Result<Vec<Diag>, Failure> {
        let schema = find(&self.schemas.ephemeral, type_name);
        let config = config::read(&schema.block, &config)?;
        let request = pb::validate_ephemeral_resource_config::Request {
            type_name: type_name.to_owned(),
            config: to_wire(&config, &schema.ty),
        };
        let answer = self.call(async |p| p.validate_ephemeral_resource_config(request).await).await?;
        read_diagnostics(answer.diagnostics, &schema.ty)
    }

    /// Validates and opens.
    pub(crate) async fn open(&self, type_name: &str, config: Json) -> Result<Opened, Failure> {
        let schema = find(&self.schemas.ephemeral, type_name);
        let mut warnings = self.validate_ephemeral(type_name, config.clone()).await?;
        let config = config::read(&schema.block, &config)?;
        assert!(config.is_wholly_known(), "Core would wait for apply: {:?} is unknown", config.first_unknown());
        let request = pb::open_ephemeral_resource::Request {
            type_name: type_name.to_owned(),
            config: to_wire(&config, &schema.ty),
            client_capabilities: None,
        };
        let answer = self.call(async |p| p.open_ephemeral_resource(request).await).await?;
        warnings.extend(read_diagnostics(answer.diagnostics, &schema.ty)?);
        refuse_deferral(answer.deferred)?;
        let result = from_wire(answer.result, &schema.ty)?;
        let mut found = Findings::default();
        plan_rules::check(&mut found, &schema.block, &Dynamic::Null, &config, &result);
        found.into_result(|problems| Failure::rules(INVALID_INSTANCE, problems))?;
        if let Some(path) = result.first_unknown() {
            return Err(Failure::rule_at(INVALID_INSTANCE, path, "unknown, although it is open"));
        }
        Ok(Opened {
            result,
            renew_at: answer.renew_at,
            warnings,
            type_name: type_name.to_owned(),
            latest_private: answer.private.clone(),
            private: answer.private,
        })
    }

    /// Renews, whatever the time. Returns the warnings.
    pub(crate) async fn renew(&self, opened: &mut Opened) -> Result<Vec<Diag>, Failure> {
        let request = pb::renew_ephemeral_resource::Request {
            type_name: opened.type_name.clone(),
            private: opened.latest_private.clone(),
        };
        let answer = self.call(async |p| p.renew_ephemeral_resource(request).await).await?;
        opened.renew_at = answer.renew_at;
        opened.latest_private = answer.private;
        read_diagnostics(answer.diagnostics, &find(&self.schemas.ephemeral, &opened.type_name).ty)
    }

    /// Closes. Returns the warnings.
    pub(crate) async fn close(&self, opened: Opened) -> Result<Vec<Diag>, Failure> {
        let ty = &find(&self.schemas.ephemeral, &opened.type_name).ty;
        let request = pb::close_ephemeral_resource::Request { type_name: opened.type_name, private: opened.private };
        let answer = self.call(async |p| p.close_ephemeral_resource(request).await).await?;
        read_diagnostics(answer.diagnostics, ty)
    }
}

const INVALID_INSTANCE: &str = "Provider produced invalid ephemeral resource instance";
