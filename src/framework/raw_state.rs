use std::fmt;

use crate::value::json;

use super::schema::object_type;
use super::{Diagnostic, Diagnostics, Model};

/// An object as a state file holds it: JSON, written by some version of some provider.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawState {
    /// The object as JSON text.
    pub json: Vec<u8>,
    /// Whether it is in the form that Terraform before 0.12 wrote, which nothing here reads.
    pub is_flatmap: bool,
}

impl RawState {
    /// Reads the object as `M`: what `M` does not have is ignored, what the object does not have is null.
    pub fn decode<M: Model>(&self) -> Result<M, Diagnostics> {
        let object = self.decode_as(&object_type(&M::fields()))?;
        M::decode(object)
    }

    pub(super) fn decode_as(&self, ty: &crate::value::Type) -> Result<crate::value::Dynamic, Diagnostics> {
        const SUMMARY: &str = "Cannot read stored state";
        if self.is_flatmap {
            let detail = "The state was written by Terraform 0.11 or older. Refresh it with a version from 0.12 to 1.x of \
                          the tool and the provider that wrote it, then try again.";
            return Err(Diagnostic::error(SUMMARY, detail).into());
        }
        json::decode(&self.json, ty).map_err(|error| {
            let detail =
                format!("What the state holds for this object is not what this type of object looks like: {error}. Nothing \
                was changed. If somebody has edited the state, bring back the version before that. Otherwise let Terraform forget \
                the object (terraform state rm, which leaves alone what exists) and import it.");
            Diagnostic::error(SUMMARY, detail).into()
        })
    }
}

impl fmt::Debug for RawState {
    /// Shows nothing of the object: the state of another provider may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { json, is_flatmap } = self;
        f.debug_struct("RawState").field("json_bytes", &json.len()).field("is_flatmap", is_flatmap).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_object_is_shown() {
        let state = RawState { json: br#"{"password":"s3cret"}"#.to_vec(), is_flatmap: false };
        assert_eq!(format!("{state:?}"), "RawState { json_bytes: 21, is_flatmap: false }");
    }
}
