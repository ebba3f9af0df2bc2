//! Load on the machine, so that a race between two parts of the page gets its chance.

use crate::Outcome;
use std::process::{Child, Command, Stdio};

/// Processes that compute for nothing until this is dropped.
pub struct Busy(Vec<Child>);

impl Busy {
    /// Starts `count` of them.
    pub fn start(count: u32) -> Outcome<Self> {
        let mut busy = Self(Vec::new());
        for _ in 0..count {
            // Each ends by itself when this program was killed and its parent is another one.
            let loop_for_ever =
                "const own = process.ppid; while (process.ppid === own) for (let i = 0; i < 1e8; i++);";
            let mut node = Command::new(crate::setup::node()?);
            node.args(["-e", loop_for_ever]).stdin(Stdio::null());
            busy.0.push(node.spawn().map_err(|e| format!("cannot start a busy process: {e}"))?);
        }
        Ok(busy)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
