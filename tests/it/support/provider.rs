//! The provider in this process, without Core and without gRPC: what a test needs that is about AWS, not about Terraform.

use eks_emulator::{Call, Emulator};
use serde_json::{Value as Json, json};
use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::engine::Engine;
use terraform_provider_eks::framework::{Diagnostic, Diagnostics, Severity};
use terraform_provider_eks::value::{Encoded, json};

/// A provider that is configured.
pub(crate) struct Provider {
    pub(crate) engine: Engine<Eks>,
}

impl Provider {
    /// A provider for the emulator, with credentials and whatever `block` has besides.
    pub(crate) async fn of(emulator: &Emulator, block: Json) -> Self {
        let keys = json!({ "access_key": "AKIDTEST", "secret_key": "s3cret" });
        Self::with(merge(merge(at(emulator), keys), block)).await
    }

    /// A provider with exactly this block.
    pub(crate) async fn with(block: Json) -> Self {
        let engine = Engine::new(Eks);
        let validated = engine.validate_provider(encode(&block)).await.diagnostics;
        assert!(!validated.has_errors(), "{validated:?}");
        let configured = engine.configure(encode(&block)).await.diagnostics;
        assert!(!configured.has_errors(), "{configured:?}");
        Self { engine }
    }

    /// Validates and reads a data source.
    pub(crate) async fn read(&self, data_source: &str, config: Json) -> (Json, Diagnostics) {
        let mut diagnostics = self.engine.validate_data_source(data_source, encode(&config)).await.diagnostics;
        if diagnostics.has_errors() {
            return (Json::Null, diagnostics);
        }
        let found = self.engine.read_data_source(data_source, encode(&config)).await;
        diagnostics.extend(found.diagnostics);
        let ty = self.engine.data_sources().find(|(name, _)| *name == data_source).unwrap().1.ty();
        let state = found.state.decode(&ty).unwrap();
        (serde_json::from_slice(&json::encode(&state, &ty).unwrap()).unwrap(), diagnostics)
    }

    /// Reads a data source that is there.
    pub(crate) async fn find(&self, data_source: &str, config: Json) -> Json {
        let (found, diagnostics) = self.read(data_source, config).await;
        assert_eq!(diagnostics, Diagnostics::none());
        found
    }

    /// Reads a data source in vain.
    pub(crate) async fn fail(&self, data_source: &str, config: Json) -> Diagnostic {
        let (found, diagnostics) = self.read(data_source, config).await;
        let error = diagnostics.into_iter().find(|diagnostic| diagnostic.severity == Severity::Error);
        error.unwrap_or_else(|| panic!("no error, but {found}"))
    }
}

/// What the provider block says to reach the emulator.
pub(crate) fn at(emulator: &Emulator) -> Json {
    json!({ "region": "us-east-1", "endpoints": { "eks": emulator.url(), "sts": emulator.url() } })
}

/// The members of both, those of `over` where both have one.
pub(crate) fn merge(mut under: Json, over: Json) -> Json {
    let Json::Object(over) = over else { panic!("not an object: {over}") };
    under.as_object_mut().unwrap().extend(over);
    under
}

/// A value as Terraform may send it.
pub(crate) fn encode(value: &Json) -> Encoded {
    Encoded { json: serde_json::to_vec(value).unwrap(), msgpack: Vec::new() }
}

/// How often each operation was called, sorted by name.
pub(crate) fn count(calls: &[Call]) -> Vec<(&str, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for call in calls {
        *counts.entry(call.operation.as_str()).or_default() += 1;
    }
    counts.into_iter().collect()
}
