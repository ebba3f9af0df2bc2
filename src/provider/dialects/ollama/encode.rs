//! `ChatRequest` → body.

use crate::provider::Target;
use crate::types::{ChatRequest, Message};
use serde_json::{Map, Value};

/// Appended to the base for an answer.
pub const CHAT_PATH: &str = "api/chat";
/// Appended to the base for the list of models.
pub const MODELS_PATH: &str = "api/tags";

/// The body for `request`; `messages` are the request's, with its system message where `target` wants it.
pub fn body(_target: &Target, _request: &ChatRequest, _messages: &[Message]) -> Map<String, Value> {
    Map::new()
}
