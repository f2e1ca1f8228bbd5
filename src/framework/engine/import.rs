//! ImportResourceState: takes an object that exists into the state, by its id or by its identity.

use super::super::{Diagnostic, Diagnostics, Found, Operation, Provider, Sought};
use super::{Answer, Call, Engine, conform, decode, encode, private, validate};
use crate::value::{AttributePath, Dynamic, Encoded};

/// The question: exactly one of `id` and `identity` is given.
#[derive(Debug, Default)]
pub struct Import {
    /// Of which type the object is.
    pub type_name: String,
    /// What follows the address in `terraform import`.
    pub id: String,
    /// What an `import` block gives since Terraform 1.12.
    pub identity: Option<Encoded>,
}

/// The answer.
#[derive(Debug, Default)]
pub struct Imported {
    /// Of which type the object is.
    pub type_name: String,
    /// The object.
    pub state: Encoded,
    /// Which object it is.
    pub identity: Option<Encoded>,
    /// Private data.
    pub private: Vec<u8>,
    /// What there is to say.
    pub diagnostics: Diagnostics,
}

impl Answer for Imported {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Reads the object that the id or the identity names.
    pub async fn import(&self, question: Import) -> Imported {
        self.answer(async {
            let (resource, known) = self.resources.find(&question.type_name)?;
            let identity = match &question.identity {
                Some(identity) => decode("identity", identity, &known.identity_ty)?,
                None => resource.parse_import_id(&question.id)?,
            };
            // It is no configuration, so nobody has looked at it before.
            let mut wrong = Diagnostics::none();
            validate::object(&identity, &known.identity_fields, &AttributePath::root(), &mut wrong);
            wrong.into_result()?;
            let call = Call::on(self, resource, Operation::Read, &Dynamic::Null)?;
            let cx = call.cx(self);
            let found = resource.read(&cx, Sought::Named(identity)).await;
            let mut diagnostics = cx.take_warnings();
            let Some(found) = diagnostics.absorb(found) else {
                return Ok(Imported { diagnostics, ..Imported::default() });
            };
            let Some(Found { state, identity }) = found else {
                diagnostics.push(nothing_there(&question));
                return Ok(Imported { diagnostics, ..Imported::default() });
            };
            let state = conform::state(state, &known.schema.fields);
            Ok(Imported {
                type_name: question.type_name,
                state: encode("state", &state, &known.ty)?,
                identity: Some(encode("identity", &identity, &known.identity_ty)?),
                private: private::IMPORTED.to_vec(),
                diagnostics,
            })
        })
        .await
    }
}

fn nothing_there(question: &Import) -> Diagnostic {
    let which = if question.id.is_empty() { "this identity".to_owned() } else { format!("the id {:?}", question.id) };
    let detail = format!(
        "Nothing exists that {which} names, so there is no {} to import. Check every part of it, the region and the account; \
         or remove the import, if this is yet to be made.",
        question.type_name
    );
    Diagnostic::error("Nothing to import", detail)
}
