use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::value::Dynamic;

use super::schema::Schema;
use super::{Attribute, BoxFuture, Call, Cx, Diagnostic, Diagnostics, Model};

/// Something that exists while Terraform runs, and is never in a plan or a state: a token, a tunnel.
///
/// It is opened in each plan and again in each apply.
pub trait Ephemeral: Send + Sync + 'static {
    /// The type's name in HCL.
    const NAME: &'static str;
    /// What the type is for, as Markdown.
    const DESCRIPTION: &'static str;
    /// How long it may take to open, renew or close it.
    const TIMEOUT: Duration;
    /// The calls that it makes, for the documentation.
    const CALLS: &'static [Call] = &[];
    /// What the provider's configuration made.
    type Client: Send + Sync + 'static;
    /// What the practitioner asks for, and gets.
    type Model: Model;
    /// What Terraform keeps, unread and in memory, until the end. `()` if there is nothing to keep.
    type Private: Serialize + DeserializeOwned + Send + Sync;

    /// Checks what only the whole block can tell. Pure; parts may be unknown.
    fn validate(&self, _config: &Self::Model) -> Result<(), Diagnostics> {
        Ok(())
    }

    /// Opens it. Everything in `config` is known, and has to be in the result as it is.
    fn open(
        &self,
        cx: &Cx<'_, Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Opened<Self::Model, Self::Private>, Diagnostics>> + Send;

    /// Keeps it open. Asked some time after the last `renew_at`, and only if there was one. The result of
    /// [`Ephemeral::open`] stays as it was: there is no way to tell Terraform another one.
    fn renew(
        &self,
        _cx: &Cx<'_, Self::Client>,
        _private: Self::Private,
    ) -> impl Future<Output = Result<Renewed<Self::Private>, Diagnostics>> + Send {
        async {
            Err(Diagnostic::bug("Nothing to renew", "Terraform asked for a renewal that was not announced.").into())
        }
    }

    /// Closes it. `private` is what [`Ephemeral::open`] gave, whatever renewals have given since.
    fn close(
        &self,
        _cx: &Cx<'_, Self::Client>,
        _private: Self::Private,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }
}

/// What is open now.
#[derive(Debug)]
pub struct Opened<M, P> {
    /// What the practitioner gets.
    pub result: M,
    /// What the first renewal, and the end, get.
    pub private: P,
    /// When to ask for a renewal; never, if `None`.
    pub renew_at: Option<SystemTime>,
}

/// What stays open.
#[derive(Debug)]
pub struct Renewed<P> {
    /// What the next renewal gets.
    pub private: P,
    /// When to ask for the next one; never, if `None`.
    pub renew_at: Option<SystemTime>,
}

/// An [`Ephemeral`] of any model. What is private is bytes.
pub trait AnyEphemeral<C>: Send + Sync {
    /// [`Ephemeral::NAME`].
    fn name(&self) -> &'static str;
    /// The schema.
    fn schema(&self) -> Schema;
    /// [`Ephemeral::TIMEOUT`].
    fn timeout(&self) -> Duration;
    /// [`Ephemeral::CALLS`].
    fn calls(&self) -> &'static [Call];
    /// [`Ephemeral::validate`].
    fn validate(&self, config: Dynamic) -> Result<(), Diagnostics>;
    /// [`Ephemeral::open`].
    fn open<'a>(
        &'a self,
        cx: &'a Cx<'a, C>,
        config: Dynamic,
    ) -> BoxFuture<'a, Result<Opened<Dynamic, Vec<u8>>, Diagnostics>>;
    /// [`Ephemeral::renew`].
    fn renew<'a>(
        &'a self,
        cx: &'a Cx<'a, C>,
        private: &'a [u8],
    ) -> BoxFuture<'a, Result<Renewed<Vec<u8>>, Diagnostics>>;
    /// [`Ephemeral::close`].
    fn close<'a>(&'a self, cx: &'a Cx<'a, C>, private: &'a [u8]) -> BoxFuture<'a, Result<(), Diagnostics>>;
}

impl<E: Ephemeral> AnyEphemeral<E::Client> for E {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn schema(&self) -> Schema {
        Schema { version: 0, description: E::DESCRIPTION, fields: E::Model::fields() }
    }

    fn timeout(&self) -> Duration {
        E::TIMEOUT
    }

    fn calls(&self) -> &'static [Call] {
        E::CALLS
    }

    fn validate(&self, config: Dynamic) -> Result<(), Diagnostics> {
        Ephemeral::validate(self, &E::Model::decode(config)?)
    }

    fn open<'a>(
        &'a self,
        cx: &'a Cx<'a, E::Client>,
        config: Dynamic,
    ) -> BoxFuture<'a, Result<Opened<Dynamic, Vec<u8>>, Diagnostics>> {
        Box::pin(async move {
            let opened = Ephemeral::open(self, cx, E::Model::decode(config)?).await?;
            let private = write(&opened.private)?;
            Ok(Opened { result: opened.result.encode(), private, renew_at: opened.renew_at })
        })
    }

    fn renew<'a>(
        &'a self,
        cx: &'a Cx<'a, E::Client>,
        private: &'a [u8],
    ) -> BoxFuture<'a, Result<Renewed<Vec<u8>>, Diagnostics>> {
        Box::pin(async move {
            let renewed = Ephemeral::renew(self, cx, read(private)?).await?;
            Ok(Renewed { private: write(&renewed.private)?, renew_at: renewed.renew_at })
        })
    }

    fn close<'a>(&'a self, cx: &'a Cx<'a, E::Client>, private: &'a [u8]) -> BoxFuture<'a, Result<(), Diagnostics>> {
        Box::pin(async move { Ephemeral::close(self, cx, read(private)?).await })
    }
}

fn write(private: &impl Serialize) -> Result<Vec<u8>, Diagnostics> {
    serde_json::to_vec(private).map_err(|error| unusable(&error))
}

fn read<P: DeserializeOwned>(private: &[u8]) -> Result<P, Diagnostics> {
    serde_json::from_slice(private).map_err(|error| unusable(&error))
}

/// Says where it went wrong, and nothing of what is there: it may be secret.
fn unusable(error: &serde_json::Error) -> Diagnostics {
    let detail = format!("What Terraform keeps for us has another form at byte {}.", error.column());
    Diagnostic::bug("Unusable private data", detail).into()
}
