//! The object of one resource: how it lies in the state, and how it comes out of it.

use prost::bytes::Bytes;
use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::{AttributePath, Dynamic};

use super::failure::{Diag, Failure, Findings, Problem, read_diagnostics, refuse_deferral};
use super::schema::Schema;
use super::value::{as_json, from_state_file, from_wire, identity_from_wire, identity_to_wire, to_state_file, to_wire};
use super::{Core, Phase, capabilities};

/// `type.name`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    pub(super) type_name: String,
    pub(super) name: String,
}

/// An object as it lies in the state file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stored {
    pub(crate) schema_version: i64,
    /// The attributes as JSON.
    pub(crate) attributes: Vec<u8>,
    pub(crate) private: Bytes,
    pub(crate) identity_version: i64,
    /// The identity as JSON, if there is one.
    pub(crate) identity: Option<Vec<u8>>,
    /// Whether its creation ended in an error, so that it is to be replaced.
    pub(crate) tainted: bool,
}

/// An object as the provider gets to see it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object {
    pub(super) value: Dynamic,
    pub(super) private: Bytes,
    /// Null if there is none.
    pub(super) identity: Dynamic,
    pub(super) tainted: bool,
}

impl Core {
    /// The attributes in the state, as JSON.
    pub(crate) fn state(&self, type_name: &str, name: &str) -> Option<Json> {
        let ty = &self.resource(type_name).ty;
        self.stored(type_name, name).map(|stored| as_json(&from_state_file(&stored.attributes, ty)))
    }

    /// The identity in the state, as JSON.
    pub(crate) fn identity(&self, type_name: &str, name: &str) -> Option<Json> {
        let ty = &self.resource(type_name).identity.as_ref()?.ty;
        let identity = self.stored(type_name, name)?.identity?;
        Some(as_json(&from_state_file(&identity, ty)))
    }

    /// The object as it lies in the state.
    pub(crate) fn stored(&self, type_name: &str, name: &str) -> Option<Stored> {
        self.state.lock().unwrap().get(&Address::new(type_name, name)).cloned()
    }

    /// Puts an object into the state, such as one that an older version of the provider left there.
    pub(crate) fn store(&self, type_name: &str, name: &str, stored: Stored) {
        self.state.lock().unwrap().insert(Address::new(type_name, name), stored);
    }

    /// Takes an object out of the state without destroying it.
    pub(crate) fn forget(&self, type_name: &str, name: &str) -> Option<Stored> {
        self.state.lock().unwrap().remove(&Address::new(type_name, name))
    }

    /// Reads the object again and keeps what is found; null if it is gone.
    pub(crate) async fn refresh(&self, type_name: &str, name: &str) -> Result<Dynamic, Failure> {
        let address = Address::new(type_name, name);
        self.walk(Phase::Plan, &address).await?;
        let (object, _) = self.refreshed(&address).await?;
        let value = object.as_ref().map_or(Dynamic::Null, |object| object.value.clone());
        self.keep(&address, object);
        Ok(value)
    }

    /// The object out of the state, as the current version of the provider has it.
    pub(super) async fn object(&self, address: &Address) -> Result<Option<Object>, Failure> {
        match self.stored(&address.type_name, &address.name) {
            Some(stored) => self.restored(address, stored).await.map(Some),
            None => Ok(None),
        }
    }

    /// What was in the state, as the current version of the provider has it.
    pub(super) async fn restored(&self, address: &Address, stored: Stored) -> Result<Object, Failure> {
        let schema = self.resource(&address.type_name);
        let value = self.upgrade(address, schema, &stored).await?;
        let identity = self.upgrade_identity(address, schema, &stored).await?;
        Ok(Object { value, private: stored.private, identity, tainted: stored.tainted })
    }

    /// The object out of the state, as the provider finds it now, with warnings; none if it is gone.
    pub(super) async fn refreshed(&self, address: &Address) -> Result<(Option<Object>, Vec<Diag>), Failure> {
        match self.object(address).await? {
            Some(object) => self.read(address, object).await,
            None => Ok((None, Vec::new())),
        }
    }

    pub(super) async fn read(&self, address: &Address, object: Object) -> Result<(Option<Object>, Vec<Diag>), Failure> {
        let schema = self.resource(&address.type_name);
        let request = pb::read_resource::Request {
            type_name: address.type_name.clone(),
            current_state: to_wire(&object.value, &schema.ty),
            private: object.private,
            provider_meta: None,
            client_capabilities: capabilities(),
            current_identity: schema.identity_to_wire(&object.identity),
        };
        let answer = self.call(async |p| p.read_resource(request).await).await?;
        let warnings = read_diagnostics(answer.diagnostics, &schema.ty)?;
        refuse_deferral(answer.deferred)?;
        let value = schema.stored_value("Provider produced invalid object", answer.new_state)?;
        let identity = schema.identity_from_wire(answer.new_identity)?;
        if value.is_null() {
            return Ok((None, warnings));
        }
        schema.check_identity(&object.identity, &identity)?;
        Ok((Some(Object { value, private: answer.private, identity, tainted: object.tainted }), warnings))
    }

