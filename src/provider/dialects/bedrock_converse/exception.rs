//! A frame that says what went wrong → the error as sent, and the failure.
//!
//! Exceptions are modelled (`:exception-type`, a JSON payload), errors are not (`:error-code`, `:error-message`, mostly
//! no payload).

use crate::provider::failure;
use crate::provider::framing::Frame;
use crate::types::CallFailure;
use serde_json::{Map, Value, json};

/// The frame as an error object: its payload and its headers.
pub fn as_sent(frame: &Frame, payload: &Value) -> Value {
    let headers: Map<String, Value> =
        frame.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let body = match payload {
        // No JSON: the text, where there is any.
        Value::Null if !frame.payload.is_empty() => json!(String::from_utf8_lossy(&frame.payload)),
        other => other.clone(),
    };
    json!({"body": body, "headers": headers})
}

/// The failure that exception `kind` means; `payload` and `spoken` say why.
pub fn failure(kind: &str, payload: &Value, spoken: Option<&str>) -> CallFailure {
    let text =
        |field: &str| payload.get(field).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let said = text("message").or_else(|| text("Message")).or(spoken).or_else(|| payload.as_str());
    let message = match (said, text("originalMessage")) {
        (Some(said), Some(original)) if !said.contains(original) => format!("{kind}: {said} ({original})"),
        (Some(said), _) => format!("{kind}: {said}"),
        (None, Some(original)) => format!("{kind}: {original}"),
        (None, None) => kind.to_owned(),
    };
    let mut error = json!({"message": message.trim_start_matches(": ")});
    if let (Some(status), Some(fields)) = (status_of(kind), error.as_object_mut()) {
        fields.insert("status_code".into(), json!(status));
    }
    failure::from_stream_error(&error)
}

/// The HTTP status that the exception would have had before the stream began.
fn status_of(kind: &str) -> Option<u16> {
    Some(match kind.to_ascii_lowercase().as_str() {
        "throttlingexception" | "servicequotaexceededexception" => 429,
        "validationexception" => 400,
        "accessdeniedexception" => 403,
        "resourcenotfoundexception" => 404,
        "modeltimeoutexception" => 408,
        "internalserverexception" | "modelstreamerrorexception" | "modelerrorexception" => 500,
        "serviceunavailableexception" | "modelnotreadyexception" => 503,
        _ => return None,
    })
}
