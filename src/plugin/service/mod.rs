//! The tfplugin6 service: each call is converted, answered by the engine, and converted back.
//!
//! What is not written here answers UNIMPLEMENTED, and nothing advertises it. What is written here is also a line of `methods.rs`,
//! beside this folder.

mod call;
mod under_way;

use std::sync::Arc;

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::generated::tfplugin6 as pb;
use super::generated::tfplugin6::provider_server;
use super::{from_proto, to_proto};
use crate::framework::Provider;
use crate::framework::engine::Engine;
use call::{About, Call};
use under_way::{Interruptible, UnderWay};

/// A provider as a gRPC service.
pub struct Service<P: Provider> {
    engine: Arc<Engine<P>>,
    under_way: Arc<UnderWay>,
}

impl<P: Provider> Service<P> {
    /// Serves `provider`.
    pub fn new(provider: P) -> Self {
        Self { engine: Arc::new(Engine::new(provider)), under_way: Arc::default() }
    }

    /// The calls under way, for whoever hears of Ctrl-C.
    pub(super) fn under_way(&self) -> Interruptible<P> {
        Interruptible { engine: Arc::clone(&self.engine), calls: Arc::clone(&self.under_way) }
    }
}

type Answer<T> = Result<Response<T>, Status>;

/// What this provider can do beyond the first version of the protocol.
const CAPABILITIES: pb::ServerCapabilities = pb::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: true,
};

#[tonic::async_trait]
impl<P: Provider> provider_server::Provider for Service<P> {
    async fn get_metadata(&self, _: Request<pb::get_metadata::Request>) -> Answer<pb::get_metadata::Response> {
        use pb::get_metadata::{
            DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata, ResourceMetadata, Response,
        };
        Call::begin("GetMetadata", About::Provider).answer_at_once(|| {
            let resources = P::RESOURCES.iter().map(|it| ResourceMetadata { type_name: it.name().to_owned() });
            let data_sources = P::DATA_SOURCES.iter().map(|it| DataSourceMetadata { type_name: it.name().to_owned() });
            let ephemerals = P::EPHEMERALS.iter().map(|it| EphemeralMetadata { type_name: it.name().to_owned() });
            let lists = P::LISTS.iter().map(|it| ListResourceMetadata { type_name: it.name().to_owned() });
            let functions = P::FUNCTIONS.iter().map(|it| FunctionMetadata { name: it.name().to_owned() });
            Response {
                server_capabilities: Some(CAPABILITIES),
                resources: resources.collect(),
                data_sources: data_sources.collect(),
                ephemeral_resources: ephemerals.collect(),
                list_resources: lists.collect(),
                functions: functions.collect(),
                ..Response::default()
            }
        })
    }

    async fn get_provider_schema(
        &self,
        _: Request<pb::get_provider_schema::Request>,
    ) -> Answer<pb::get_provider_schema::Response> {
        let engine = &self.engine;
        Call::begin("GetProviderSchema", About::Provider).answer_at_once(|| pb::get_provider_schema::Response {
            provider: Some((&engine.provider_schema()).into()),
            resource_schemas: filled!(engine.resources().map(|(name, it, _)| (name.to_owned(), it.into()))),
            data_source_schemas: filled!(engine.data_sources().map(|(name, it)| (name.to_owned(), it.into()))),
            ephemeral_resource_schemas: filled!(engine.ephemerals().map(|(name, it)| (name.to_owned(), it.into()))),
            list_resource_schemas: filled!(engine.lists().map(|(name, it)| (name.to_owned(), it.into()))),
            functions: filled!(engine.functions().map(|(name, it)| (name.to_owned(), it.into()))),
            server_capabilities: Some(CAPABILITIES),
            ..pb::get_provider_schema::Response::default()
        })
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<pb::get_resource_identity_schemas::Request>,
    ) -> Answer<pb::get_resource_identity_schemas::Response> {
        Call::begin("GetResourceIdentitySchemas", About::Provider).answer_at_once(|| {
            let schemas = self.engine.resources();
            let schemas = schemas.map(|(name, _, identity)| (name.to_owned(), to_proto::identity_schema(identity)));
            pb::get_resource_identity_schemas::Response { identity_schemas: filled!(schemas), diagnostics: Vec::new() }
        })
    }

