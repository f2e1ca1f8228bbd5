//! Data sources: read once all of their configuration is known, and never kept from one run to the next.

use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Dynamic;

use super::apply::Applied;
use super::failure::{Diag, Failure, Findings, read_diagnostics, refuse_deferral};
use super::schema::Schema;
use super::value::to_wire;
use super::{Core, capabilities, config, find, plan_rules};

impl Core {
    /// Checks a configuration as `terraform validate` does. Returns the warnings.
    pub(crate) async fn validate_data(&self, type_name: &str, config: Json) -> Result<Vec<Diag>, Failure> {
        let schema = find(&self.schemas.data_sources, type_name);
        self.validate_data_value(type_name, schema, &config::read(&schema.block, &config)?).await
    }

    /// Validates and reads.
    pub(crate) async fn data(&self, type_name: &str, config: Json) -> Result<Applied, Failure> {
        let schema = find(&self.schemas.data_sources, type_name);
        let config = config::read(&schema.block, &config)?;
        assert!(config.is_wholly_known(), "Core would wait for apply: {:?} is unknown", config.first_unknown());
        let mut warnings = self.validate_data_value(type_name, schema, &config).await?;
        let request = pb::read_data_source::Request {
            type_name: type_name.to_owned(),
            config: to_wire(&config, &schema.ty),
            provider_meta: None,
            client_capabilities: capabilities(),
        };
        let answer = self.call(async |p| p.read_data_source(request).await).await?;
        warnings.extend(read_diagnostics(answer.diagnostics, &schema.ty)?);
        refuse_deferral(answer.deferred)?;
        let state = schema.stored_value(INVALID_OBJECT, answer.state)?;
        // Core asks only that a state is there. But whoever reads an argument back expects what was configured.
        let mut found = Findings::default();
        plan_rules::check(&mut found, &schema.block, &Dynamic::Null, &config, &state);
        found.into_result(|problems| Failure::rules(INVALID_OBJECT, problems))?;
        Ok(Applied { state, warnings })
    }

    async fn validate_data_value(
        &self,
        type_name: &str,
        schema: &Schema,
        config: &Dynamic,
    ) -> Result<Vec<Diag>, Failure> {
        let request = pb::validate_data_resource_config::Request {
            type_name: type_name.to_owned(),
            config: to_wire(config, &schema.ty),
        };
        let answer = self.call(async |p| p.validate_data_resource_config(request).await).await?;
        read_diagnostics(answer.diagnostics, &schema.ty)
    }
}

const INVALID_OBJECT: &str = "Provider produced invalid object";
