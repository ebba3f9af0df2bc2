//! Cohere chat, version 2 (<https://docs.cohere.com/v2/reference/chat-stream>).
//!
//! `encode` writes the request, `read` reads one event of the answer or the whole of it, `blocks` knows where each
//! content block stands in the text, because citations count characters of a block.

mod blocks;
mod encode;
mod read;

use super::{CachedTokens, Spec};
use crate::provider::decode::FramingKind;
use crate::types::AuthKind;

pub(crate) const SPEC: Spec = Spec {
    name: "cohere-v2",
    label: "Cohere v2 chat",
    reference: "https://docs.cohere.com/v2/reference/chat-stream",
    auth: AuthKind::Bearer,
    headers: &[],
    headers_of_host: &[],
    chat_path: "chat",
    model_prefix: "",
    models_path: Some("models"),
    system_fields: &["system"],
    body: encode::body,
    framing: FramingKind::Sse,
    reader: || Box::new(read::Reader::default()),
    answer_field: "message",
    cached: CachedTokens::Included,
    cites_natively: true,
    litellm_path: None,
};
