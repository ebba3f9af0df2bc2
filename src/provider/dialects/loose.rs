//! Fields of loose JSON: any may be missing, null or of another type than documented, and none of that may cost the text.

use crate::provider::decode;
use serde_json::Value;

/// The text under `field`; empty when there is none.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or("")
}

/// The first of `fields` that holds a text.
pub(super) fn first_text<'a>(value: &'a Value, fields: &[&str]) -> Option<&'a str> {
    fields.iter().map(|field| text(value, field)).find(|text| !text.is_empty())
}

/// The elements under `field`; none when it is no array.
pub(super) fn items<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The count at `pointer`, also when a host writes it as `12.0`.
pub(super) fn count(value: &Value, pointer: &str) -> Option<u64> {
    decode::count(value.pointer(pointer)?)
}

/// What a host reports as an error in `value`: gateways also send the field when there is none.
pub(super) fn error(value: &Value) -> Option<&Value> {
    value.get("error").filter(|error| match error {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    })
}

/// Where character `index` of `text` begins, in bytes; its end for the index after the last.
pub(super) fn byte_of_char(text: &str, index: u64) -> Option<u64> {
    let index = usize::try_from(index).ok()?;
    let at = text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(index)?;
    Some(at as u64)
}
