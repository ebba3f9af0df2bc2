//! Ollama's own chat (<https://docs.ollama.com/api/chat>): an object a line until one says `done`.
//!
//! `encode` writes the request, `read` reads one object. Spoken rather than Ollama's `/v1` because only here the size
//! of the context can be set; the default cuts long prompts without a word.

mod encode;
mod read;

use super::{CachedTokens, Spec};
use crate::provider::decode::FramingKind;
use crate::types::AuthKind;

pub(crate) const SPEC: Spec = Spec {
    name: "ollama",
    label: "Ollama /api/chat",
    reference: "https://docs.ollama.com/api/chat",
    auth: AuthKind::Bearer,
    headers: &[],
    headers_of_host: &[],
    chat_path: "api/chat",
    model_prefix: "",
    models_path: Some("api/tags"),
    system_fields: &["system"],
    body: encode::body,
    framing: FramingKind::Ndjson,
    reader: || Box::new(read::Reader),
    answer_field: "message",
    cached: CachedTokens::Included,
    cites_natively: false,
    litellm_path: None,
};
