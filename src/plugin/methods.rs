//! The methods that Core may call, and how each is answered.
//!
//! tonic's generated servers have the way of a call, from its headers to its last frame, once for each method: 6 kB each, and a plan
//! takes four of them in turns for each resource. Here there is one way for all answers of one message, and one for those of
//! several; a method is one line.

use std::sync::Arc;

use futures_util::TryStreamExt;
use prost::Message;
use prost::bytes::Bytes;
use tonic::codegen::{BoxFuture, BoxStream};
use tonic::server::{ServerStreamingService, UnaryService};
use tonic::{Request, Response, Status};

use super::codec::Outgoing;
use super::controller::{Controller, Silence};
use super::generated::go_plugin::grpc_controller_server::{self, GrpcController};
use super::generated::go_plugin::grpc_stdio_server::{self, GrpcStdio};
use super::generated::tfplugin6::provider_server::{self, Provider};

/// Whom the calls are for.
pub(super) struct Services<P> {
    pub(super) provider: P,
    pub(super) controller: Controller,
    pub(super) stdio: Silence,
}

/// How a method is answered.
pub(super) enum Method<P> {
    Once(Once<P>),
    OneByOne(OneByOne<P>),
}

/// Answers each call with one message.
pub(super) struct Once<P>(Handler<P, Outgoing>);

/// Answers each call with one message after the other.
pub(super) struct OneByOne<P>(Handler<P, BoxStream<Outgoing>>);

type Handler<P, T> = fn(Arc<Services<P>>, Request<Bytes>) -> Handled<T>;
type Handled<T> = BoxFuture<Response<T>, Status>;

macro_rules! once {
    ($service:ident.$method:ident) => {
        Method::Once(Once(|services, request| {
            Box::pin(async move {
                let answer = services.$service.$method(read(request)?).await?;
                Ok(answer.map(|message| Box::new(message) as Outgoing))
            })
        }))
    };
}

macro_rules! one_by_one {
    ($service:ident.$method:ident) => {
        Method::OneByOne(OneByOne(|services, request| {
            Box::pin(async move {
                let answer = services.$service.$method(read(request)?).await?;
                Ok(answer.map(|messages| {
                    Box::pin(messages.map_ok(|message| Box::new(message) as Outgoing)) as BoxStream<Outgoing>
                }))
            })
        }))
    };
}

impl<P: Provider> Method<P> {
    /// The method of a path, such as `/tfplugin6.Provider/ReadResource`. Those of actions and of state stores are not here: this
    /// provider has neither, and advertises neither.
    pub(super) fn of(path: &str) -> Option<Self> {
        let (service, method) = path.strip_prefix('/')?.split_once('/')?;
        Some(match (service, method) {
            (provider_server::SERVICE_NAME, method) => match method {
                "GetMetadata" => once!(provider.get_metadata),
                "GetProviderSchema" => once!(provider.get_provider_schema),
                "GetResourceIdentitySchemas" => once!(provider.get_resource_identity_schemas),
                "GetFunctions" => once!(provider.get_functions),
                "ValidateProviderConfig" => once!(provider.validate_provider_config),
                "ValidateResourceConfig" => once!(provider.validate_resource_config),
                "ValidateDataResourceConfig" => once!(provider.validate_data_resource_config),
                "ValidateListResourceConfig" => once!(provider.validate_list_resource_config),
                "ValidateEphemeralResourceConfig" => once!(provider.validate_ephemeral_resource_config),
                "ConfigureProvider" => once!(provider.configure_provider),
                "UpgradeResourceState" => once!(provider.upgrade_resource_state),
                "UpgradeResourceIdentity" => once!(provider.upgrade_resource_identity),
                "MoveResourceState" => once!(provider.move_resource_state),
                "ReadResource" => once!(provider.read_resource),
                "PlanResourceChange" => once!(provider.plan_resource_change),
                "ApplyResourceChange" => once!(provider.apply_resource_change),
                "ImportResourceState" => once!(provider.import_resource_state),
                "GenerateResourceConfig" => once!(provider.generate_resource_config),
                "ReadDataSource" => once!(provider.read_data_source),
                "ListResource" => one_by_one!(provider.list_resource),
                "OpenEphemeralResource" => once!(provider.open_ephemeral_resource),
                "RenewEphemeralResource" => once!(provider.renew_ephemeral_resource),
                "CloseEphemeralResource" => once!(provider.close_ephemeral_resource),
                "CallFunction" => once!(provider.call_function),
                "StopProvider" => once!(provider.stop_provider),
                _ => return None,
            },
            (grpc_controller_server::SERVICE_NAME, "Shutdown") => once!(controller.shutdown),
            (grpc_stdio_server::SERVICE_NAME, "StreamStdio") => one_by_one!(stdio.stream_stdio),
            _ => return None,
        })
    }
}

fn read<M: Message + Default>(request: Request<Bytes>) -> Result<Request<M>, Status> {
    let (metadata, extensions, bytes) = request.into_parts();
    let message = M::decode(bytes).map_err(|error| Status::internal(error.to_string()))?;
    Ok(Request::from_parts(metadata, extensions, message))
}

/// A call for these services, and what answers it.
pub(super) struct Call<P, M> {
    pub(super) services: Arc<Services<P>>,
    pub(super) method: M,
}

impl<P> UnaryService<Bytes> for Call<P, Once<P>> {
    type Response = Outgoing;
    type Future = Handled<Outgoing>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        (self.method.0)(Arc::clone(&self.services), request)
    }
}

impl<P> ServerStreamingService<Bytes> for Call<P, OneByOne<P>> {
    type Response = Outgoing;
    type ResponseStream = BoxStream<Outgoing>;
    type Future = Handled<BoxStream<Outgoing>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        (self.method.0)(Arc::clone(&self.services), request)
    }
}

#[cfg(test)]
mod tests {
    /// A line that leads to another method of the same type would compile.
    #[test]
    fn each_line_names_one_method() {
        let mut lines = 0;
        // As in `"ReadResource" => once!(provider.read_resource),`.
        for line in include_str!("methods.rs").lines().filter_map(|line| line.trim_start().strip_prefix('"')) {
            let Some((name, answer)) = line.split_once("\" => ") else { continue };
            let (_, method) = answer.split_once('.').unwrap();
            let snake = |c: char| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.to_string() };
            let expected: String = name.chars().map(snake).collect();
            assert_eq!(format!("_{}", method.trim_end_matches("),")), expected);
            lines += 1;
        }
        assert!(lines > 20, "{lines}");
    }
}
