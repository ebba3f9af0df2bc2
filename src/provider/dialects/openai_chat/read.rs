//! One value of the answer → what it says.

use super::chunk;
use crate::provider::decode::Out;
use crate::provider::dialects::ReadAnswer;
use serde_json::Value;

/// What has to be remembered of one answer: nothing.
#[derive(Debug, Default)]
pub(super) struct Reader;

impl ReadAnswer for Reader {
    fn read(&mut self, name: &str, value: &Value, out: &mut Out) {
        // Groq: `event: error` in the middle of a stream.
        if name == "error" {
            let inner = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
            return out.error(inner);
        }
        let chunk = chunk::read(value);
        if chunk.is_known {
            out.known();
        }
        if !out.failed {
            if !chunk.reasoning.is_empty() {
                out.reasoning(&chunk.reasoning);
            }
            if !chunk.text.is_empty() {
                out.text(&chunk.text);
            }
            chunk.tool_calls.iter().for_each(|delta| out.tools.push(delta));
            if let Some(reason) = chunk.finish_reason {
                out.finish(reason);
            }
        }
        if let Some(usage) = chunk.usage {
            out.usage(usage);
        }
        if let Some(error) = chunk.error {
            out.error(error);
        }
    }
}
