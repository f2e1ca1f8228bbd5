//! A small Terraform Core: it drives a provider over gRPC as the real one does, keeps the state, and holds every answer
//! to Core's rules.
//!
//! ```text
//! let mut core = Core::start(channel).await?;
//! core.configure(json!({ "region": "us-east-1" })).await?;
//! let plan = core.plan("eks_access_entry", "this", json!({ … })).await?;
//! core.apply(plan).await?;
//! ```
//!
//! | file | what |
//! |---|---|
//! | `plan`, `apply` | create, update, replace and destroy; `converge` does the whole round |
//! | `object` | the state of one resource: kept, upgraded, read |
//! | `import` | objects that come from elsewhere: `import`, `move_here` |
//! | `data_source`, `ephemeral`, `function`, `list` | what is not kept in state |
//! | `schema_rules`, `plan_rules`, `apply_rules` | what the provider must hold to |
//! | `propose` | Core's own part of a plan |
//! | `config` | what the practitioner writes, given as JSON; [`UNKNOWN`] stands for what is not known yet |
//!
//! A broken rule is a [`Failure`] whose origin is [`Origin::Rule`]. Beyond Core's own rules, identities are held to
//! those of HashiCorp's framework: present once an object exists, and the same for as long as it does. Diagnostics may
//! name only paths that exist.
//!
//! As in Terraform, planning and applying are walks of their own, and every walk configures the provider anew. All that is
//! planned before the next apply belongs to one walk, as does all that is applied before the next plan; it may go on at
//! the same time. Planning something twice takes two walks.

mod apply;
mod apply_rules;
mod config;
mod data_source;
mod ephemeral;
mod failure;
mod function;
mod import;
mod list;
mod object;
mod plan;
mod plan_rules;
mod propose;
mod schema;
mod schema_rules;
mod transport;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::plugin::generated::tfplugin6::provider_client::ProviderClient;
use terraform_provider_eks::value::Dynamic;
use tonic::body::Body;
use tonic::codegen::{Service, StdError, http};

pub(crate) use apply::{Applied, Converged};
pub(crate) use config::UNKNOWN;
pub(crate) use failure::{Diag, Failure, Origin, Severity};
pub(crate) use function::CallError;
pub(crate) use import::MoveFrom;
pub(crate) use list::ListedObject;
pub(crate) use object::Stored;
pub(crate) use plan::{Action, Plan, PlanOptions};
pub(crate) use value::as_json;

use failure::read_diagnostics;
use object::Address;
use schema::{Schema, Schemas};
use transport::Transport;
use value::to_wire;

/// The version that the provider is told.
const TERRAFORM_VERSION: &str = "1.15.5";

/// What Core accepts in one message.
const MAX_MESSAGE: usize = 256 << 20;

pub(crate) struct Core {
    provider: ProviderClient<Transport>,
    schemas: Schemas,
    /// The provider block, once it is configured.
    config: Option<Dynamic>,
    state: Mutex<BTreeMap<Address, Stored>>,
    walk: tokio::sync::Mutex<Walk>,
}

/// What has been done since the provider was configured.
#[derive(Default)]
struct Walk {
    phase: Option<Phase>,
    seen: BTreeSet<Address>,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Plan,
    Apply,
}

impl Core {
    /// Connects, and reads the schemas.
    pub(crate) async fn start<S>(provider: S) -> Result<Self, Failure>
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>> + Clone + Send + Sync + 'static,
        S::Error: Into<StdError>,
        S::Future: Send,
    {
        let mut provider = connect(provider);
        let answer = provider.get_provider_schema(pb::get_provider_schema::Request {}).await;
        let mut schemas = answer.map_err(Failure::status)?.into_inner();
        let nothing = terraform_provider_eks::value::Type::object::<&str>([]);
        read_diagnostics(std::mem::take(&mut schemas.diagnostics), &nothing)?;

        let identities =
            match provider.get_resource_identity_schemas(pb::get_resource_identity_schemas::Request {}).await {
                Ok(answer) => answer.into_inner(),
                Err(status) if status.code() == tonic::Code::Unimplemented => Default::default(),
                Err(status) => return Err(Failure::status(status)),
            };
        read_diagnostics(identities.diagnostics, &nothing)?;

        let schemas = schema_rules::read(schemas, identities.identity_schemas)?;
        Ok(Self { provider, schemas, config: None, state: Mutex::default(), walk: Default::default() })
    }

