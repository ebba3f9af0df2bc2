//! OpenAI Responses (<https://platform.openai.com/docs/api-reference/responses>), also at Azure, Bedrock, xAI, DeepSeek,
//! OpenRouter, LM Studio, llama.cpp and others.
//!
//! `encode` writes the request; `read` reads one named event, or the whole response from hosts that ignore `stream`.
//! `parts` keeps the pieces of text that annotations count in, `item` reads what is said twice: an item that is done, and
//! the output of the final response.

mod encode;
mod item;
mod parts;
mod read;

use super::{CachedTokens, Spec};
use crate::provider::decode::FramingKind;
use crate::types::AuthKind;

pub(crate) const SPEC: Spec = Spec {
    name: "openai-responses",
    label: "OpenAI Responses",
    reference: "https://platform.openai.com/docs/api-reference/responses",
    auth: AuthKind::Bearer,
    headers: &[],
    headers_of_host: &[],
    chat_path: "responses",
    model_prefix: "",
    models_path: Some("models"),
    system_fields: &["system", "instructions"],
    body: encode::body,
    framing: FramingKind::Sse,
    reader: || Box::new(read::Reader::default()),
    answer_field: "output",
    cached: CachedTokens::Included,
    cites_natively: false,
    litellm_path: Some("/v1"),
};
