//! Tool-call deltas → whole tool calls.
//!
//! Deltas are joined by `index`. Hosts bend this: the first index may be 1, the index may be missing, ids may be
//! missing after the first delta, and two calls may share an index but not an id.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A tool call that a model asked for. Nothing here runs tools; they are kept for the `decode` program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The host's id for it; nothing in dialects that have none.
    pub id: Option<String>,
    /// The function's name.
    pub name: String,
    /// The arguments' JSON text, possibly cut off.
    pub arguments: String,
}

impl ToolCall {
    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or("")
    }
}

/// Most tool calls kept of one answer.
const MAX_CALLS: usize = 1_000;

/// Tool calls under assembly, in order of appearance.
#[derive(Clone, Debug, Default)]
pub struct ToolCalls {
    calls: Vec<ToolCall>,
    indices: Vec<Option<u64>>,
}

impl ToolCalls {
    /// Takes in one element of `tool_calls`.
    pub fn push(&mut self, delta: &Value) {
        let text = |path: &str| delta.pointer(path).and_then(Value::as_str).unwrap_or("");
        let (id, name) = (text("/id"), text("/function/name"));
        let arguments = match delta.pointer("/function/arguments") {
            Some(Value::String(arguments)) => arguments.clone(),
            None | Some(Value::Null) => String::new(),
            // Ollama sends the object itself.
            Some(other) => other.to_string(),
        };
        let index = delta.get("index").and_then(Value::as_u64);
        let known = self.find(index, id, name);
        if let Some(call) = known.and_then(|at| self.calls.get_mut(at)) {
            if call.id().is_empty() {
                call.id = Some(id.to_owned());
            }
            if call.name.is_empty() {
                call.name.push_str(name);
            }
            call.arguments.push_str(&arguments);
        } else if self.calls.len() < MAX_CALLS {
            self.calls.push(ToolCall { id: Some(id.to_owned()), name: name.to_owned(), arguments });
            self.indices.push(index);
        }
    }

    /// Takes in a call that came whole.
    pub fn push_whole(&mut self, call: ToolCall) {
        if self.calls.len() < MAX_CALLS {
            self.calls.push(call);
            self.indices.push(None);
        }
    }

    /// Takes in a piece of the arguments of the call begun under `index`.
    pub fn push_arguments(&mut self, index: u64, piece: &str) {
        let at = self.indices.iter().rposition(|known| *known == Some(index));
        if let Some(call) = at.and_then(|at| self.calls.get_mut(at)) {
            call.arguments.push_str(piece);
        }
    }

    /// Begins a call under `index`.
    pub fn begin(&mut self, index: u64, id: &str, name: &str) {
        if self.calls.len() < MAX_CALLS {
            self.calls.push(ToolCall {
                id: Some(id.to_owned()),
                name: name.to_owned(),
                arguments: String::new(),
            });
            self.indices.push(Some(index));
        }
    }

    /// The call begun under `index`, for hosts that correct it afterwards.
    pub fn under(&mut self, index: u64) -> Option<&mut ToolCall> {
        let at = self.indices.iter().rposition(|known| *known == Some(index))?;
        self.calls.get_mut(at)
    }

    /// The calls so far.
    pub fn calls(&self) -> &[ToolCall] {
        &self.calls
    }

    /// Where the call is that a delta continues; nothing when it begins one.
    fn find(&self, index: Option<u64>, id: &str, name: &str) -> Option<usize> {
        let at = match index {
            Some(_) => self.indices.iter().rposition(|known| *known == index)?,
            // Without an index only a nameless, idless delta can be a continuation, of the newest call.
            None if id.is_empty() && name.is_empty() => self.calls.len().checked_sub(1)?,
            None => self.calls.iter().rposition(|call| !id.is_empty() && call.id() == id)?,
        };
        let call = self.calls.get(at)?;
        let another = !id.is_empty() && !call.id().is_empty() && call.id() != id && !name.is_empty();
        (!another).then_some(at)
    }
}
