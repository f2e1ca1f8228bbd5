//! Values as MessagePack: what Terraform and the provider send each other.
//!
//! | type | form |
//! |---|---|
//! | any, null | nil |
//! | any, known only after apply | an extension; on reading any of them, on writing always `d4 00 00` |
//! | number | an integer if it fits an `i64`, else decimal text; on reading, any other integer and floats as well |
//! | list, set, tuple | an array |
//! | map, object | a map; an object has exactly the attributes of its type |
//! | dynamic | an array of two: the type as JSON, and the value |

use std::{borrow::Cow, collections::BTreeMap};

use rmp::{Marker, decode, encode};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::encoded::{beside, check_depth};
use super::{Attributes, CodecError, Dynamic, Number, NumberError, Type};

/// Writes a value of this type.
pub fn encode(value: &Dynamic, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::with_capacity(MOST_ARE_SMALLER);
    write(&mut out, value, ty)?;
    Ok(out)
}

/// Reads a value of this type, and refuses anything that follows it.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Dynamic, CodecError> {
    let mut rest = bytes;
    let value = read(&mut rest, ty, 0)?;
    if rest.is_empty() { Ok(value) } else { Err(CodecError::new(format!("{} bytes follow the value", rest.len()))) }
}

/// Text in the form in which Terraform compares it: Unicode normal form C.
pub(super) fn normalise(text: Cow<'_, str>) -> String {
    if text.is_ascii() {
        return text.into_owned();
    }
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.into_owned(),
        IsNormalized::No | IsNormalized::Maybe => text.nfc().collect(),
    }
}

/// An object with a dozen attributes takes some 600 bytes.
const MOST_ARE_SMALLER: usize = 1000;

/// An extension without content. Terraform looks at the content only for hints about the value to come.
const UNKNOWN: [u8; 3] = [0xd4, 0x00, 0x00];

fn write(out: &mut Vec<u8>, value: &Dynamic, ty: &Type) -> Result<(), CodecError> {
    match (value, ty) {
        (Dynamic::Null, _) => encode::write_nil(out).map_err(unwritable),
        (Dynamic::Unknown, _) => {
            out.extend(UNKNOWN);
            Ok(())
        }
        (Dynamic::Bool(value), Type::Bool) => encode::write_bool(out, *value).map_err(unwritable),
        (Dynamic::Number(number), Type::Number) => match number.to_i64() {
            Some(integer) => encode::write_sint(out, integer).map(drop).map_err(unwritable),
            None => write_str(out, &number.to_string()),
        },
        (Dynamic::String(text), Type::String) => write_str(out, text),
        (Dynamic::List(values), Type::List(element)) => {
            write_array_len(out, values.len())?;
            values.iter().zip(0..).try_for_each(|(value, index)| {
                write(out, value, element).map_err(|error| error.under(|path| path.under_index(index)))
            })
        }
        (Dynamic::Set(values), Type::Set(element)) => {
            write_array_len(out, values.len())?;
            values.iter().try_for_each(|value| write(out, value, element).map_err(CodecError::in_set))
        }
        (Dynamic::Tuple(values), Type::Tuple(elements)) => {
            if values.len() != elements.len() {
                return Err(CodecError::tuple_length(elements.len(), values.len()));
            }
            write_array_len(out, values.len())?;
            values.iter().zip(elements).zip(0..).try_for_each(|((value, element), index)| {
                write(out, value, element).map_err(|error| error.under(|path| path.under_index(index)))
            })
        }
        (Dynamic::Map(values), Type::Map(element)) => {
            write_map_len(out, values.len())?;
            values.iter().try_for_each(|(key, value)| {
                write_str(out, key)?;
                write(out, value, element).map_err(|error| error.under(|path| path.under_key(key)))
            })
        }
        (Dynamic::Object(values), Type::Object(attributes)) => {
            write_map_len(out, attributes.len())?;
            beside(values, attributes).try_for_each(|member| {
                let (name, value, ty) = member?;
                write_str(out, name)?;
                write(out, value, ty).map_err(|error| error.under(|path| path.under_attribute(name.clone())))
            })
        }
        (Dynamic::Typed(typed), Type::Dynamic) => {
            let (ty, value) = &**typed;
            write_array_len(out, 2)?;
            encode::write_bin(out, &ty.to_json()).map_err(unwritable)?;
            write(out, value, ty)
        }
        (value, ty) => Err(CodecError::misfit(ty, value)),
    }
}

