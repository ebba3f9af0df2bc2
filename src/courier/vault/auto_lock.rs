//! A vault that nobody uses closes by itself.

/// Without use for so long, the vault closes.
pub const IDLE_MILLIS: f64 = 15.0 * 60_000.0;

/// When an open vault closes. Times are milliseconds since 1970: a page's own clock may stand still while the computer
/// sleeps. A clock that was set back by as much closes the vault too.
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
            self.used_millis = now_millis;
        }
        open
    }

    /// When it closes unless it is used.
    pub fn deadline_millis(&self) -> f64 {
        self.used_millis + IDLE_MILLIS
    }

    /// Whether it is to be closed. Ask this before every use: timers stand still with the computer.
    pub fn is_due(&self, now_millis: f64) -> bool {
        (now_millis - self.used_millis).abs() >= IDLE_MILLIS
    }
}
