//! One request and its answer: the thin loop between `fetch` and the pure `Stream`.

use crate::browser::clock::{now_millis, sleep};
use crate::browser::fetch::{Body, send};
use crate::courier::{Deadlines, Stream};
use crate::provider::HttpRequest;
use crate::types::{CallFailure, ChatEvent};
use futures_util::future::{Either, select};
use std::pin::pin;

/// How an exchange ended.
pub enum Outcome {
    /// The answer is complete.
    Complete,
    /// Stopped by the person.
    Stopped,
    /// Failed for a known reason.
    Failed(CallFailure),
    /// Nothing came, and the browser does not say why.
    Unexplained,
}

/// One request under way.
pub struct Exchange<'a> {
    /// Reads the answer.
    pub stream: Stream,
    /// Knows how long to wait.
    pub deadlines: Deadlines,
    /// Stops it.
    pub controller: web_sys::AbortController,
    /// Headers of the answer that may be read, once they are there.
    pub headers: Option<web_sys::Headers>,
    /// Hears every event but failures.
    pub hear: &'a mut dyn FnMut(ChatEvent),
    /// Hears of each piece: status and bytes.
    pub note: &'a dyn Fn(u16, usize),
}

impl Exchange<'_> {
    /// Sends and reads to the end.
    pub async fn run(&mut self, http: &HttpRequest) -> Outcome {
        let signal = self.controller.signal();
        let options = super::options(http, Some(&signal));
        let response = match self.waiting(send(&http.url, &options)).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) if signal.aborted() => return Outcome::Stopped,
            Ok(Err(_)) => return Outcome::Unexplained,
            Err(failure) => return self.fail(failure),
        };
        self.deadlines.on_response(now_millis());
        (self.note)(response.status(), 0);
        self.headers = Some(response.headers());
        let kind = response.headers().get("content-type").ok().flatten();
        let events = self.stream.on_response(response.status(), kind.as_deref());
        if let Some(failure) = self.pass(events) {
            return Outcome::Failed(failure);
        }
        let mut body = Body::of(&response);
        let mut failure = None;
        while !self.stream.is_over() {
            let piece = match self.waiting(body.next()).await {
                Ok(piece) => piece,
                Err(failure) => return self.fail(failure),
            };
            let events = match piece {
                Ok(Some(bytes)) => {
                    self.deadlines.on_bytes(now_millis());
                    (self.note)(response.status(), bytes.len());
                    let events = self.stream.on_bytes(&bytes);
                    self.deadlines.on_events(&events);
                    events
                }
                Ok(None) => self.stream.on_end(),
                Err(_) if signal.aborted() => return Outcome::Stopped,
                Err(_) => self.stream.on_network_error(),
            };
            failure = failure.or(self.pass(events));
            if self.stream.is_complete() && !self.stream.is_over() {
                let events = self.stream.on_end();
                failure = failure.or(self.pass(events));
                // Whatever the host may still send is of no interest.
                self.controller.abort();
            }
        }
        failure.map_or(Outcome::Complete, Outcome::Failed)
    }

    /// What the stream still holds, then the failure, with the key masked in it.
    pub fn fail(&mut self, failure: CallFailure) -> Outcome {
        let events = self.stream.on_failure(failure.clone());
        Outcome::Failed(self.pass(events).unwrap_or(failure))
    }

    /// Passes events on; yields the failure among them.
    fn pass(&mut self, events: Vec<ChatEvent>) -> Option<CallFailure> {
        let mut failed = None;
        for event in events {
            match event {
                ChatEvent::Failed(failure) => failed = failed.or(Some(failure)),
                event => (self.hear)(event),
            }
        }
        failed
    }

    /// `future`, or the failure when deadlines runs out first.
    async fn waiting<T>(&mut self, future: impl Future<Output = T>) -> Result<T, CallFailure> {
        let mut future = pin!(future);
        loop {
            let left = self.deadlines.deadline_millis().map_or(0.0, |deadline| deadline - now_millis());
            match select(future.as_mut(), pin!(sleep(left.max(0.0) as i32 + 1))).await {
                Either::Left((done, _)) => return Ok(done),
                Either::Right(_) => {
                    if let Some(failure) = self.deadlines.expire(now_millis()) {
                        self.controller.abort();
                        return Err(failure);
                    }
                }
            }
        }
    }
}
