//! One value of the answer → what it says.

use crate::provider::decode::Out;
use serde_json::Value;

/// What has to be remembered of one answer.
#[derive(Clone, Debug, Default)]
pub struct Reader {}

impl Reader {
    /// Takes in one value; `name` is the event's, where it had one.
    pub fn read(&mut self, _name: &str, _value: &Value, _out: &mut Out) {}
}
