use super::Clock;
use crate::types::{ChatEvent, TimedEvent};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Events are sent at most this often: once a frame of the screen.
pub const FRAME_MILLIS: f64 = 16.0;

/// Events of one answer on their way to the page: one message a frame instead of one a token.
#[derive(Debug)]
pub struct EventBatch {
    events: RefCell<Vec<TimedEvent>>,
    sent_millis: Cell<f64>,
    waiting: RefCell<Option<Waker>>,
}

impl Default for EventBatch {
    /// Empty; the first event is due at once.
    fn default() -> Self {
        Self {
            events: RefCell::default(),
            sent_millis: Cell::new(f64::NEG_INFINITY),
            waiting: RefCell::default(),
        }
    }
}

impl EventBatch {
    /// Takes in an event.
    pub fn push(&self, event: ChatEvent, at_millis: f64) {
        self.events.borrow_mut().push(TimedEvent { event, at_millis });
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }

    /// What has gathered, when a message is due.
    pub fn due(&self, now_millis: f64) -> Option<Vec<TimedEvent>> {
        if now_millis - self.sent_millis.get() < FRAME_MILLIS {
            return None;
        }
        let events = self.rest()?;
        self.sent_millis.set(now_millis);
        Some(events)
    }

    /// What has gathered, due or not; for the end.
    pub fn rest(&self) -> Option<Vec<TimedEvent>> {
        let events = self.events.take();
        (!events.is_empty()).then_some(events)
    }

    /// Sends what gathers, frame by frame, for as long as it is polled.
    pub async fn send_due<C: Clock>(&self, clock: &C, send: impl Fn(Vec<TimedEvent>)) {
        loop {
            self.filled().await;
            let left = FRAME_MILLIS - (clock.now_millis() - self.sent_millis.get());
            if left > 0.0 {
                clock.sleep(left).await;
            }
            self.sent_millis.set(clock.now_millis());
            if let Some(events) = self.rest() {
                send(events);
            }
        }
    }

    async fn filled(&self) {
        poll_fn(|context| {
            if !self.events.borrow().is_empty() {
                return Poll::Ready(());
            }
            *self.waiting.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
