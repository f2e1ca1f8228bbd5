//! Values as JSON: the form of the state file, of old states to upgrade, and of what we keep in private data.
//!
//! Reading is as lenient as Terraform itself, because a state file may have been written by another version of the
//! provider: a missing attribute is null, an unknown one is ignored, and a string will do for a number or a truth
//! value, and the other way round. Numbers of any size keep every digit. Nothing in JSON stands for "known only after
//! apply".

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::encoded::{beside, check_depth};
use super::{CodecError, Dynamic, Name, Type, msgpack::normalise};

/// Writes a value of this type; every part of it must be known.
pub fn encode(value: &Dynamic, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    write(&mut out, value, ty)?;
    Ok(out)
}

/// Reads a value of this type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Dynamic, CodecError> {
    let text = str::from_utf8(bytes).map_err(malformed)?;
    let text = text.trim_matches([' ', '\n', '\r', '\t']);
    match ty {
        // Whether it is one is seen as it is taken apart.
        Type::Object(_) if text.starts_with('{') => read(text, ty, 0),
        _ => read(serde_json::from_str::<&RawValue>(text).map_err(malformed)?.get(), ty, 0),
    }
}

fn write(out: &mut Vec<u8>, value: &Dynamic, ty: &Type) -> Result<(), CodecError> {
    match (value, ty) {
        (Dynamic::Null, _) => out.extend(b"null"),
        (Dynamic::Bool(value), Type::Bool) => out.extend(value.to_string().bytes()),
        (Dynamic::Number(number), Type::Number) => out.extend(number.to_string().bytes()),
        (Dynamic::String(text), Type::String) => write_str(out, text)?,
        (Dynamic::List(values), Type::List(element)) => {
            write_all(out, *b"[]", values.iter().zip(0..), |out, (value, index)| {
                write(out, value, element).map_err(|error| error.under(|path| path.under_index(index)))
            })?;
        }
        (Dynamic::Set(values), Type::Set(element)) => {
            write_all(out, *b"[]", values, |out, value| write(out, value, element).map_err(CodecError::in_set))?;
        }
        (Dynamic::Tuple(values), Type::Tuple(elements)) => {
            if values.len() != elements.len() {
                return Err(CodecError::tuple_length(elements.len(), values.len()));
            }
            write_all(out, *b"[]", values.iter().zip(elements).zip(0..), |out, ((value, element), index)| {
                write(out, value, element).map_err(|error| error.under(|path| path.under_index(index)))
            })?;
        }
        (Dynamic::Map(values), Type::Map(element)) => {
            write_all(out, *b"{}", values, |out, (key, value)| {
                write_key(out, key)?;
                write(out, value, element).map_err(|error| error.under(|path| path.under_key(key)))
            })?;
        }
        (Dynamic::Object(values), Type::Object(attributes)) => {
            write_all(out, *b"{}", beside(values, attributes), |out, member| {
                let (name, value, ty) = member?;
                write_key(out, name)?;
                write(out, value, ty).map_err(|error| error.under(|path| path.under_attribute(name.clone())))
            })?;
        }
        (Dynamic::Typed(typed), Type::Dynamic) => {
            let (ty, value) = &**typed;
            out.push(b'{');
            write_key(out, "value")?;
            write(out, value, ty)?;
            out.push(b',');
            write_key(out, "type")?;
            out.extend(ty.to_json());
            out.push(b'}');
        }
        (value, ty) => return Err(CodecError::misfit(ty, value)),
    }
    Ok(())
}

fn write_all<T>(
    out: &mut Vec<u8>,
    [open, close]: [u8; 2],
    items: impl IntoIterator<Item = T>,
    write: impl Fn(&mut Vec<u8>, T) -> Result<(), CodecError>,
) -> Result<(), CodecError> {
    out.push(open);
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write(out, item)?;
    }
    out.push(close);
    Ok(())
}

fn write_key(out: &mut Vec<u8>, key: &str) -> Result<(), CodecError> {
    write_str(out, key)?;
    out.push(b':');
    Ok(())
}

fn write_str(out: &mut Vec<u8>, text: &str) -> Result<(), CodecError> {
    serde_json::to_writer(out, text).map_err(|error| CodecError::new(error.to_string()))
}