    /// Goes on with another process of the same provider, as Core does for each walk. It is not asked for its schemas.
    pub(crate) async fn restart<S>(&mut self, provider: S) -> Result<(), Failure>
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>> + Clone + Send + Sync + 'static,
        S::Error: Into<StdError>,
        S::Future: Send,
    {
        self.provider = connect(provider);
        self.new_walk().await.map(drop)
    }

    /// Begins the first walk, with this provider block. Returns the warnings.
    pub(crate) async fn configure(&mut self, config: Json) -> Result<Vec<Diag>, Failure> {
        self.config = Some(config::read(&self.schemas.provider.block, &config)?);
        self.new_walk().await
    }

    /// Begins another walk: validates and configures again, with which a provider forgets what it knew. Returns the
    /// warnings.
    pub(crate) async fn new_walk(&self) -> Result<Vec<Diag>, Failure> {
        let mut walk = self.walk.lock().await;
        *walk = Walk::default();
        self.begin_walk().await
    }

    /// Makes sure that this is a walk in which something may be done to `address`.
    async fn walk(&self, phase: Phase, address: &Address) -> Result<(), Failure> {
        let mut walk = self.walk.lock().await;
        if walk.phase.is_some_and(|now| now != phase) || walk.seen.contains(address) {
            *walk = Walk::default();
            self.begin_walk().await?;
        }
        walk.phase = Some(phase);
        walk.seen.insert(address.clone());
        Ok(())
    }

    async fn begin_walk(&self) -> Result<Vec<Diag>, Failure> {
        let ty = &self.schemas.provider.ty;
        let Some(config) = &self.config else { return Ok(Vec::new()) };
        let config = to_wire(config, ty);
        let request = pb::validate_provider_config::Request { config: config.clone() };
        let answer = self.call(async |p| p.validate_provider_config(request).await).await?;
        let mut warnings = read_diagnostics(answer.diagnostics, ty)?;
        let request = pb::configure_provider::Request {
            terraform_version: TERRAFORM_VERSION.to_owned(),
            config,
            client_capabilities: capabilities(),
        };
        let answer = self.call(async |p| p.configure_provider(request).await).await?;
        warnings.extend(read_diagnostics(answer.diagnostics, ty)?);
        Ok(warnings)
    }

    /// Asks the provider to end what it is doing, as on Ctrl-C.
    pub(crate) async fn stop(&self) -> Result<(), Failure> {
        let answer = self.call(async |p| p.stop_provider(pb::stop_provider::Request {}).await).await?;
        if answer.error.is_empty() { Ok(()) } else { Err(Failure::rule("Provider cannot stop", answer.error)) }
    }

    async fn call<T>(
        &self,
        call: impl AsyncFnOnce(&mut ProviderClient<Transport>) -> Result<tonic::Response<T>, tonic::Status>,
    ) -> Result<T, Failure> {
        call(&mut self.provider.clone()).await.map(tonic::Response::into_inner).map_err(Failure::status)
    }

    #[track_caller]
    fn resource(&self, type_name: &str) -> &Schema {
        find(&self.schemas.resources, type_name)
    }
}

fn connect<S>(provider: S) -> ProviderClient<Transport>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>> + Clone + Send + Sync + 'static,
    S::Error: Into<StdError>,
    S::Future: Send,
{
    let client = ProviderClient::new(Transport::new(provider));
    client.max_decoding_message_size(MAX_MESSAGE).max_encoding_message_size(MAX_MESSAGE)
}

#[track_caller]
fn find<'a, T>(schemas: &'a BTreeMap<String, T>, name: &str) -> &'a T {
    schemas.get(name).unwrap_or_else(|| panic!("the provider offers no {name}, only {:?}", schemas.keys()))
}

#[expect(clippy::unnecessary_wraps, reason = "as it stands in requests")]
fn capabilities() -> Option<pb::ClientCapabilities> {
    Some(pb::ClientCapabilities { deferral_allowed: false, write_only_attributes_allowed: true })
}
