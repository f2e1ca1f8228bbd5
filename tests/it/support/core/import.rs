//! Objects that come from elsewhere: from the remote side by import, from other types by `moved`.

use prost::bytes::Bytes;
use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::{AttributePath, Dynamic};

use super::apply::Applied;
use super::failure::{Failure, Problem, read_diagnostics, refuse_deferral};
use super::object::{Address, Object};
use super::value::{as_json, from_wire};
use super::{Core, Phase, capabilities, config};

/// An object of another type, perhaps of another provider.
#[derive(Clone, Debug)]
pub(crate) struct MoveFrom<'a> {
    /// In full: `registry.example/hashicorp/aws`.
    pub(crate) provider: &'a str,
    pub(crate) type_name: &'a str,
    pub(crate) schema_version: i64,
    pub(crate) attributes: &'a Json,
    pub(crate) identity: Option<&'a Json>,
}

impl Core {
    /// Imports by id, and reads what is there.
    pub(crate) async fn import(&self, type_name: &str, name: &str, id: &str) -> Result<Applied, Failure> {
        let request = pb::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            client_capabilities: capabilities(),
            identity: None,
        };
        self.import_object(Address::new(type_name, name), request).await
    }

    /// Imports by identity, given as an `import` block gives it, and reads what is there.
    pub(crate) async fn import_identity(
        &self,
        type_name: &str,
        name: &str,
        identity: &Json,
    ) -> Result<Applied, Failure> {
        let schema = self.resource(type_name);
        let identity_schema = schema.identity.as_ref().expect("a type to be imported by identity has one");
        let identity = config::read(&identity_schema.block, identity)?;
        let request = pb::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: String::new(),
            client_capabilities: capabilities(),
            identity: schema.identity_to_wire(&identity),
        };
        self.import_object(Address::new(type_name, name), request).await
    }

    /// Imports once more, by id and by identity, what is in the state already: both must find just that, but for the
    /// attributes to ignore.
    pub(crate) async fn verify_import(
        &self,
        type_name: &str,
        name: &str,
        id: &str,
        ignored: &[&str],
    ) -> Result<(), Failure> {
        let state = self.state(type_name, name).expect("something to compare with");
        let identity = self.identity(type_name, name);
        let kept = self.forget(type_name, name).expect("something to compare with");
        let mut imported = vec![self.import(type_name, name, id).await?];
        if let Some(identity) = &identity {
            self.forget(type_name, name);
            imported.push(self.import_identity(type_name, name, identity).await?);
        }
        for Applied { state: imported, .. } in imported {
            let imported = as_json(&imported);
            let members = state.as_object().expect("state is an object");
            for (attribute, before) in members.iter().filter(|(name, _)| !ignored.contains(&name.as_str())) {
                if imported[attribute] != *before {
                    let text = format!("{before} in state, {} imported", imported[attribute]);
                    let problem = Problem { path: AttributePath::attribute(attribute), text };
                    return Err(Failure::rules("Import finds something else", [problem]));
                }
            }
        }
        assert_eq!(self.identity(type_name, name), identity, "the identity of {type_name}.{name}");
        self.store(type_name, name, kept);
        Ok(())
    }

    /// Moves an object of another type here, as a `moved` block does. The provider need not be configured for it.
    pub(crate) async fn move_here(&self, from: MoveFrom<'_>, type_name: &str, name: &str) -> Result<Dynamic, Failure> {
        let schema = self.resource(type_name);
        if !self.schemas.move_state {
            return Err(Failure::rule(
                "Unsupported `moved` across resource types",
                "move_resource_state is not offered",
            ));
        }
        let json = |json: &Json| pb::RawState { json: json.to_string().into(), flatmap: Default::default() };
        let request = pb::move_resource_state::Request {
            source_provider_address: from.provider.to_owned(),
            source_type_name: from.type_name.to_owned(),
            source_schema_version: from.schema_version,
            source_state: Some(json(from.attributes)),
            target_type_name: type_name.to_owned(),
            source_private: Bytes::new(),
            source_identity: from.identity.map(json),
            source_identity_schema_version: 0,
        };
        let answer = self.call(async |p| p.move_resource_state(request).await).await?;
        read_diagnostics(answer.diagnostics, &schema.ty)?;
        let value = schema.stored_value(INVALID_MOVE, answer.target_state)?;
        if value.is_null() {
            return Err(Failure::rule(INVALID_MOVE, "neither a state nor an error came back"));
        }
        let identity = schema.identity_from_wire(answer.target_identity)?;
        if !identity.is_wholly_known() {
            return Err(Failure::rule(INVALID_MOVE, "an identity with unknown values"));
        }
        let object = Object { value: value.clone(), private: answer.target_private, identity, tainted: false };
        self.keep(&Address::new(type_name, name), Some(object));
        Ok(value)
    }

    async fn import_object(
        &self,
        address: Address,
        request: pb::import_resource_state::Request,
    ) -> Result<Applied, Failure> {
        let schema = self.resource(&address.type_name);
        assert_eq!(self.stored(&address.type_name, &address.name), None, "{address:?} is in the state already");
        self.walk(Phase::Plan, &address).await?;
        // An import block is planned in the walk that imports.
        self.walk.lock().await.seen.remove(&address);
        let by_identity = request.identity.is_some();
        let answer = self.call(async |p| p.import_resource_state(request).await).await?;
        let mut warnings = read_diagnostics(answer.diagnostics, &schema.ty)?;
        refuse_deferral(answer.deferred)?;

        let imported = match <[_; 1]>::try_from(answer.imported_resources) {
            Ok([imported]) => imported,
            Err(several) => {
                return Err(Failure::rule(INVALID_IMPORT, format!("{} objects instead of one", several.len())));
            }
        };
        if imported.type_name != address.type_name {
            return Err(Failure::rule(INVALID_IMPORT, format!("an object of type {:?}", imported.type_name)));
        }
        let value = from_wire(imported.state, &schema.ty)?;
        schema.check_write_only(INVALID_IMPORT, &value)?;
        if value.is_null() {
            return Err(Failure::rule(INVALID_IMPORT, "an object without state"));
        }
        let identity = schema.identity_from_wire(imported.identity)?;
        if by_identity && identity.is_null() {
            return Err(Failure::rule(INVALID_IMPORT, "imported by identity, but no identity came back"));
        }

        let object = Object { value, private: imported.private, identity, tainted: false };
        let (object, more_warnings) = self.read(&address, object).await?;
        warnings.extend(more_warnings);
        let Some(object) = object else {
            let problem =
                Problem { path: AttributePath::root(), text: "no object exists with the given id".to_owned() };
            return Err(Failure::refused("Cannot import non-existent remote object", [problem]));
        };
        let state = object.value.clone();
        self.keep(&address, Some(object));
        Ok(Applied { state, warnings })
    }
}

const INVALID_IMPORT: &str = "Provider produced invalid import";
const INVALID_MOVE: &str = "Provider returned invalid value";
