//! Anthropic Messages (<https://docs.claude.com/en/api/messages-streaming>), also at Vertex AI, Bedrock mantle and gateways.
//!
//! `encode` writes the request, `read` reads one named event (or the whole message from hosts that ignore `stream`),
//! `block` is one content block, whose citations are about the text of that block.

mod block;
mod encode;
mod read;

use super::{CachedTokens, Spec};
use crate::provider::decode::FramingKind;
use crate::types::AuthKind;

pub(crate) const SPEC: Spec = Spec {
    name: "anthropic",
    label: "Anthropic Messages",
    reference: "https://docs.claude.com/en/api/messages",
    auth: AuthKind::XApiKey,
    headers: &[("anthropic-version", "2023-06-01")],
    // Anthropic's own host wants to hear that the call comes from a browser.
    headers_of_host: &[("api.anthropic.com", "anthropic-dangerous-direct-browser-access", "true")],
    chat_path: "messages",
    model_prefix: "",
    models_path: Some("models"),
    system_fields: &["system"],
    body: encode::body,
    framing: FramingKind::Sse,
    reader: || Box::new(read::Reader::default()),
    answer_field: "content",
    cached: CachedTokens::Separate,
    cites_natively: true,
    litellm_path: Some("/v1"),
};
