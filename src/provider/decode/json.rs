//! Text → JSON, forgiving the one fault that hosts make: an emoji cut into two surrogate escapes. And what readers of
//! several dialects need of a JSON value.

use serde_json::Value;

/// A count, also when a host writes it as `12.0`.
pub fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        (number >= 0.0 && number.fract() == 0.0 && number <= 9e15).then_some(number as u64)
    })
}

/// Tool arguments that a host sends as an object (Ollama, Bedrock whole) → the text that other hosts send: one line,
/// with a space after `:` and `,`.
pub fn arguments(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => {
            let mut text = String::new();
            write_spaced(other, &mut text);
            text
        }
    }
}

/// Depth is bounded by the parser (128).
fn write_spaced(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            text.push('{');
            for (at, (name, value)) in fields.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { ", " });
                text.push_str(&Value::String(name.clone()).to_string());
                text.push_str(": ");
                write_spaced(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (at, value) in items.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { ", " });
                write_spaced(value, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

/// JSON, also when a host cut an emoji into halves: a lone surrogate escape becomes U+FFFD instead of losing the chunk.
pub fn parse(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    text.contains("\\u").then(|| serde_json::from_str(&mend_surrogates(text)).ok()).flatten()
}

fn mend_surrogates(text: &str) -> String {
    let escape = |at: usize| -> Option<u32> {
        let hex = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(hex, 16).ok()
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find('\\').unwrap_or(rest.len());
        out.push_str(rest.get(..plain).unwrap_or(""));
        at += plain;
        let taken = match (escape(at), escape(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                out.push('\u{fffd}');
                at += 6;
                continue;
            }
            // `\\` and every other escape: the backslash and what it escapes.
            _ => 1 + text.get(at + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8),
        };
        out.push_str(text.get(at..at + taken).unwrap_or(""));
        at += taken;
    }
    out
}
