//! AWS Bedrock ConverseStream (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>).
//!
//! `encode` writes the request, `read` reads one event, a frame, or the whole of an answer that was not streamed
//! (`Converse`), `exception` says what a frame of failure means.

mod encode;
mod exception;
mod read;

use super::{CachedTokens, Spec};
use crate::provider::decode::FramingKind;
use crate::types::AuthKind;

pub(crate) const SPEC: Spec = Spec {
    name: "bedrock-converse",
    label: "Bedrock Converse",
    reference: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html",
    auth: AuthKind::Bearer,
    headers: &[],
    headers_of_host: &[],
    chat_path: "model/{model}/converse-stream",
    model_prefix: "",
    // Listed at another host, where the key may not go.
    models_path: None,
    system_fields: &["system"],
    body: encode::body,
    framing: FramingKind::EventStream,
    reader: || Box::new(read::Reader::default()),
    answer_field: "output",
    cached: CachedTokens::Separate,
    cites_natively: false,
    litellm_path: None,
};
