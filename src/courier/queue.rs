//! Waiting for one's turn: the pure `Limiter` with a clock and wake-ups.

use super::{CallOutcome, Clock, Limiter, Origin, Ticket, Turn};
use futures_channel::oneshot;
use futures_util::future::select;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::pin;

/// Connections that browsers open to a host that speaks HTTP/1.1; one that speaks HTTP/2 gets no more at a time.
const CONNECTIONS: usize = 6;
/// Longest time between two looks.
const LOOK_MILLIS: f64 = 250.0;

/// The queues of all origins, with those who wait in them.
pub(super) struct Queue {
    limiter: RefCell<Limiter>,
    waiting: RefCell<BTreeMap<Ticket, oneshot::Sender<()>>>,
}

/// A place in a queue, or a request under way. Dropping it gives the place back.
pub(super) struct Place<'a, C: Clock> {
    queue: &'a Queue,
    clock: &'a C,
    ticket: Ticket,
    outcome: CallOutcome,
}

impl Queue {
    /// Empty. `chance` is evenly from 0 to 1.
    pub fn new(chance: f64) -> Self {
        let limiter = Limiter::with_most((chance * 9e15) as u64, CONNECTIONS);
        Self { limiter: RefCell::new(limiter), waiting: RefCell::default() }
    }

    /// Comes back with a place when it is one's turn. `tell` gets how many are before, and for how many milliseconds nobody
    /// may start.
    pub async fn turn<'a, C: Clock>(
        &'a self,
        clock: &'a C,
        (origin, model): (&Origin, &str),
        again: bool,
        tell: impl Fn(usize, Option<f64>),
    ) -> Place<'a, C> {
        let (ticket, mut turn) = {
            let mut limiter = self.limiter.borrow_mut();
            let now = clock.now_millis();
            if again {
                limiter.acquire_again(origin, model, now)
            } else {
                limiter.acquire(origin, model, now)
            }
        };
        let place = Place { queue: self, clock, ticket, outcome: CallOutcome::Other };
        let mut reported = None;
        while let Turn::Wait { position, until_millis } = turn {
            let left = until_millis.map(|until| (until - clock.now_millis()).max(0.0));
            if reported != Some((position, until_millis)) {
                reported = Some((position, until_millis));
                tell(position, left);
            }
            let (waker, woken) = oneshot::channel();
            self.waiting.borrow_mut().insert(ticket, waker);
            let wait = left.unwrap_or(LOOK_MILLIS).min(LOOK_MILLIS);
            select(pin!(woken), pin!(clock.sleep(wait + 1.0))).await;
            self.start_due(clock.now_millis());
            turn = self.limiter.borrow().turn(ticket, clock.now_millis()).unwrap_or(Turn::Start);
        }
        place
    }

    fn start_due(&self, now_millis: f64) {
        for ticket in self.limiter.borrow_mut().start_due(now_millis) {
            if let Some(waker) = self.waiting.borrow_mut().remove(&ticket) {
                let _ = waker.send(());
            }
        }
    }
}

impl<C: Clock> Place<'_, C> {
    /// Gives the place back, saying how the request ended.
    pub fn release(mut self, outcome: CallOutcome) {
        self.outcome = outcome;
    }
}

impl<C: Clock> Drop for Place<'_, C> {
    fn drop(&mut self) {
        let now = self.clock.now_millis();
        self.queue.waiting.borrow_mut().remove(&self.ticket);
        self.queue.limiter.borrow_mut().release(self.ticket, self.outcome, now);
        self.queue.start_due(now);
    }
}