    async fn get_functions(&self, _: Request<pb::get_functions::Request>) -> Answer<pb::get_functions::Response> {
        Call::begin("GetFunctions", About::Provider).answer_at_once(|| {
            let functions = self.engine.functions().map(|(name, it)| (name.to_owned(), it.into()));
            pb::get_functions::Response { functions: filled!(functions), diagnostics: Vec::new() }
        })
    }

    async fn validate_provider_config(
        &self,
        request: Request<pb::validate_provider_config::Request>,
    ) -> Answer<pb::validate_provider_config::Response> {
        let config = from_proto::value(request.into_inner().config);
        let call = Call::begin("ValidateProviderConfig", About::Provider);
        call.answer(self.engine.validate_provider(config)).await
    }

    async fn validate_resource_config(
        &self,
        request: Request<pb::validate_resource_config::Request>,
    ) -> Answer<pb::validate_resource_config::Response> {
        let request = request.into_inner();
        let call = Call::begin("ValidateResourceConfig", About::Resource(&request.type_name));
        call.answer(self.engine.validate_resource(&request.type_name, from_proto::value(request.config))).await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<pb::validate_data_resource_config::Request>,
    ) -> Answer<pb::validate_data_resource_config::Response> {
        let request = request.into_inner();
        let call = Call::begin("ValidateDataResourceConfig", About::DataSource(&request.type_name));
        call.answer(self.engine.validate_data_source(&request.type_name, from_proto::value(request.config))).await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<pb::validate_list_resource_config::Request>,
    ) -> Answer<pb::validate_list_resource_config::Response> {
        let request = request.into_inner();
        let call = Call::begin("ValidateListResourceConfig", About::List(&request.type_name));
        call.answer(self.engine.validate_list(&request.type_name, from_proto::value(request.config))).await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<pb::validate_ephemeral_resource_config::Request>,
    ) -> Answer<pb::validate_ephemeral_resource_config::Response> {
        let request = request.into_inner();
        let call = Call::begin("ValidateEphemeralResourceConfig", About::Ephemeral(&request.type_name));
        call.answer(self.engine.validate_ephemeral(&request.type_name, from_proto::value(request.config))).await
    }