fn write_str(out: &mut Vec<u8>, text: &str) -> Result<(), CodecError> {
    wire_length(text.len())?;
    encode::write_str(out, text).map_err(unwritable)
}

fn write_array_len(out: &mut Vec<u8>, length: usize) -> Result<(), CodecError> {
    encode::write_array_len(out, wire_length(length)?).map(drop).map_err(unwritable)
}

fn write_map_len(out: &mut Vec<u8>, length: usize) -> Result<(), CodecError> {
    encode::write_map_len(out, wire_length(length)?).map(drop).map_err(unwritable)
}

fn wire_length(length: usize) -> Result<u32, CodecError> {
    u32::try_from(length).map_err(|_| CodecError::new("longer than MessagePack can say"))
}

fn unwritable(error: impl std::fmt::Display) -> CodecError {
    CodecError::new(error.to_string())
}

fn read(bytes: &mut &[u8], ty: &Type, depth: usize) -> Result<Dynamic, CodecError> {
    check_depth(depth)?;
    match peek(bytes)? {
        Marker::Null => {
            decode::read_nil(bytes).map_err(cut_short)?;
            return Ok(Dynamic::Null);
        }
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => {
            let size = decode::read_ext_meta(bytes).map_err(cut_short)?.size;
            take(bytes, size)?;
            return Ok(Dynamic::Unknown);
        }
        _ => {}
    }
    let next = depth + 1;
    match ty {
        Type::Bool => match peek(bytes)? {
            Marker::True | Marker::False => Ok(Dynamic::Bool(decode::read_bool(bytes).map_err(cut_short)?)),
            marker => Err(CodecError::mismatch(ty, noun(marker))),
        },
        Type::Number => read_number(bytes).map(Dynamic::Number),
        Type::String => Ok(Dynamic::String(normalise(read_text(bytes, ty)?.into()))),
        Type::List(element) => Ok(Dynamic::List(
            (0..read_array_len(bytes, ty)?)
                .map(|index| {
                    read(bytes, element, next).map_err(|error| error.under(|path| path.under_index(index.into())))
                })
                .collect::<Result<_, _>>()?,
        )),
        Type::Set(element) => {
            let values = (0..read_array_len(bytes, ty)?)
                .map(|_| read(bytes, element, next).map_err(CodecError::in_set))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Dynamic::set(values))
        }
        Type::Tuple(elements) => {
            let length = read_array_len(bytes, ty)? as usize;
            if length != elements.len() {
                return Err(CodecError::tuple_length(elements.len(), length));
            }
            let read = |(element, index): (&Type, i64)| {
                read(bytes, element, next).map_err(|error| error.under(|path| path.under_index(index)))
            };
            Ok(Dynamic::Tuple(elements.iter().zip(0..).map(read).collect::<Result<_, _>>()?))
        }
        Type::Map(element) => {
            let mut values = BTreeMap::new();
            for _ in 0..read_map_len(bytes, ty)? {
                let key = normalise(read_text(bytes, &Type::String)?.into());
                let value = read(bytes, element, next).map_err(|error| error.under(|path| path.under_key(&key)))?;
                values.insert(key, value);
            }
            Ok(Dynamic::Map(values))
        }
        Type::Object(attributes) => {
            let mut values = Attributes::with_capacity(attributes.len());
            // Terraform writes them in the order of their names, so the next one is hardly ever to be looked for.
            let mut in_order = attributes.iter();
            for _ in 0..read_map_len(bytes, ty)? {
                let name = read_text(bytes, &Type::String)?;
                let known = in_order.next().filter(|(known, _)| *known == name);
                let known = known.or_else(|| attributes.get_key_value(name));
                let (name, ty) = known.ok_or_else(|| CodecError::unexpected(name))?;
                let value =
                    read(bytes, ty, next).map_err(|error| error.under(|path| path.under_attribute(name.clone())))?;
                values.insert(name.clone(), value);
            }
            // Each of them is one of the type's, so that as many are all.
            if values.len() < attributes.len() {
                let mut found = values.keys();
                let missing = attributes.keys().find(|name| found.next() != Some(name));
                return Err(missing.map_or_else(|| cut_short(()), |name| CodecError::missing(name)));
            }
            Ok(Dynamic::Object(values))
        }
        Type::Dynamic => {
            let length = read_array_len(bytes, ty)?;
            if length != 2 {
                return Err(CodecError::new(format!("expected a type and a value, found an array of {length}")));
            }
            let inner = Type::from_json(read_text(bytes, &Type::String)?.as_bytes())
                .map_err(|error| CodecError::new(error.to_string()))?;
            match read(bytes, &inner, next)? {
                value if inner == Type::Dynamic => Ok(value),
                value => Ok(Dynamic::Typed(Box::new((inner, value)))),
            }
        }
    }
}

