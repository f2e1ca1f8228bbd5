//! TEMP
use super::{CodecError, Dynamic, Type};
/// TEMP
pub fn encode(_value: &Dynamic, _ty: &Type) -> Result<Vec<u8>, CodecError> {
    Err(CodecError::new(""))
}
/// TEMP
pub fn decode(_bytes: &[u8], _ty: &Type) -> Result<Dynamic, CodecError> {
    Err(CodecError::new(""))
}
