//! `ChatRequest` → `HttpRequest`; bytes → `ChatEvent`s. Two pure functions a dialect, and the messages for what failed.
//!
//! Mechanism: an address is parsed once into a URL; a `Dialect` writes the request for it and gives a `Decoder` that is
//! fed whatever bytes arrive, cut anywhere. Status codes, error bodies and model lists have a file each.
//!
//! Never sends anything, never knows the time, never decides which key goes where (that is the courier's keyring).

/// What a person typed as base URL → a checked URL.
pub mod address;
/// API keys that do not show themselves.
pub mod auth;
/// The systems that can be reached, as data.
pub mod catalogue;
/// Bytes of an answer → events.
pub mod decode;
/// The wire formats.
pub mod dialects;
/// Texts → vectors, at a host.
pub mod embeddings;
/// What can be wrong before anything is sent.
pub mod error;
/// Models under the names that several hosts give them.
pub mod families;
/// HTTP statuses, error bodies and in-stream errors → `CallFailure`.
pub mod failure;
/// Bytes → events, before any dialect.
pub mod framing;
/// The request as data.
pub mod http;
/// `GET /models` → names.
pub mod models;
/// Text → the same, percent-encoded.
mod percent;
/// Token counts → what they cost.
pub mod pricing;
/// Text with anything like a key masked.
pub mod redact;
/// Passages → scores, at a host.
pub mod rerank;
/// Signing for hosts of AWS.
pub mod sigv4;
/// Where and how to speak to a host.
pub mod target;

pub use crate::types::Dialect;
pub use auth::Key;
pub use catalogue::Catalogue;
pub use decode::{Decoder, ToolCall};
pub use dialects::{chat_url, encode, encode_models};
pub use error::Error;
pub use http::HttpRequest;
pub use target::{ModelList, Quirks, SystemRole, Target};
