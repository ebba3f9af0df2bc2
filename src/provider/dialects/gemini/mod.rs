//! Google Gemini and Vertex AI (<https://ai.google.dev/api/generate-content>).
//!
//! `encode` writes the request; `read` reads one `GenerateContentResponse`, of which a stream has many: data-only SSE, or
//! an array without `alt=sse`, ended by the end of the body alone. `grounding` is what the host cites, `stop` the messages for
//! what its filters keep back.

mod encode;
mod grounding;
mod read;
mod stop;

use super::{CachedTokens, Spec};
use crate::provider::decode::FramingKind;
use crate::types::AuthKind;

pub(crate) const SPEC: Spec = Spec {
    name: "gemini",
    label: "Gemini generateContent",
    reference: "https://ai.google.dev/api/generate-content",
    auth: AuthKind::XGoogApiKey,
    headers: &[],
    headers_of_host: &[],
    chat_path: "models/{model}:streamGenerateContent?alt=sse",
    // Google lists its models as `models/NAME`.
    model_prefix: "models/",
    models_path: Some("models?pageSize=1000"),
    system_fields: &["systemInstruction", "system_instruction"],
    body: encode::body,
    framing: FramingKind::Sse,
    reader: || Box::new(read::Reader::default()),
    answer_field: "candidates",
    cached: CachedTokens::Included,
    cites_natively: false,
    litellm_path: Some("/v1beta"),
};
