//! The tfplugin6 service: each call is converted, answered by the engine, and converted back.
//!
//! What is not written here answers UNIMPLEMENTED, and nothing advertises it.

use tonic::{Request, Response, Status};

use super::generated::tfplugin6 as pb;
use super::generated::tfplugin6::provider_server;
use super::{from_proto, to_proto};
use crate::framework::Provider;
use crate::framework::engine::Engine;

/// A provider as a gRPC service.
pub struct Service<P: Provider> {
    engine: Engine<P>,
}

impl<P: Provider> Service<P> {
    /// Serves `provider`.
    pub fn new(provider: P) -> Self {
        Self { engine: Engine::new(provider) }
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn answer<T>(answer: impl Into<T>) -> Answer<T> {
    Ok(Response::new(answer.into()))
}

/// What this provider can do beyond the first version of the protocol.
fn capabilities() -> pb::ServerCapabilities {
    pb::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: false,
        generate_resource_config: false,
    }
}

#[tonic::async_trait]
impl<P: Provider> provider_server::Provider for Service<P> {
    async fn get_metadata(&self, _: Request<pb::get_metadata::Request>) -> Answer<pb::get_metadata::Response> {
        use pb::get_metadata::{DataSourceMetadata, ResourceMetadata, Response};
        let resources = P::RESOURCES.iter().map(|it| ResourceMetadata { type_name: it.name().to_owned() });
        let data_sources = P::DATA_SOURCES.iter().map(|it| DataSourceMetadata { type_name: it.name().to_owned() });
        answer(Response {
            server_capabilities: Some(capabilities()),
            resources: resources.collect(),
            data_sources: data_sources.collect(),
            ..Response::default()
        })
    }

    async fn get_provider_schema(
        &self,
        _: Request<pb::get_provider_schema::Request>,
    ) -> Answer<pb::get_provider_schema::Response> {
        let resources = self.engine.resources().map(|(name, schema, _)| (name.to_owned(), schema.into()));
        let data_sources = self.engine.data_sources().map(|(name, schema)| (name.to_owned(), schema.into()));
        answer(pb::get_provider_schema::Response {
            provider: Some((&self.engine.provider_schema()).into()),
            resource_schemas: resources.collect(),
            data_source_schemas: data_sources.collect(),
            server_capabilities: Some(capabilities()),
            ..pb::get_provider_schema::Response::default()
        })
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<pb::get_resource_identity_schemas::Request>,
    ) -> Answer<pb::get_resource_identity_schemas::Response> {
        let schemas =
            self.engine.resources().map(|(name, _, identity)| (name.to_owned(), to_proto::identity_schema(identity)));
        answer(pb::get_resource_identity_schemas::Response {
            identity_schemas: schemas.collect(),
            diagnostics: Vec::new(),
        })
    }

    async fn validate_provider_config(
        &self,
        request: Request<pb::validate_provider_config::Request>,
    ) -> Answer<pb::validate_provider_config::Response> {
        answer(self.engine.validate_provider(from_proto::value(request.into_inner().config)).await)
    }

    async fn validate_resource_config(
        &self,
        request: Request<pb::validate_resource_config::Request>,
    ) -> Answer<pb::validate_resource_config::Response> {
        let request = request.into_inner();
        answer(self.engine.validate_resource(&request.type_name, from_proto::value(request.config)).await)
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<pb::validate_data_resource_config::Request>,
    ) -> Answer<pb::validate_data_resource_config::Response> {
        let request = request.into_inner();
        answer(self.engine.validate_data_source(&request.type_name, from_proto::value(request.config)).await)
    }

    async fn configure_provider(
        &self,
        request: Request<pb::configure_provider::Request>,
    ) -> Answer<pb::configure_provider::Response> {
        answer(self.engine.configure(from_proto::value(request.into_inner().config)).await)
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<pb::upgrade_resource_state::Request>,
    ) -> Answer<pb::upgrade_resource_state::Response> {
        answer(self.engine.upgrade(request.into_inner().into()).await)
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<pb::upgrade_resource_identity::Request>,
    ) -> Answer<pb::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        answer(self.engine.upgrade_identity(&request.type_name, from_proto::raw_state(request.raw_identity)).await)
    }

    async fn read_resource(&self, request: Request<pb::read_resource::Request>) -> Answer<pb::read_resource::Response> {
        answer(self.engine.read(request.into_inner().into()).await)
    }

    async fn plan_resource_change(
        &self,
        request: Request<pb::plan_resource_change::Request>,
    ) -> Answer<pb::plan_resource_change::Response> {
        answer(self.engine.plan(request.into_inner().into()).await)
    }

    async fn apply_resource_change(
        &self,
        request: Request<pb::apply_resource_change::Request>,
    ) -> Answer<pb::apply_resource_change::Response> {
        answer(self.engine.apply(request.into_inner().into()).await)
    }

    async fn import_resource_state(
        &self,
        request: Request<pb::import_resource_state::Request>,
    ) -> Answer<pb::import_resource_state::Response> {
        answer(self.engine.import(request.into_inner().into()).await)
    }

    async fn read_data_source(
        &self,
        request: Request<pb::read_data_source::Request>,
    ) -> Answer<pb::read_data_source::Response> {
        let request = request.into_inner();
        answer(self.engine.read_data_source(&request.type_name, from_proto::value(request.config)).await)
    }

    async fn stop_provider(&self, _: Request<pb::stop_provider::Request>) -> Answer<pb::stop_provider::Response> {
        self.engine.stop();
        answer(pb::stop_provider::Response::default())
    }
}
