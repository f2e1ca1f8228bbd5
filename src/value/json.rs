//! TEMP
use super::{CodecError, Dynamic, Type};
/// TEMP
pub fn decode(_bytes: &[u8], _ty: &Type) -> Result<Dynamic, CodecError> {
    Err(CodecError::new("").under(|p| p))
}
