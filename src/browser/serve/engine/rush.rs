//! Files come in bursts, and the first question right behind them. Loading the weights and embedding keep the thread busy, so
//! they begin when the burst is over: all documents are found by their words within a second or two.

use crate::browser::clock::{now_millis, sleep};
use std::cell::Cell;

/// Longest that embedding waits for another document of a burst.
const NEXT_MILLIS: f64 = 2_000.0;
/// How long it waits behind the last one for a question, while the weights are still to be loaded.
const QUESTION_MILLIS: f64 = 150.0;

/// When something came last, and whether more follows.
#[derive(Default)]
pub struct Rush {
    last_millis: Cell<f64>,
    more_follow: Cell<bool>,
}

impl Rush {
    /// A document has come.
    pub fn document(&self, more_follow: bool) {
        self.last_millis.set(now_millis());
        self.more_follow.set(more_follow);
    }

    /// A question has come; documents that are to follow still are.
    pub fn question(&self) {
        self.last_millis.set(now_millis());
    }

    /// Waits until the burst is over.
    pub async fn wait(&self, is_loaded: bool) {
        loop {
            let most = match (self.more_follow.get(), is_loaded) {
                (true, _) => NEXT_MILLIS,
                (false, false) => QUESTION_MILLIS,
                (false, true) => 0.0,
            };
            let left = self.last_millis.get() + most - now_millis();
            if left <= 0.0 {
                return;
            }
            sleep(left.min(50.0).ceil() as i32).await;
        }
    }
}