    async fn configure_provider(
        &self,
        request: Request<pb::configure_provider::Request>,
    ) -> Answer<pb::configure_provider::Response> {
        let config = from_proto::value(request.into_inner().config);
        Call::begin("ConfigureProvider", About::Provider).answer(self.engine.configure(config)).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<pb::upgrade_resource_state::Request>,
    ) -> Answer<pb::upgrade_resource_state::Response> {
        let request = request.into_inner();
        let call = Call::begin("UpgradeResourceState", About::Resource(&request.type_name));
        call.answer(self.engine.upgrade(request.into())).await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<pb::upgrade_resource_identity::Request>,
    ) -> Answer<pb::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        let call = Call::begin("UpgradeResourceIdentity", About::Resource(&request.type_name));
        let identity = from_proto::raw_state(request.raw_identity);
        call.answer(self.engine.upgrade_identity(&request.type_name, identity)).await
    }

    async fn move_resource_state(
        &self,
        request: Request<pb::move_resource_state::Request>,
    ) -> Answer<pb::move_resource_state::Response> {
        let request = request.into_inner();
        let call = Call::begin("MoveResourceState", About::Resource(&request.target_type_name));
        call.answer(self.engine.take_over(request.into())).await
    }

    async fn read_resource(&self, request: Request<pb::read_resource::Request>) -> Answer<pb::read_resource::Response> {
        let request = request.into_inner();
        let call = Call::begin("ReadResource", About::Resource(&request.type_name)).counted_by(self.under_way.look());
        call.answer(self.engine.read(request.into())).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<pb::plan_resource_change::Request>,
    ) -> Answer<pb::plan_resource_change::Response> {
        let request = request.into_inner();
        let call =
            Call::begin("PlanResourceChange", About::Resource(&request.type_name)).counted_by(self.under_way.look());
        call.answer(self.engine.plan(request.into())).await
    }

    async fn apply_resource_change(
        &self,
        request: Request<pb::apply_resource_change::Request>,
    ) -> Answer<pb::apply_resource_change::Response> {
        let request = request.into_inner();
        let call =
            Call::begin("ApplyResourceChange", About::Resource(&request.type_name)).counted_by(self.under_way.change());
        call.answer(self.engine.apply(request.into())).await
    }

    async fn import_resource_state(
        &self,
        request: Request<pb::import_resource_state::Request>,
    ) -> Answer<pb::import_resource_state::Response> {
        let request = request.into_inner();
        let call =
            Call::begin("ImportResourceState", About::Resource(&request.type_name)).counted_by(self.under_way.look());
        call.answer(self.engine.import(request.into())).await
    }

    async fn generate_resource_config(
        &self,
        request: Request<pb::generate_resource_config::Request>,
    ) -> Answer<pb::generate_resource_config::Response> {
        let request = request.into_inner();
        let call = Call::begin("GenerateResourceConfig", About::Resource(&request.type_name));
        call.answer(self.engine.generate_config(&request.type_name, from_proto::value(request.state))).await
    }

    async fn read_data_source(
        &self,
        request: Request<pb::read_data_source::Request>,
    ) -> Answer<pb::read_data_source::Response> {
        let request = request.into_inner();
        let call =
            Call::begin("ReadDataSource", About::DataSource(&request.type_name)).counted_by(self.under_way.look());
        call.answer(self.engine.read_data_source(&request.type_name, from_proto::value(request.config))).await
    }

    async fn list_resource(
        &self,
        request: Request<pb::list_resource::Request>,
    ) -> Answer<BoxStream<pb::list_resource::Event>> {
        let request = request.into_inner();
        let call = Call::begin("ListResource", About::List(&request.type_name)).counted_by(self.under_way.look());
        call.answer_one_by_one(self.engine.list(request.into()))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<pb::open_ephemeral_resource::Request>,
    ) -> Answer<pb::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        let call = Call::begin("OpenEphemeralResource", About::Ephemeral(&request.type_name))
            .counted_by(self.under_way.look());
        call.answer(self.engine.open_ephemeral(&request.type_name, from_proto::value(request.config))).await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<pb::renew_ephemeral_resource::Request>,
    ) -> Answer<pb::renew_ephemeral_resource::Response> {
        let request = request.into_inner();
        let call = Call::begin("RenewEphemeralResource", About::Ephemeral(&request.type_name));
        call.answer(self.engine.renew_ephemeral(&request.type_name, &request.private.unwrap_or_default())).await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<pb::close_ephemeral_resource::Request>,
    ) -> Answer<pb::close_ephemeral_resource::Response> {
        let request = request.into_inner();
        let call = Call::begin("CloseEphemeralResource", About::Ephemeral(&request.type_name));
        call.answer(self.engine.close_ephemeral(&request.type_name, &request.private.unwrap_or_default())).await
    }

    async fn call_function(&self, request: Request<pb::call_function::Request>) -> Answer<pb::call_function::Response> {
        let request = request.into_inner();
        let call = Call::begin("CallFunction", About::Function(&request.name));
        let arguments = request.arguments.into_iter().map(Into::into).collect();
        call.answer(self.engine.call(&request.name, arguments)).await
    }

    async fn stop_provider(&self, _: Request<pb::stop_provider::Request>) -> Answer<pb::stop_provider::Response> {
        Call::begin("StopProvider", About::Provider).answer_at_once(|| {
            self.engine.stop();
            pb::stop_provider::Response::default()
        })
    }
}
