//! CallFunction: the result of a function.

use super::super::function::argument_path;
use super::super::{Diagnostic, Diagnostics, Provider, Signature};
use super::{Answer, Engine, decode, encode};
use crate::value::{Dynamic, Encoded};

/// The answer. Terraform has no warnings here, and for an error no summary: the details say it all.
#[derive(Debug, Default)]
pub struct Called {
    /// The result.
    pub result: Encoded,
    /// What went wrong. The path of an argument begins with its index.
    pub diagnostics: Diagnostics,
}

impl Answer for Called {
    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }
}

impl<P: Provider> Engine<P> {
    /// Calls a function. No client is needed.
    pub async fn call(&self, name: &str, arguments: Vec<Encoded>) -> Called {
        self.answer(async {
            let (function, signature) = self.functions.find(name)?;
            let arguments = arguments.iter().enumerate().map(|(index, value)| argument(signature, index, value));
            let result = function.call(arguments.collect::<Result<_, _>>()?)?;
            Ok(Called { result: encode("result", &result, &signature.output)?, ..Called::default() })
        })
        .await
    }
}

/// Reads the argument at `index`.
fn argument(signature: &Signature, index: usize, value: &Encoded) -> Result<Dynamic, Diagnostics> {
    let parameter = signature.parameter(index).ok_or_else(|| {
        let detail = format!("There are {} parameters, and more arguments.", signature.parameters.len());
        Diagnostic::bug("Too many arguments", detail)
    })?;
    decode(parameter.name, value, &parameter.ty).map_err(|wrong| wrong.under_path(&argument_path(index)))
}
