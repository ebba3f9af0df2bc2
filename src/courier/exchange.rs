//! One request and its streamed answer: the loop between a connection and the pure `Stream`.

use super::connection::{Connection, Missed};
use super::{Courier, Limits, Ports, Purpose, RetryHeaders, Stream};
use crate::provider::{Dialect, HttpRequest};
use crate::types::problem::host;
use crate::types::{CallFailure, ChatEvent, FailureCause};
use std::ops::ControlFlow;

/// Most bytes of text and reasoning taken in of one answer.
pub const MAX_ANSWER_BYTES: usize = 2 << 20;
/// Most bytes of the wire taken in for one answer: framing and repeated fields are several times its text.
const MAX_WIRE_BYTES: usize = 64 << 20;

/// How an exchange ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// The answer is complete, or the listener has enough.
    Complete,
    /// Failed for a known reason.
    Failed(CallFailure),
    /// Nothing came, and the browser does not say why.
    Unexplained,
}

/// One request under way.
pub(super) struct Exchange<'a, P: Ports> {
    connection: Connection<'a, P>,
    stream: Stream,
    /// Takes every event but failures, and says whether to go on.
    take: &'a mut dyn FnMut(ChatEvent) -> ControlFlow<()>,
    answer_bytes: usize,
    wire_bytes: usize,
}

impl<'a, P: Ports> Exchange<'a, P> {
    /// The answer to `http` in `dialect`, as `take` gets it.
    pub fn new(
        courier: &'a Courier<P>,
        dialect: Dialect,
        http: &HttpRequest,
        reasoning: bool,
        take: &'a mut dyn FnMut(ChatEvent) -> ControlFlow<()>,
    ) -> Self {
        Self {
            connection: Connection::new(courier, Limits::for_request(&http.url, reasoning)),
            stream: Stream::new(dialect, http),
            take,
            answer_bytes: 0,
            wire_bytes: 0,
        }
    }

    /// What the headers of the answer say about another try.
    pub fn headers(&self) -> RetryHeaders {
        self.connection.headers
    }

    /// Sends and reads to the end. What ends early is aborted.
    pub async fn run(&mut self, http: &HttpRequest, again: bool) -> Ending {
        match self.connection.open(http, Purpose::Chat, again).await {
            Ok(()) => {}
            Err(Missed::Network) => return Ending::Unexplained,
            Err(Missed::Failed(failure)) => return self.fail(failure),
        }
        let events = self.stream.on_response(self.connection.status.unwrap_or(0), None);
        if let ControlFlow::Break(ending) = self.pass(events) {
            return ending;
        }
        while !self.stream.is_over() {
            let (events, complete) = match self.connection.next().await {
                Ok(Some(bytes)) => {
                    self.wire_bytes += bytes.len();
                    let events = self.stream.on_bytes(&bytes);
                    self.connection.deadlines.on_events(&events);
                    (events, self.stream.is_complete())
                }
                Ok(None) => (self.stream.on_end(), false),
                Err(Missed::Network) => (self.stream.on_network_error(), false),
                Err(Missed::Failed(failure)) => return self.fail(failure),
            };
            // A failure ends it, whatever the host may still send.
            if let ControlFlow::Break(ending) = self.pass(events) {
                return ending;
            }
            if complete && !self.stream.is_over() {
                self.connection.complete();
                let events = self.stream.on_end();
                if let ControlFlow::Break(ending) = self.pass(events) {
                    return ending;
                }
            }
            if self.wire_bytes > MAX_WIRE_BYTES {
                return self.fail(too_long());
            }
        }
        Ending::Complete
    }

    /// What the stream still holds, then the failure, with the key masked in it.
    pub fn fail(&mut self, failure: CallFailure) -> Ending {
        let events = self.stream.on_failure(failure.clone());
        match self.pass(events) {
            ControlFlow::Break(ending) => ending,
            ControlFlow::Continue(()) => Ending::Failed(failure),
        }
    }

    /// Passes events on, up to the first failure or as much as is taken in.
    fn pass(&mut self, events: Vec<ChatEvent>) -> ControlFlow<Ending> {
        let mut failed = None;
        for event in events {
            let event = match event {
                ChatEvent::Failed(failure) => {
                    failed = failed.or(Some(failure));
                    continue;
                }
                event => event,
            };
            let room = MAX_ANSWER_BYTES - self.answer_bytes;
            let (event, bytes) = clipped(event, room);
            self.answer_bytes += bytes.min(room);
            if (self.take)(event).is_break() {
                return ControlFlow::Break(Ending::Complete);
            }
            if bytes > room {
                return ControlFlow::Break(Ending::Failed(too_long()));
            }
        }
        failed.map_or(ControlFlow::Continue(()), |failure| ControlFlow::Break(Ending::Failed(failure)))
    }
}

/// The event with no more than `room` bytes of text, and how many it had.
fn clipped(mut event: ChatEvent, room: usize) -> (ChatEvent, usize) {
    let mut bytes = 0;
    if let ChatEvent::TextDelta(text) | ChatEvent::ReasoningDelta(text) = &mut event {
        bytes = text.len();
        text.truncate(text.floor_char_boundary(room));
    }
    (event, bytes)
}

fn too_long() -> CallFailure {
    CallFailure::new(FailureCause::TooLong, host::answer_too_long(MAX_ANSWER_BYTES >> 20))
}