    /// Puts an object into the state, or takes it out.
    pub(super) fn keep(&self, address: &Address, object: Option<Object>) {
        let Some(object) = object else {
            self.forget(&address.type_name, &address.name);
            return;
        };
        let schema = self.resource(&address.type_name);
        let identity = schema.identity.as_ref().filter(|_| !object.identity.is_null());
        let stored = Stored {
            schema_version: schema.version,
            attributes: to_state_file(&object.value, &schema.ty),
            private: object.private,
            identity_version: identity.map_or(0, |identity| identity.version),
            identity: identity.map(|identity| to_state_file(&object.identity, &identity.ty)),
            tainted: object.tainted,
        };
        self.store(&address.type_name, &address.name, stored);
    }

    /// Core has every object looked at, even when it is of the current version.
    async fn upgrade(&self, address: &Address, schema: &Schema, stored: &Stored) -> Result<Dynamic, Failure> {
        refuse_newer(stored.schema_version, schema.version)?;
        let request = pb::upgrade_resource_state::Request {
            type_name: address.type_name.clone(),
            version: stored.schema_version,
            raw_state: Some(pb::RawState { json: stored.attributes.clone().into(), flatmap: Default::default() }),
        };
        let answer = self.call(async |p| p.upgrade_resource_state(request).await).await?;
        read_diagnostics(answer.diagnostics, &schema.ty)?;
        let value = schema.stored_value(INVALID_UPGRADE, answer.upgraded_state)?;
        if value.is_null() { Err(Failure::rule(INVALID_UPGRADE, "no state came back")) } else { Ok(value) }
    }

    async fn upgrade_identity(&self, address: &Address, schema: &Schema, stored: &Stored) -> Result<Dynamic, Failure> {
        let Some(identity) = &schema.identity else { return Ok(Dynamic::Null) };
        refuse_newer(stored.identity_version, identity.version)?;
        if stored.identity_version == identity.version {
            return Ok(stored.identity.as_ref().map_or(Dynamic::Null, |json| from_state_file(json, &identity.ty)));
        }
        let json = stored.identity.clone().unwrap_or_default().into();
        let request = pb::upgrade_resource_identity::Request {
            type_name: address.type_name.clone(),
            version: stored.identity_version,
            raw_identity: Some(pb::RawState { json, flatmap: Default::default() }),
        };
        let answer = self.call(async |p| p.upgrade_resource_identity(request).await).await?;
        read_diagnostics(answer.diagnostics, &identity.ty)?;
        let upgraded = schema.identity_from_wire(answer.upgraded_identity)?;
        if upgraded.is_wholly_known() { Ok(upgraded) } else { Err(Failure::rule(INVALID_UPGRADE, "unknown values")) }
    }
}

const INVALID_UPGRADE: &str = "Invalid resource state upgrade";

impl Address {
    pub(super) fn new(type_name: &str, name: &str) -> Self {
        Self { type_name: type_name.to_owned(), name: name.to_owned() }
    }
}

impl Stored {
    /// What a recorded state file says of one object.
    pub(crate) fn recorded(schema_version: i64, attributes: &Json) -> Self {
        Self { schema_version, attributes: attributes.to_string().into_bytes(), ..Self::default() }
    }
}

impl Schema {
    /// A value that is going to be kept: wholly known, and without anything that is write-only.
    pub(super) fn stored_value(&self, summary: &str, value: Option<pb::DynamicValue>) -> Result<Dynamic, Failure> {
        let value = from_wire(value, &self.ty)?;
        self.check_write_only(summary, &value)?;
        match value.first_unknown() {
            Some(path) => Err(Failure::rule_at(summary, path, "unknown, but it should be known by now")),
            None => Ok(value),
        }
    }

    pub(super) fn check_write_only(&self, summary: &str, value: &Dynamic) -> Result<(), Failure> {
        let mut found = Findings::default();
        if !value.is_null() && !value.is_unknown() {
            self.block.find_write_only(&mut found, value);
        }
        found.into_result(|problems| Failure::rules(summary, problems))
    }

    pub(super) fn identity_to_wire(&self, identity: &Dynamic) -> Option<pb::ResourceIdentityData> {
        identity_to_wire(identity, self.identity.as_ref().map(|identity| &identity.ty))
    }

    pub(super) fn identity_from_wire(&self, identity: Option<pb::ResourceIdentityData>) -> Result<Dynamic, Failure> {
        identity_from_wire(identity, self.identity.as_ref().map(|identity| &identity.ty))
    }

    /// The identity of an object that exists: present, known, and the one that it had before, if it had one.
    pub(super) fn check_identity(&self, before: &Dynamic, now: &Dynamic) -> Result<(), Failure> {
        let problem = match now {
            _ if self.identity.is_none() => return Ok(()),
            Dynamic::Null => "no identity came back".to_owned(),
            now if !now.is_wholly_known() => "an identity with unknown values".to_owned(),
            now if !before.is_null() && now != before => {
                format!("the identity changed from {} to {}", as_json(before), as_json(now))
            }
            _ => return Ok(()),
        };
        Err(Failure::rule("Provider produced invalid identity", problem))
    }
}

fn refuse_newer(stored: i64, current: i64) -> Result<(), Failure> {
    if stored <= current {
        return Ok(());
    }
    let text = format!("version {stored} in state, {current} in the provider");
    let problem = Problem { path: AttributePath::root(), text };
    Err(Failure::refused("Resource instance managed by newer provider version", [problem]))
}
