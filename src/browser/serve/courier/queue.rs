//! Waiting for one's turn: the pure `Limiter` with clocks and wake-ups.

use crate::browser::clock::{now_millis, sleep};
use crate::courier::{CallOutcome, Limiter, Origin, Ticket, Turn};
use futures_channel::oneshot;
use futures_util::future::select;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::pin;

/// Connections that browsers open to a host that speaks HTTP/1.1; one that speaks HTTP/2 gets no more at a time.
const CONNECTIONS: usize = 6;
/// Longest time between two looks, so that a column that was stopped leaves the queue soon.
const LOOK_MILLIS: f64 = 250.0;

/// The queues of all origins, with those who wait in them.
pub struct Queue {
    limiter: RefCell<Limiter>,
    waiting: RefCell<BTreeMap<Ticket, oneshot::Sender<()>>>,
}

impl Default for Queue {
    fn default() -> Self {
        let seed = (js_sys::Math::random() * 9e15) as u64;
        Self { limiter: RefCell::new(Limiter::with_most(seed, CONNECTIONS)), waiting: RefCell::default() }
    }
}

impl Queue {
    /// Comes back with a ticket when it is one's turn, or with nothing when `signal` is aborted first. `tell` hears how
    /// many are before, and for how many milliseconds nobody may start.
    pub async fn turn(
        &self,
        origin: &Origin,
        again: bool,
        signal: &web_sys::AbortSignal,
        tell: impl Fn(usize, Option<f64>),
    ) -> Option<Ticket> {
        let (ticket, mut turn) = {
            let mut limiter = self.limiter.borrow_mut();
            let now = now_millis();
            if again { limiter.acquire_again(origin, now) } else { limiter.acquire(origin, now) }
        };
        let mut told = None;
        while let Turn::Wait { position, until_millis } = turn {
            let left = until_millis.map(|until| (until - now_millis()).max(0.0));
            if told != Some((position, until_millis)) {
                told = Some((position, until_millis));
                tell(position, left);
            }
            let (waker, woken) = oneshot::channel();
            self.waiting.borrow_mut().insert(ticket, waker);
            let wait = left.unwrap_or(LOOK_MILLIS).min(LOOK_MILLIS);
            select(pin!(woken), pin!(sleep(wait as i32 + 1))).await;
            self.waiting.borrow_mut().remove(&ticket);
            if signal.aborted() {
                self.release(ticket, CallOutcome::Other);
                return None;
            }
            self.start_due();
            turn = self.limiter.borrow().turn(ticket, now_millis())?;
        }
        Some(ticket)
    }

    /// Gives the state back.
    pub fn release(&self, ticket: Ticket, ending: CallOutcome) {
        self.limiter.borrow_mut().release(ticket, ending, now_millis());
        self.start_due();
    }

    fn start_due(&self) {
        for ticket in self.limiter.borrow_mut().start_due(now_millis()) {
            if let Some(waker) = self.waiting.borrow_mut().remove(&ticket) {
                let _ = waker.send(());
            }
        }
    }
}

/// Comes back after `millis`; says whether `signal` was aborted meanwhile.
pub async fn pause(millis: f64, signal: &web_sys::AbortSignal) -> bool {
    let until = now_millis() + millis;
    while !signal.aborted() {
        let left = until - now_millis();
        if left <= 0.0 {
            return false;
        }
        sleep(left.min(LOOK_MILLIS) as i32 + 1).await;
    }
    true
}
