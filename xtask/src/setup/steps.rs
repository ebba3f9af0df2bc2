//! The steps of a set-up → how far it is, for the person who waits.

use crate::Outcome;
use std::time::{Duration, Instant};

/// Counts steps, and reports those that took time.
pub struct Steps {
    started: Instant,
    done: u32,
    all: u32,
}

impl Steps {
    /// `all` is how many steps there are.
    pub fn new(all: u32) -> Self {
        Self { started: Instant::now(), done: 0, all }
    }

    /// Runs one step; one that found its thing in place says nothing.
    pub fn next(&mut self, name: &str, step: impl FnOnce() -> Outcome<()>) -> Outcome<()> {
        let started = Instant::now();
        let outcome = step();
        self.done += 1;
        if started.elapsed() > Duration::from_millis(1500) {
            eprintln!("{}", line(self.done, self.all, name, started.elapsed(), self.started.elapsed()));
        }
        outcome
    }
}

fn line(done: u32, all: u32, name: &str, step: Duration, total: Duration) -> String {
    let left = all.saturating_sub(done);
    format!(
        "set-up: step {done} of {all} ({name}) took {:.0} s; {:.0} s so far, {left} to go",
        step.as_secs_f32(),
        total.as_secs_f32()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_took_how_long_and_what_is_left() {
        let said = line(2, 5, "wasm-bindgen", Duration::from_secs(99), Duration::from_secs(110));
        assert_eq!(said, "set-up: step 2 of 5 (wasm-bindgen) took 99 s; 110 s so far, 3 to go");
    }
}
