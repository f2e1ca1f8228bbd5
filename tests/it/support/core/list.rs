//! Lists: what `terraform query` finds.

use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Dynamic;

use super::failure::{Diag, Failure, read_diagnostics};
use super::value::to_wire;
use super::{Core, config, find};

#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) found: Vec<ListedObject>,
    pub(crate) warnings: Vec<Diag>,
}

#[derive(Debug)]
pub(crate) struct ListedObject {
    pub(crate) identity: Dynamic,
    pub(crate) display_name: String,
    /// Null unless asked for.
    pub(crate) resource: Dynamic,
}

impl Core {
    /// Validates and lists, until there are no more or the limit is reached.
    pub(crate) async fn list(
        &self,
        type_name: &str,
        config: Json,
        include_resource: bool,
        limit: usize,
    ) -> Result<Listed, Failure> {
        let schema = find(&self.schemas.lists, type_name);
        let resource = self.resource(type_name);
        let config = to_wire(&config::read(&schema.block, &config)?, &schema.ty);

        // Core leaves out the other fields.
        let request = pb::validate_list_resource_config::Request {
            type_name: type_name.to_owned(),
            config: config.clone(),
            include_resource_object: None,
            limit: None,
        };
        let answer = self.call(async |p| p.validate_list_resource_config(request).await).await?;
        let mut warnings = read_diagnostics(answer.diagnostics, &schema.ty)?;

        let request = pb::list_resource::Request {
            type_name: type_name.to_owned(),
            config,
            include_resource_object: include_resource,
            limit: limit.try_into().unwrap(),
        };
        let mut events = self.call(async |p| p.list_resource(request).await).await?;
        let mut found = Vec::new();
        // Core stops listening at the limit, and so ends the stream.
        while found.len() < limit
            && let Some(event) = events.message().await.map_err(Failure::status)?
        {
            let has_warnings = !event.diagnostic.is_empty();
            warnings.extend(read_diagnostics(event.diagnostic, &schema.ty)?);
            let identity = resource.identity_from_wire(event.identity)?;
            if identity.is_null() && has_warnings {
                continue;
            }
            resource.check_identity(&Dynamic::Null, &identity)?;
            let object = resource.stored_value("Provider listed an invalid object", event.resource_object)?;
            if event.display_name.is_empty() || !include_resource && !object.is_null() {
                return Err(Failure::rule(
                    "Provider listed an invalid object",
                    "no display name, or an unwanted object",
                ));
            }
            found.push(ListedObject { identity, display_name: event.display_name, resource: object });
        }
        Ok(Listed { found, warnings })
    }
}