fn read_number(bytes: &mut &[u8]) -> Result<Number, CodecError> {
    let invalid = |error: NumberError| CodecError::new(error.to_string());
    match peek(bytes)? {
        Marker::FixPos(_) | Marker::U8 | Marker::U16 | Marker::U32 | Marker::U64 => {
            decode::read_int::<u64, _>(bytes).map(Number::from).map_err(cut_short)
        }
        Marker::FixNeg(_) | Marker::I8 | Marker::I16 | Marker::I32 | Marker::I64 => {
            decode::read_int::<i64, _>(bytes).map(Number::from).map_err(cut_short)
        }
        Marker::F32 => Number::from_f64(decode::read_f32(bytes).map_err(cut_short)?.into()).map_err(invalid),
        Marker::F64 => Number::from_f64(decode::read_f64(bytes).map_err(cut_short)?).map_err(invalid),
        _ => read_text(bytes, &Type::Number)?.parse().map_err(invalid),
    }
}

/// Text, which some encoders send as binary.
fn read_text<'a>(bytes: &mut &'a [u8], ty: &Type) -> Result<&'a str, CodecError> {
    let length = match peek(bytes)? {
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => decode::read_str_len(bytes),
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => decode::read_bin_len(bytes),
        marker => return Err(CodecError::mismatch(ty, noun(marker))),
    };
    let text = take(bytes, length.map_err(cut_short)?)?;
    std::str::from_utf8(text).map_err(|_| CodecError::new("the text is not UTF-8"))
}

fn read_array_len(bytes: &mut &[u8], ty: &Type) -> Result<u32, CodecError> {
    match peek(bytes)? {
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => decode::read_array_len(bytes).map_err(cut_short),
        marker => Err(CodecError::mismatch(ty, noun(marker))),
    }
}

fn read_map_len(bytes: &mut &[u8], ty: &Type) -> Result<u32, CodecError> {
    match peek(bytes)? {
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => decode::read_map_len(bytes).map_err(cut_short),
        marker => Err(CodecError::mismatch(ty, noun(marker))),
    }
}

fn peek(bytes: &[u8]) -> Result<Marker, CodecError> {
    bytes.first().map(|byte| Marker::from_u8(*byte)).ok_or_else(|| cut_short(()))
}

fn take<'a>(bytes: &mut &'a [u8], length: u32) -> Result<&'a [u8], CodecError> {
    let (taken, rest) = bytes.split_at_checked(length as usize).ok_or_else(|| cut_short(()))?;
    *bytes = rest;
    Ok(taken)
}

/// The marker has been looked at, so this is the only way in which reading on can fail.
fn cut_short<E>(_: E) -> CodecError {
    CodecError::new("the value is cut short")
}

fn noun(marker: Marker) -> &'static str {
    match marker {
        Marker::True | Marker::False => "true or false",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "binary data",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Reserved => "a byte that MessagePack does not use",
        Marker::Null => "null",
        Marker::Ext8 | Marker::Ext16 | Marker::Ext32 => "an extension",
        Marker::FixExt1 | Marker::FixExt2 | Marker::FixExt4 | Marker::FixExt8 | Marker::FixExt16 => "an extension",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests;
