//! What the transport sees of one answer → `ChatEvent`s, so that the browser side is a thin loop:
//! `on_response`, `on_bytes` …, then exactly one of `on_end`, `on_failure`, or nothing when a person stopped it.
//!
//! A 2xx body goes to the dialect's decoder; any other is collected (bounded) into one `CallFailure`. The key of the request
//! is masked in whatever a host says of it.

use super::mask::KeyMask;
use crate::provider::{Decoder, Dialect, HttpRequest, failure, models};
use crate::types::problem::host as problem;
use crate::types::{CallFailure, ChatEvent, FailureCause, ModelEntry};
use url::Url;

/// Most bytes kept of the body of a refusal.
pub const MAX_ERROR_BODY_BYTES: usize = 64 * 1024;
/// Most bytes of a list of models.
pub const MAX_MODELS_BYTES: usize = 16 * 1024 * 1024;

/// One answer under way.
#[derive(Debug)]
pub struct Stream {
    decoder: Decoder,
    host: String,
    mask: KeyMask,
    status: Option<u16>,
    error_body: Vec<u8>,
    over: bool,
}

impl Stream {
    /// The answer to `request`.
    pub fn new(dialect: Dialect, request: &HttpRequest) -> Self {
        Self {
            decoder: dialect.decoder(),
            host: host_of(&request.url),
            mask: KeyMask::new(request.key()),
            status: None,
            error_body: Vec::new(),
            over: false,
        }
    }

    /// Status and headers came. The content type is not believed (hosts send errors and streams under wrong ones); an
    /// answer without a status (opaque, as of a refused redirect) ends here.
    pub fn on_response(&mut self, status: u16, _content_type: Option<&str>) -> Vec<ChatEvent> {
        self.status = Some(status);
        if status == 0 || (300..400).contains(&status) {
            return self.on_failure(redirected(&self.host, status));
        }
        Vec::new()
    }

    /// Bytes of the body came.
    pub fn on_bytes(&mut self, bytes: &[u8]) -> Vec<ChatEvent> {
        if self.over {
            return Vec::new();
        }
        if self.is_refusal() {
            let room = MAX_ERROR_BODY_BYTES.saturating_sub(self.error_body.len());
            self.error_body.extend(bytes.iter().take(room));
            return Vec::new();
        }
        let events = self.decoder.push(bytes);
        self.mask.mask(events)
    }

    /// The body ended.
    pub fn on_end(&mut self) -> Vec<ChatEvent> {
        if self.over {
            return Vec::new();
        }
        if let (true, Some(status)) = (self.is_refusal(), self.status) {
            let failure = failure::from_response(&self.host, status, &self.error_body, self.mask.has_key());
            return self.on_failure(failure);
        }
        self.over = true;
        let mut events = self.mask.mask(self.decoder.finish());
        events.extend(self.mask.rest());
        events
    }

    /// The transport gave up (`reach::diagnose`, `Deadlines::expire`): what the decoder still holds, then the failure.
    pub fn on_failure(&mut self, failure: CallFailure) -> Vec<ChatEvent> {
        if std::mem::replace(&mut self.over, true) {
            return Vec::new();
        }
        // What was complete in the decoder stands; its own complaint about the missing end does not.
        let mut events =
            if self.status.is_some() && !self.is_refusal() { self.decoder.finish() } else { Vec::new() };
        events.retain(|event| !matches!(event, ChatEvent::Failed(_)));
        events.push(ChatEvent::Failed(failure));
        self.mask.mask(events)
    }

    /// Reading failed after the answer had begun: the connection was cut. A complete answer stays complete.
    pub fn on_network_error(&mut self) -> Vec<ChatEvent> {
        if self.is_refusal() || self.decoder.is_complete() {
            return self.on_end();
        }
        self.on_failure(failure::cut_off(self.status.is_some()))
    }

    /// Whether the host said that nothing more comes: the transport may stop reading and call `on_end`.
    pub fn is_complete(&self) -> bool {
        self.decoder.is_complete() || self.error_body.len() == MAX_ERROR_BODY_BYTES
    }

    /// Whether the last event has been given out.
    pub fn is_over(&self) -> bool {
        self.over
    }

    fn is_refusal(&self) -> bool {
        self.status.is_some_and(|status| !(200..300).contains(&status))
    }
}

/// The outcome of `plan_models`: the models, or why there are none.
///
/// # Errors
/// What the status or the body says.
pub fn read_models(request: &HttpRequest, status: u16, body: &[u8]) -> Result<Vec<ModelEntry>, CallFailure> {
    let (host, key) = (host_of(&request.url), request.key());
    if status == 0 || (300..400).contains(&status) {
        return Err(redirected(&host, status));
    }
    let mut failure = if !(200..300).contains(&status) {
        failure::from_response(&host, status, body, key.is_some())
    } else if let Some(models) = models::parse_models(body).filter(|models| !models.is_empty()) {
        return Ok(models);
    } else {
        CallFailure::new(FailureCause::Garbled, problem::no_models(host.as_str()))
    };
    if let Some(key) = &key {
        failure.error.change_texts(&|text| key.redact(text));
    }
    Err(failure)
}

/// The host answered with a redirect; a page sees it as status 0 (`redirect: 'manual'`).
pub(super) fn redirected(host: &str, status: u16) -> CallFailure {
    CallFailure {
        status: (status != 0).then_some(status),
        ..CallFailure::new(FailureCause::NotFound, problem::redirects(host))
    }
}

/// Host and port for people.
pub(super) fn host_of(url: &str) -> String {
    match Url::parse(url) {
        Ok(url) => match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            _ => "The server".to_owned(),
        },
        Err(_) => "The server".to_owned(),
    }
}