/// Reads the text of one value. It is not parsed as a number, which would lose digits.
fn read(text: &str, ty: &Type, depth: usize) -> Result<Dynamic, CodecError> {
    check_depth(depth)?;
    if text == "null" {
        return Ok(Dynamic::Null);
    }
    let next = depth + 1;
    let mismatch = || CodecError::mismatch(ty, noun(text));
    match ty {
        Type::Bool => match &*scalar(text).ok_or_else(mismatch)?? {
            "true" | "1" => Ok(Dynamic::Bool(true)),
            "false" | "0" => Ok(Dynamic::Bool(false)),
            _ => Err(mismatch()),
        },
        Type::Number => scalar(text).ok_or_else(mismatch)??.parse().map(Dynamic::Number).map_err(|_| mismatch()),
        Type::String => Ok(Dynamic::String(normalise(scalar(text).ok_or_else(mismatch)??))),
        Type::List(element) => Ok(Dynamic::List(
            (array(text).ok_or_else(mismatch)??.into_iter().zip(0..))
                .map(|(json, index)| {
                    read(json.get(), element, next).map_err(|error| error.under(|path| path.under_index(index)))
                })
                .collect::<Result<_, _>>()?,
        )),
        Type::Set(element) => {
            let values = (array(text).ok_or_else(mismatch)??.into_iter())
                .map(|json| read(json.get(), element, next).map_err(CodecError::in_set))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Dynamic::set(values))
        }
        Type::Tuple(elements) => {
            let values = array(text).ok_or_else(mismatch)??;
            if values.len() != elements.len() {
                return Err(CodecError::tuple_length(elements.len(), values.len()));
            }
            let read = |((json, element), index): ((&RawValue, &Type), i64)| {
                read(json.get(), element, next).map_err(|error| error.under(|path| path.under_index(index)))
            };
            Ok(Dynamic::Tuple(values.into_iter().zip(elements).zip(0..).map(read).collect::<Result<_, _>>()?))
        }
        Type::Map(element) => {
            let mut values = BTreeMap::new();
            for (key, json) in object(text).ok_or_else(mismatch)?? {
                let key = normalise(key);
                let value =
                    read(json.get(), element, next).map_err(|error| error.under(|path| path.under_key(&key)))?;
                values.insert(key, value);
            }
            Ok(Dynamic::Map(values))
        }
        Type::Object(attributes) => {
            let members = object(text).ok_or_else(mismatch)??;
            let read = |(name, ty): (&Name, &Type)| {
                let value = members.get(&**name).map_or(Ok(Dynamic::Null), |json| read(json.get(), ty, next));
                Ok((name.clone(), value.map_err(|error| error.under(|path| path.under_attribute(name.clone())))?))
            };
            Ok(Dynamic::Object(attributes.iter().map(read).collect::<Result<_, _>>()?))
        }
        Type::Dynamic => {
            let members = object(text).ok_or_else(mismatch)??;
            let (Some(value), Some(ty)) = (members.get("value"), members.get("type")) else {
                return Err(CodecError::new("expected an object with a value and its type"));
            };
            let inner = Type::from_json(ty.get().as_bytes()).map_err(|error| CodecError::new(error.to_string()))?;
            match read(value.get(), &inner, next)? {
                value if inner == Type::Dynamic => Ok(value),
                value => Ok(Dynamic::Typed(Box::new((inner, value)))),
            }
        }
    }
}

/// The text of a string, number or truth value; `None` for anything else.
fn scalar(text: &str) -> Option<Result<Cow<'_, str>, CodecError>> {
    match text.as_bytes().first() {
        Some(b'[' | b'{') | None => None,
        Some(b'"') => Some(serde_json::from_str::<Text<'_>>(text).map(|text| text.0).map_err(malformed)),
        Some(_) => Some(Ok(text.into())),
    }
}

fn array(text: &str) -> Option<Result<Vec<&RawValue>, CodecError>> {
    text.starts_with('[').then(|| serde_json::from_str(text).map_err(malformed))
}

fn object(text: &str) -> Option<Result<BTreeMap<Cow<'_, str>, &RawValue>, CodecError>> {
    text.starts_with('{').then(|| serde_json::from_str(text).map_err(malformed))
}

/// A string, borrowed when it holds no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn malformed(error: impl fmt::Display) -> CodecError {
    CodecError::new(format!("not JSON: {error}"))
}

fn noun(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'[') => "an array",
        Some(b'{') => "an object",
        Some(b't' | b'f') => "true or false",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests;
