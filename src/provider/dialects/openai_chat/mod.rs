//! OpenAI chat completions (<https://platform.openai.com/docs/api-reference/chat>), as OpenAI and some thirty other
//! hosts speak it.
//!
//! `encode` writes the request, `read` reads one value of the answer: a data-only SSE stream that ends in `[DONE]` or by
//! closing, or one JSON object from servers that ignore `stream`.

mod chunk;
mod encode;
mod read;

use super::{CachedTokens, Spec};
use crate::provider::decode::FramingKind;
use crate::types::AuthKind;

pub(crate) const SPEC: Spec = Spec {
    name: "openai-chat",
    label: "OpenAI chat completions",
    reference: "https://platform.openai.com/docs/api-reference/chat",
    auth: AuthKind::Bearer,
    headers: &[],
    headers_of_host: &[],
    chat_path: "chat/completions",
    model_prefix: "",
    models_path: Some("models"),
    system_fields: &["system"],
    body: encode::body,
    framing: FramingKind::Sse,
    reader: || Box::new(read::Reader),
    answer_field: "choices",
    cached: CachedTokens::Included,
    cites_natively: false,
    litellm_path: Some("/v1"),
};
