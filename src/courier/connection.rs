//! One request on the wire: logged, within its deadlines, never holding up the others.

use super::{Body, Clock, Courier, Deadlines, EgressEnd, Limits, NetworkError, Ports, Purpose, RetryHeaders};
use crate::provider::HttpRequest;
use crate::types::problem::host;
use crate::types::{CallFailure, FailureCause, UserError};
use futures_util::future::{Either, select};
use std::pin::pin;

/// Bytes taken in at a time. In between everything else has its turn: a host that sends without end must not keep the
/// courier's only thread.
pub(super) const TURN_BYTES: usize = 32 << 10;
/// A request that fails this soon, without an answer, may have met a connection that the host had closed meanwhile. What
/// takes longer may have been worked on, and is not sent twice.
const RESET_MILLIS: f64 = 2_000.0;

/// Why no more comes.
#[derive(Debug)]
pub(super) enum Missed {
    /// The browser does not say why.
    Network,
    /// The deadlines ran out, or it is too long.
    Failed(CallFailure),
}

/// A request that was sent. Dropping it aborts what has not come, and says so in the log.
pub(super) struct Connection<'a, P: Ports> {
    courier: &'a Courier<P>,
    entry: Option<u64>,
    over: bool,
    pub deadlines: Deadlines,
    /// HTTP status, once there is one.
    pub status: Option<u16>,
    pub headers: RetryHeaders,
    body: Option<P::Body>,
    /// Of a piece longer than a turn, what has not been handed out.
    rest: Vec<u8>,
    turn_bytes: usize,
}

impl<'a, P: Ports> Connection<'a, P> {
    /// Not sent yet.
    pub fn new(courier: &'a Courier<P>, limits: Limits) -> Self {
        Self {
            courier,
            entry: None,
            over: true,
            deadlines: Deadlines::new(limits, courier.port.now_millis()),
            status: None,
            headers: RetryHeaders::default(),
            body: None,
            rest: Vec::new(),
            turn_bytes: 0,
        }
    }

    /// Sends; once more where the first connection was reset before any answer (`again`).
    pub async fn open(&mut self, http: &HttpRequest, purpose: Purpose, again: bool) -> Result<(), Missed> {
        let port = &*self.courier.port;
        let began = port.now_millis();
        let mut again = again;
        let body = loop {
            self.entry = self.courier.egress.borrow_mut().sent(http, purpose, port.epoch_millis());
            self.over = false;
            match within(port, &mut self.deadlines, port.send(http)).await {
                Ok(Ok(body)) => break body,
                Ok(Err(NetworkError)) => {
                    self.end(EgressEnd::Blocked);
                    let was_reset = port.now_millis() - began <= RESET_MILLIS;
                    if !(std::mem::take(&mut again) && was_reset) {
                        return Err(Missed::Network);
                    }
                }
                Err(failure) => return Err(self.abandon(failure)),
            }
        };
        self.deadlines.on_response(port.now_millis());
        self.status = Some(body.status());
        self.headers = RetryHeaders::read(|name| body.header(name), port.epoch_millis());
        if let Some(entry) = self.entry {
            self.courier.egress.borrow_mut().answered(entry, body.status());
        }
        self.body = Some(body);
        Ok(())
    }

    /// The next bytes of the answer, at most a turn's; nothing at its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Missed> {
        let port = &*self.courier.port;
        if self.turn_bytes >= TURN_BYTES {
            self.turn_bytes = 0;
            port.yield_now().await;
        }
        if self.rest.is_empty() {
            let Some(body) = &mut self.body else { return Ok(None) };
            match within(port, &mut self.deadlines, body.next()).await {
                Ok(Ok(Some(bytes))) => self.rest = bytes,
                Ok(Ok(None)) => {
                    self.end(EgressEnd::Complete);
                    self.body = None;
                    return Ok(None);
                }
                Ok(Err(NetworkError)) => {
                    self.end(EgressEnd::Aborted);
                    return Err(Missed::Network);
                }
                Err(failure) => return Err(self.abandon(failure)),
            }
            if let Some(entry) = self.entry {
                self.courier.egress.borrow_mut().received(entry, self.rest.len());
            }
        }
        self.deadlines.on_bytes(port.now_millis());
        let left = TURN_BYTES - self.turn_bytes;
        let more = if self.rest.len() > left { self.rest.split_off(left) } else { Vec::new() };
        let bytes = std::mem::replace(&mut self.rest, more);
        self.turn_bytes += bytes.len();
        Ok(Some(bytes))
    }

    /// All of the answer, which is refused beyond `most` bytes.
    pub async fn read_all(&mut self, most: usize, advice: UserError) -> Result<Vec<u8>, Missed> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
            if all.len() > most {
                let error = host::response_too_large(most >> 20, advice);
                return Err(self.abandon(CallFailure::new(FailureCause::Garbled, error)));
            }
        }
        Ok(all)
    }

    /// The answer is complete, whatever the host may still send.
    pub fn complete(&mut self) {
        self.end(EgressEnd::Complete);
        self.body = None;
    }

    /// Aborts because of `failure`.
    fn abandon(&mut self, failure: CallFailure) -> Missed {
        self.end(EgressEnd::Aborted);
        self.body = None;
        Missed::Failed(failure)
    }

    fn end(&mut self, end: EgressEnd) {
        if !std::mem::replace(&mut self.over, true)
            && let Some(entry) = self.entry
        {
            self.courier.egress.borrow_mut().ended(entry, end, self.courier.port.epoch_millis());
        }
    }
}

impl<P: Ports> Drop for Connection<'_, P> {
    fn drop(&mut self) {
        self.end(EgressEnd::Aborted);
    }
}

/// `future`, or the failure when the deadlines run out first.
async fn within<C: Clock, T>(
    clock: &C,
    deadlines: &mut Deadlines,
    future: impl Future<Output = T>,
) -> Result<T, CallFailure> {
    let mut future = pin!(future);
    loop {
        let left = deadlines.deadline_millis().map_or(0.0, |deadline| deadline - clock.now_millis());
        match select(future.as_mut(), pin!(clock.sleep(left.max(0.0) + 1.0))).await {
            Either::Left((done, _)) => return Ok(done),
            Either::Right(_) => {
                if let Some(failure) = deadlines.expire(clock.now_millis()) {
                    return Err(failure);
                }
            }
        }
    }
}
