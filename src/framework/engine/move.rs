//! MoveResourceState: takes over an object that the state holds under another type, perhaps of another provider.
//!
//! Terraform asks a process that nobody has configured, and plans afterwards as if the object had always been ours.

use super::super::{AnyResource, Diagnostic, Diagnostics, Provider, RawState};
use super::{Answer, Engine, conform, encode, private};
use crate::value::{Dynamic, Encoded};

/// The question.
#[derive(Debug, Default)]
pub struct Move {
    /// The full address of the provider it comes from: `registry.example/hashicorp/aws`.
    pub provider: String,
    /// Its type there.
    pub type_name: String,
    /// The version of the schema that the state was written with.
    pub version: i64,
    /// What the state holds.
    pub state: RawState,
    /// The type it is to be.
    pub target: String,
}

/// The answer.
#[derive(Debug, Default)]
pub struct Moved {
    /// The object.
    pub state: Encoded,
    /// Which object it is, if the other type tells all of it.
    pub identity: Option<Encoded>,
    /// Private data.
    pub private: Vec<u8>,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Moved {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Takes the object over.
    pub async fn take_over(&self, question: Move) -> Moved {
        self.answer(async {
            let (resource, known) = self.resources.find(&question.target)?;
            let provider = without_host(&question.provider);
            let state = resource
                .take_over(provider, &question.type_name, question.version, &question.state)
                .unwrap_or_else(|| Err(no_way(resource, provider, &question).into()))?;
            let state = conform::state(state, &known.schema.fields);
            // An identity is for good. Of one that the other type does not know in full, the read that follows tells.
            let identity = resource.identity(state.clone())?;
            let identity = Some(identity).filter(is_whole);
            let identity = identity.map(|identity| encode("identity", &identity, &known.identity_ty)).transpose()?;
            Ok(Moved {
                state: encode("state", &state, &known.ty)?,
                identity,
                private: private::MANAGED.to_vec(),
                ..Moved::default()
            })
        })
        .await
    }
}

fn is_whole(identity: &Dynamic) -> bool {
    matches!(identity, Dynamic::Object(attributes) if !attributes.values().any(Dynamic::is_null))
}

/// Terraform and OpenTofu find the same provider on different hosts.
fn without_host(address: &str) -> &str {
    let namespace = address.rmatch_indices('/').nth(1);
    namespace.map_or(address, |(slash, _)| &address[slash + 1..])
}

fn no_way<C>(resource: &dyn AnyResource<C>, provider: &str, question: &Move) -> Diagnostic {
    let sources = resource.sources();
    let (target, from, version) = (&question.target, &question.type_name, question.version);
    let is_version = sources.iter().any(|(of, name, _)| *of == provider && name == from);
    let problem = if is_version {
        format!(
            "The state of this {from} is of schema version {version}, which this version of the provider cannot read."
        )
    } else {
        format!("An object of type {from} of the provider {provider} cannot become one of type {target}.")
    };
    let known = match sources.as_slice() {
        [] => "No other type can.".to_owned(),
        sources => {
            let source = |(provider, name, versions): &(&str, &str, std::ops::RangeInclusive<i64>)| {
                format!("{name} of {provider}, schema versions {} to {}", versions.start(), versions.end())
            };
            format!("What can: {}.", sources.iter().map(source).collect::<Vec<_>>().join("; "))
        }
    };
    let detail = format!(
        "{problem} {known} Without a move: let Terraform forget the old address with a removed block that has \
         destroy = false, and import the object at the new one."
    );
    Diagnostic::error("Cannot move this object", detail)
}
