//! Finish reasons and block reasons → what a person sees when there is no answer, or only half of one.

use crate::provider::dialects::blocked::{self, Blocked};
use crate::provider::dialects::loose::{items, text};
use crate::types::problem::host;
use crate::types::{CallFailure, FailureCause};
use serde_json::Value;

/// For a question that no candidate answers.
pub(super) fn question(reason: &str, feedback: &Value) -> CallFailure {
    let message = text(feedback, "blockReasonMessage");
    blocked::failure(Blocked::Question, &why(reason, feedback), Some(message))
}

/// For a candidate that ends with `reason`; nothing when that is an end as usual.
pub(super) fn answer(reason: &str, candidate: &Value, any_text: bool, any_call: bool) -> Option<CallFailure> {
    let message = text(candidate, "finishMessage");
    if is_filter(reason) {
        return Some(blocked::failure(Blocked::after(any_text), &why(reason, candidate), Some(message)));
    }
    let usual = matches!(reason, "STOP" | "MAX_TOKENS");
    (!usual && !any_text && !any_call).then(|| {
        CallFailure::new(FailureCause::HostError, host::no_answer(reason, blocked::quotable(message)))
    })
}

/// Reasons of filters (<https://ai.google.dev/api/generate-content#FinishReason>).
fn is_filter(reason: &str) -> bool {
    reason.ends_with("SAFETY")
        || reason.ends_with("RECITATION")
        || reason.ends_with("PROHIBITED_CONTENT")
        || matches!(reason, "BLOCKLIST" | "SPII" | "MODEL_ARMOR")
}

/// The reason as sent, with the categories that were rated as blocked by name.
fn why(reason: &str, rated: &Value) -> String {
    let categories: Vec<String> = items(rated, "safetyRatings")
        .iter()
        .filter(|rating| rating.get("blocked").and_then(Value::as_bool) == Some(true))
        .map(|rating| {
            let category = text(rating, "category");
            category.strip_prefix("HARM_CATEGORY_").unwrap_or(category).replace('_', " ").to_lowercase()
        })
        .filter(|category| !category.is_empty())
        .collect();
    let plain = match reason {
        "SAFETY" | "IMAGE_SAFETY" => "unsafe content",
        "RECITATION" | "IMAGE_RECITATION" => "too close to copyrighted text",
        "BLOCKLIST" => "a blocked word",
        "PROHIBITED_CONTENT" | "IMAGE_PROHIBITED_CONTENT" => "prohibited content",
        "SPII" => "personal data",
        _ => "",
    };
    match (plain, categories.is_empty()) {
        ("", true) => reason.to_owned(),
        (plain, true) => format!("{reason}: {plain}"),
        _ => format!("{reason}: {}", categories.join(", ")),
    }
}
