//! Functions: called at any time, on a provider that need not be configured.

use serde_json::Value as Json;
use terraform_provider_eks::plugin::generated::tfplugin6 as pb;
use terraform_provider_eks::value::Dynamic;

use super::config::read_value;
use super::failure::{Failure, Findings};
use super::schema::Parameter;
use super::value::{from_wire, to_wire};
use super::{Core, find};

/// Why a call has no result.
#[derive(Debug)]
pub(crate) enum CallError {
    /// What the function says, and which argument is to blame, counted from 0.
    Function { text: String, argument: Option<usize> },
    /// Core says no, or the provider broke a rule.
    Core(Failure),
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self::Core(failure)
    }
}

impl Core {
    /// Calls a function twice, because Core relies on the same result for the same arguments.
    pub(crate) async fn call_function(&self, name: &str, arguments: &[Json]) -> Result<Dynamic, CallError> {
        let function = find(&self.schemas.functions, name);
        let variadic = std::iter::repeat_with(|| function.variadic.as_ref()).map_while(|parameter| parameter);
        let parameters: Vec<_> = function.parameters.iter().chain(variadic.take(arguments.len())).collect();
        assert!(arguments.len() >= function.parameters.len(), "{name} takes more arguments");
        assert!(arguments.len() <= parameters.len(), "{name} takes fewer arguments");

        let mut found = Findings::default();
        let mut wire = Vec::new();
        for (parameter, argument) in parameters.into_iter().zip(arguments) {
            let value = found.within_attribute(&parameter.name, |found| read_argument(found, parameter, argument));
            // Without asking the provider, Core takes the result for unknown too.
            if !parameter.allow_unknown && !value.is_wholly_known() {
                return Ok(Dynamic::Unknown);
            }
            wire.extend(to_wire(&value, &parameter.ty));
        }
        found.into_result(|problems| Failure::refused("Invalid function argument", problems))?;

        let first = self.call_once(name, wire.clone(), arguments.len()).await?;
        let second = self.call_once(name, wire, arguments.len()).await?;
        if first == second { Ok(first) } else { Err(rule("different results for the same arguments").into()) }
    }

    async fn call_once(
        &self,
        name: &str,
        arguments: Vec<pb::DynamicValue>,
        count: usize,
    ) -> Result<Dynamic, CallError> {
        let request = pb::call_function::Request { name: name.to_owned(), arguments };
        let answer = self.call(async |p| p.call_function(request).await).await?;
        match (answer.error, answer.result) {
            (Some(error), _) => {
                let argument = error.function_argument.map(|index| usize::try_from(index).unwrap_or(usize::MAX));
                if argument.is_some_and(|index| index >= count) {
                    return Err(rule("blames an argument that was not given").into());
                }
                Err(CallError::Function { text: error.text, argument })
            }
            (None, None) => Err(rule("neither a result nor an error").into()),
            (None, result) => Ok(from_wire(result, &find(&self.schemas.functions, name).result)?),
        }
    }
}

fn read_argument(found: &mut Findings, parameter: &Parameter, argument: &Json) -> Dynamic {
    if argument.is_null() && !parameter.allow_null {
        found.add("argument must not be null");
    }
    read_value(found, &parameter.ty, argument)
}

fn rule(detail: &str) -> Failure {
    Failure::rule("Provider produced an invalid function result", detail)
}
