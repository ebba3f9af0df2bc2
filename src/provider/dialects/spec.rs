//! What a wire format is: one row of facts and two functions, exported as `SPEC` by the dialect's folder.
//!
//! Whatever depends on the dialect is a field here, so that a new dialect has to state it: prices, headers, paths and
//! gateways ask the row and never compare dialects.

use crate::provider::Target;
use crate::provider::decode::{FramingKind, Out};
use crate::provider::framing::Frame;
use crate::types::{AuthKind, ChatRequest, Message};
use serde_json::{Map, Value};
use std::fmt;

/// One wire format.
#[derive(Debug)]
pub(crate) struct Spec {
    /// The name in the catalogue, in settings and on the command line; the same as in its serialized form.
    pub name: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// The vendor's reference of the API.
    pub reference: &'static str,
    /// How the key is shown unless a host wants it otherwise.
    pub auth: AuthKind,
    /// Headers besides the key's and the content type, name and value, for hosts that the catalogue does not know: its rows
    /// state their own, because some hosts refuse these.
    pub headers: &'static [(&'static str, &'static str)],
    /// Headers for one host only, which others that speak the dialect may not allow: host, name and value.
    pub headers_of_host: &'static [(&'static str, &'static str, &'static str)],
    /// The path of a chat request below the base URL; `{model}` stands for the model.
    pub chat_path: &'static str,
    /// What its lists put before a model's name and its chat path has already; often empty.
    pub model_prefix: &'static str,
    /// The path of the list of models below the base URL; `None` where the list is at another host.
    pub models_path: Option<&'static str>,
    /// Where the body holds standing instructions, by every name under which a host may refuse them.
    pub system_fields: &'static [&'static str],
    /// The body for a request; the messages are the request's, with the system message where the host wants it.
    pub body: fn(&Target, &ChatRequest, &[Message]) -> Map<String, Value>,
    /// The framing of a streamed answer. The first byte decides; this one where only white space has come.
    pub framing: FramingKind,
    /// A fresh reader for one answer.
    pub reader: fn() -> Box<dyn ReadAnswer>,
    /// The field that an answer in one piece is known by, also when it is cut off.
    pub answer_field: &'static str,
    /// Whether the prompt's tokens include cached ones.
    pub cached: CachedTokens,
    /// Whether its hosts can cite documents that are sent beside the conversation.
    pub cites_natively: bool,
    /// The base path at which a LiteLLM gateway speaks it; `None` where it does not.
    pub litellm_path: Option<&'static str>,
}

/// How `Usage::input_tokens` relates to tokens read from a cache or written to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CachedTokens {
    /// They are part of it.
    Included,
    /// They come on top of it.
    Separate,
}

/// What turns one answer's values into events, remembering what it must between them.
pub(crate) trait ReadAnswer: fmt::Debug {
    /// Takes in one value; `name` is the event's, where it had one.
    fn read(&mut self, name: &str, value: &Value, out: &mut Out);

    /// Takes in one frame of an AWS event stream; `value` is its payload.
    fn read_frame(&mut self, frame: &Frame, value: &Value, out: &mut Out) {
        self.read(frame.header(":event-type").unwrap_or(""), value, out);
    }
}
