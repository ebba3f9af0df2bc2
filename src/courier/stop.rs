use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// The person's wish that a call should end. Clones are the same wish.
#[derive(Clone, Debug, Default)]
pub struct Stop(Rc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stopped: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

/// A call was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl Stop {
    /// Ends the call.
    pub fn stop(&self) {
        self.0.stopped.set(true);
        if let Some(waker) = self.0.waiting.take() {
            waker.wake();
        }
    }

    /// Whether it is to end.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.get()
    }

    /// `work` to its end, or until the call is stopped: then it is dropped where it stands, with its request, its place in
    /// the queue and its timers. One piece of work at a time.
    pub async fn guard<T>(&self, work: impl Future<Output = T>) -> Result<T, Stopped> {
        let mut work = pin!(work);
        poll_fn(|context| {
            if self.is_stopped() {
                return Poll::Ready(Err(Stopped));
            }
            *self.0.waiting.borrow_mut() = Some(context.waker().clone());
            work.as_mut().poll(context).map(Ok)
        })
        .await
    }
}
