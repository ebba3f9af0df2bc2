//! A vault that nobody uses closes by itself.

/// Without use for so long, the vault closes.
pub const IDLE_MILLIS: f64 = 15.0 * 60_000.0;

/// When an open vault closes. Times are milliseconds of a clock that does not run backwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AutoLock {
    used_millis: f64,
}

impl AutoLock {
    /// The vault was opened now.
    pub fn new(now_millis: f64) -> Self {
        Self { used_millis: now_millis }
    }

    /// A key of the vault was used or put in. A vault that should have closed already is not kept open by that: says
    /// whether it is open still.
    pub fn used(&mut self, now_millis: f64) -> bool {
        let open = !self.is_due(now_millis);
        if open {
            self.used_millis = self.used_millis.max(now_millis);
        }
        open
    }

    /// When it closes unless it is used.
    pub fn deadline_millis(&self) -> f64 {
        self.used_millis + IDLE_MILLIS
    }

    /// Whether it is to be closed. Ask this before every use: a sleeping computer stops timers.
    pub fn is_due(&self, now_millis: f64) -> bool {
        now_millis >= self.deadline_millis()
    }
}
