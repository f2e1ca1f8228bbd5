//! A provider that keeps to the rules, over a remote side that is a map; each of its answers can be bent to break one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_server::{Provider, ProviderServer};
use terraform_provider_eks::value::{Attributes, Dynamic, Encoded, Number, Type, json};
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::toy_schema::{identity_schemas, identity_type, provider_type, schemas, thing_type};

/// Something that Core is about to be told.
pub(crate) enum Answer<'a> {
    Schemas(&'a mut pb::get_provider_schema::Response),
    Identities(&'a mut pb::get_resource_identity_schemas::Response),
    Upgrade(&'a mut pb::upgrade_resource_state::Response),
    Read(&'a mut pb::read_resource::Response),
    Plan(&'a mut pb::plan_resource_change::Response),
    Apply(&'a mut pb::apply_resource_change::Response),
    Import(&'a mut pb::import_resource_state::Response),
    Move(&'a mut pb::move_resource_state::Response),
    Data(&'a mut pb::read_data_source::Response),
    Open(&'a mut pb::open_ephemeral_resource::Response),
    Call(&'a mut pb::call_function::Response),
    List(&'a mut pb::list_resource::Event),
}

type Bend = Box<dyn Fn(Answer<'_>) + Send + Sync>;

pub(crate) struct Toy {
    bend: Bend,
    /// What exists, by id.
    pub(crate) remote: Mutex<BTreeMap<String, Dynamic>>,
    /// What Core called, in order.
    pub(crate) calls: Mutex<Vec<&'static str>>,
    /// What Core asked for in plans, in order.
    pub(crate) plans: Mutex<Vec<pb::plan_resource_change::Request>>,
    /// What Core ordered, in order.
    pub(crate) applies: Mutex<Vec<pb::apply_resource_change::Request>>,
}

impl Toy {
    /// A toy whose answers go through `bend`.
    pub(crate) fn new(bend: impl Fn(Answer<'_>) + Send + Sync + 'static) -> Self {
        Self {
            bend: Box::new(bend),
            remote: Mutex::default(),
            calls: Mutex::default(),
            plans: Mutex::default(),
            applies: Mutex::default(),
        }
    }

    /// The same, and the service that Core connects to, in this process.
    pub(crate) fn bent(bend: impl Fn(Answer<'_>) + Send + Sync + 'static) -> (Arc<Self>, ProviderServer<Self>) {
        let toy = Arc::new(Self::new(bend));
        (toy.clone(), ProviderServer::from_arc(toy))
    }

    /// A toy that keeps to the rules.
    pub(crate) fn honest() -> (Arc<Self>, ProviderServer<Self>) {
        Self::bent(|_| {})
    }

    fn called(&self, name: &'static str) {
        self.calls.lock().unwrap().push(name);
    }

    fn find(&self, object: &Dynamic) -> Option<Dynamic> {
        self.remote.lock().unwrap().get(object.attribute("id")?.as_str()?).cloned()
    }
}

/// A problem with one argument.
pub(crate) fn problem(severity: pb::diagnostic::Severity, attribute: &str) -> pb::Diagnostic {
    let selector = pb::attribute_path::step::Selector::AttributeName(attribute.to_owned());
    let step = pb::attribute_path::Step { selector: Some(selector) };
    pb::Diagnostic {
        severity: severity.into(),
        summary: "Toy problem".to_owned(),
        detail: String::new(),
        attribute: Some(pb::AttributePath { steps: vec![step] }),
    }
}

/// Changes a value on the wire.
pub(crate) fn change(value: &mut Option<pb::DynamicValue>, change: impl FnOnce(&mut Attributes)) {
    let Dynamic::Object(mut attributes) = decode(value.take(), &thing_type()) else { panic!("no object to change") };
    change(&mut attributes);
    *value = encode(&Dynamic::Object(attributes), &thing_type());
}

pub(crate) fn encode(value: &Dynamic, ty: &Type) -> Option<pb::DynamicValue> {
    let encoded = Encoded::of(value, ty).unwrap();
    Some(pb::DynamicValue { msgpack: encoded.msgpack.into(), json: encoded.json.into() })
}

pub(crate) fn decode(value: Option<pb::DynamicValue>, ty: &Type) -> Dynamic {
    let pb::DynamicValue { msgpack, json } = value.unwrap_or_default();
    Encoded { msgpack: msgpack.into(), json: json.into() }.decode(ty).unwrap()
}

#[tonic::async_trait]
impl Provider for Toy {
    async fn get_provider_schema(
        &self,
        _: Request<pb::get_provider_schema::Request>,
    ) -> Result<Response<pb::get_provider_schema::Response>, Status> {
        self.called("schema");
        let mut answer = schemas();
        (self.bend)(Answer::Schemas(&mut answer));
        Ok(Response::new(answer))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<pb::get_resource_identity_schemas::Request>,
    ) -> Result<Response<pb::get_resource_identity_schemas::Response>, Status> {
        let mut answer = identity_schemas();
        (self.bend)(Answer::Identities(&mut answer));
        Ok(Response::new(answer))
    }

    async fn validate_provider_config(
        &self,
        _: Request<pb::validate_provider_config::Request>,
    ) -> Result<Response<pb::validate_provider_config::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn configure_provider(
        &self,
        request: Request<pb::configure_provider::Request>,
    ) -> Result<Response<pb::configure_provider::Response>, Status> {
        self.called("configure");
        decode(request.into_inner().config, &provider_type());
        Ok(Response::new(Default::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<pb::validate_resource_config::Request>,
    ) -> Result<Response<pb::validate_resource_config::Response>, Status> {
        self.called("validate");
        let config = decode(request.into_inner().config, &thing_type());
        let is_refused = config.attribute("name") == Some(&Dynamic::Null);
        let diagnostics = if is_refused { vec![problem(pb::diagnostic::Severity::Error, "name")] } else { Vec::new() };
        Ok(Response::new(pb::validate_resource_config::Response { diagnostics }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<pb::upgrade_resource_state::Request>,
    ) -> Result<Response<pb::upgrade_resource_state::Response>, Status> {
        self.called("upgrade");
        let state = json::decode(&request.into_inner().raw_state.unwrap().json, &thing_type()).unwrap();
        let mut answer = pb::upgrade_resource_state::Response {
            upgraded_state: encode(&state, &thing_type()),
            ..Default::default()
        };
        (self.bend)(Answer::Upgrade(&mut answer));
        Ok(Response::new(answer))
    }

    async fn read_resource(
        &self,
        request: Request<pb::read_resource::Request>,
    ) -> Result<Response<pb::read_resource::Response>, Status> {
        self.called("read");
        let request = request.into_inner();
        let found = self.find(&decode(request.current_state, &thing_type())).unwrap_or_default();
        let mut answer = pb::read_resource::Response {
            new_state: encode(&found, &thing_type()),
            new_identity: identity_of(&found),
            private: request.private,
            ..Default::default()
        };
        (self.bend)(Answer::Read(&mut answer));
        Ok(Response::new(answer))
    }

    async fn plan_resource_change(
        &self,
        request: Request<pb::plan_resource_change::Request>,
    ) -> Result<Response<pb::plan_resource_change::Response>, Status> {
        self.called("plan");
        let request = request.into_inner();
        self.plans.lock().unwrap().push(request.clone());
        let prior = decode(request.prior_state, &thing_type());
        let planned = plan(&prior, decode(request.proposed_new_state, &thing_type()));
        let replaces = !prior.is_null() && !planned.is_null() && prior.attribute("name") != planned.attribute("name");
        let mut answer = pb::plan_resource_change::Response {
            planned_state: encode(&planned, &thing_type()),
            requires_replace: if replaces { vec![path("name")] } else { Vec::new() },
            planned_private: if planned.is_null() { request.prior_private } else { "planned".into() },
            ..Default::default()
        };
        (self.bend)(Answer::Plan(&mut answer));
        Ok(Response::new(answer))
    }

    async fn apply_resource_change(
        &self,
        request: Request<pb::apply_resource_change::Request>,
    ) -> Result<Response<pb::apply_resource_change::Response>, Status> {
        self.called("apply");
        let request = request.into_inner();
        self.applies.lock().unwrap().push(request.clone());
        let state = fill("", name_after(decode(request.planned_state, &thing_type())));
        let prior = decode(request.prior_state, &thing_type());
        if let Some(id) = prior.attribute("id").and_then(Dynamic::as_str) {
            self.remote.lock().unwrap().remove(id);
        }
        if let Some(id) = state.attribute("id").and_then(Dynamic::as_str) {
            self.remote.lock().unwrap().insert(id.to_owned(), state.clone());
        }
        let mut answer = pb::apply_resource_change::Response {
            new_identity: identity_of(&state),
            new_state: encode(&state, &thing_type()),
            private: "applied".into(),
            ..Default::default()
        };
        (self.bend)(Answer::Apply(&mut answer));
        Ok(Response::new(answer))
    }

    async fn import_resource_state(
        &self,
        request: Request<pb::import_resource_state::Request>,
    ) -> Result<Response<pb::import_resource_state::Response>, Status> {
        let request = request.into_inner();
        let id = match request.identity.and_then(|identity| identity.identity_data) {
            Some(data) => decode(Some(data), &identity_type()).attribute("id").cloned().unwrap(),
            None => request.id.as_str().into(),
        };
        let Type::Object(attributes) = thing_type() else { unreachable!() };
        let mut state: Attributes = attributes.into_keys().map(|name| (name, Dynamic::Null)).collect();
        state.insert("id", id);
        state.insert("access", Dynamic::set([]));
        state.insert("rule", Dynamic::List(Vec::new()));
        state.insert("limits", Dynamic::object([("max", Dynamic::Null)]));
        let state = Dynamic::Object(state);
        let imported = pb::import_resource_state::ImportedResource {
            type_name: request.type_name,
            identity: identity_of(&state),
            state: encode(&state, &thing_type()),
            private: Default::default(),
        };
        let mut answer =
            pb::import_resource_state::Response { imported_resources: vec![imported], ..Default::default() };
        (self.bend)(Answer::Import(&mut answer));
        Ok(Response::new(answer))
    }

    async fn move_resource_state(
        &self,
        request: Request<pb::move_resource_state::Request>,
    ) -> Result<Response<pb::move_resource_state::Response>, Status> {
        let state = json::decode(&request.into_inner().source_state.unwrap().json, &thing_type()).unwrap();
        let mut answer = pb::move_resource_state::Response {
            target_identity: identity_of(&state),
            target_state: encode(&state, &thing_type()),
            ..Default::default()
        };
        (self.bend)(Answer::Move(&mut answer));
        Ok(Response::new(answer))
    }

    async fn validate_data_resource_config(
        &self,
        _: Request<pb::validate_data_resource_config::Request>,
    ) -> Result<Response<pb::validate_data_resource_config::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn read_data_source(
        &self,
        request: Request<pb::read_data_source::Request>,
    ) -> Result<Response<pb::read_data_source::Response>, Status> {
        let state = fill("", compute_all(decode(request.into_inner().config, &thing_type())));
        let mut answer = pb::read_data_source::Response { state: encode(&state, &thing_type()), ..Default::default() };
        (self.bend)(Answer::Data(&mut answer));
        Ok(Response::new(answer))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        _: Request<pb::validate_ephemeral_resource_config::Request>,
    ) -> Result<Response<pb::validate_ephemeral_resource_config::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<pb::open_ephemeral_resource::Request>,
    ) -> Result<Response<pb::open_ephemeral_resource::Response>, Status> {
        let result = fill("", compute_all(decode(request.into_inner().config, &thing_type())));
        let mut answer = pb::open_ephemeral_resource::Response {
            result: encode(&result, &thing_type()),
            private: Some("opened".into()),
            renew_at: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
            ..Default::default()
        };
        (self.bend)(Answer::Open(&mut answer));
        Ok(Response::new(answer))
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<pb::renew_ephemeral_resource::Request>,
    ) -> Result<Response<pb::renew_ephemeral_resource::Response>, Status> {
        assert!(request.into_inner().private.is_some_and(|private| private == "opened"), "the latest private data");
        Ok(Response::new(pb::renew_ephemeral_resource::Response {
            private: Some("renewed".into()),
            ..Default::default()
        }))
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<pb::close_ephemeral_resource::Request>,
    ) -> Result<Response<pb::close_ephemeral_resource::Response>, Status> {
        assert!(request.into_inner().private.is_some_and(|private| private == "opened"), "the private data of open");
        Ok(Response::new(Default::default()))
    }

    async fn call_function(
        &self,
        request: Request<pb::call_function::Request>,
    ) -> Result<Response<pb::call_function::Response>, Status> {
        let arguments =
            request.into_inner().arguments.into_iter().map(|argument| decode(Some(argument), &Type::String));
        let joined: String = arguments.map(|argument| argument.as_str().unwrap().to_owned()).collect();
        let mut answer =
            pb::call_function::Response { result: encode(&joined.as_str().into(), &Type::String), error: None };
        (self.bend)(Answer::Call(&mut answer));
        Ok(Response::new(answer))
    }

    async fn validate_list_resource_config(
        &self,
        _: Request<pb::validate_list_resource_config::Request>,
    ) -> Result<Response<pb::validate_list_resource_config::Response>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn list_resource(
        &self,
        request: Request<pb::list_resource::Request>,
    ) -> Result<Response<BoxStream<pb::list_resource::Event>>, Status> {
        let include = request.into_inner().include_resource_object;
        let events: Vec<_> = self
            .remote
            .lock()
            .unwrap()
            .iter()
            .map(|(id, object)| {
                let mut event = pb::list_resource::Event {
                    identity: identity_of(object),
                    display_name: id.clone(),
                    resource_object: if include { encode(object, &thing_type()) } else { None },
                    diagnostic: Vec::new(),
                };
                (self.bend)(Answer::List(&mut event));
                Ok(event)
            })
            .collect();
        Ok(Response::new(Box::pin(tokio_stream::iter(events))))
    }

    async fn stop_provider(
        &self,
        _: Request<pb::stop_provider::Request>,
    ) -> Result<Response<pb::stop_provider::Response>, Status> {
        Ok(Response::new(Default::default()))
    }
}

pub(crate) fn path(attribute: &str) -> pb::AttributePath {
    problem(pb::diagnostic::Severity::Error, attribute).attribute.unwrap()
}

fn identity_of(state: &Dynamic) -> Option<pb::ResourceIdentityData> {
    let identity = Dynamic::object([("id", state.attribute("id")?.clone())]);
    Some(pb::ResourceIdentityData { identity_data: encode(&identity, &identity_type()) })
}

/// What is proposed; if that is a change, what the provider computes is not known yet.
fn plan(prior: &Dynamic, proposed: Dynamic) -> Dynamic {
    let Dynamic::Object(mut planned) = proposed else { return Dynamic::Null };
    planned.insert("secret", Dynamic::Null);
    let planned = Dynamic::Object(planned);
    if planned == *prior { planned } else { compute_all(planned) }
}

/// Whatever has no value yet gets one in apply, and so does the revision.
fn compute_all(value: Dynamic) -> Dynamic {
    match value {
        Dynamic::Object(attributes) => Dynamic::object(attributes.into_iter().map(|(name, value)| {
            let is_computed = ["id", "mode", "etag", "rule_id", "since"].contains(&&*name) && value.is_null();
            let value = if is_computed || name == "revision" { Dynamic::Unknown } else { compute_all(value) };
            (name, value)
        })),
        Dynamic::List(values) => Dynamic::List(values.into_iter().map(compute_all).collect()),
        Dynamic::Set(values) => Dynamic::set(values.into_iter().map(compute_all)),
        Dynamic::Map(values) => {
            Dynamic::Map(values.into_iter().map(|(key, value)| (key, compute_all(value))).collect())
        }
        other => other,
    }
}

/// An object's id is its name.
fn name_after(planned: Dynamic) -> Dynamic {
    let Dynamic::Object(mut attributes) = planned else { return planned };
    if attributes.get("id").is_some_and(Dynamic::is_unknown) {
        let name = attributes.get("name").cloned().unwrap();
        attributes.insert("id", name);
    }
    Dynamic::Object(attributes)
}

/// The value with everything known.
fn fill(name: &str, value: Dynamic) -> Dynamic {
    match value {
        Dynamic::Unknown if name == "revision" => Dynamic::Number(Number::from(1_i64)),
        Dynamic::Unknown => format!("filled {name}").as_str().into(),
        Dynamic::Object(attributes) => Dynamic::object(attributes.into_iter().map(|(name, value)| {
            let value = fill(&name, value);
            (name, value)
        })),
        Dynamic::List(values) => Dynamic::List(values.into_iter().map(|value| fill(name, value)).collect()),
        Dynamic::Set(values) => Dynamic::set(values.into_iter().map(|value| fill(name, value))),
        Dynamic::Map(values) => Dynamic::Map(values.into_iter().map(|(key, value)| (key, fill(name, value))).collect()),
        other => other,
    }
}
