//! One event, or a whole response → what it says.
//!
//! The deltas are the answer. What is said again at the end counts only where no delta came: some backends end with an empty
//! `output`, others send nothing but the end.

use super::item;
use super::parts::{Parts, Place};
use crate::provider::decode::{Out, ToolCall};
use crate::provider::dialects::ReadAnswer;
use crate::provider::dialects::blocked::{self, Blocked};
use crate::provider::dialects::loose::{count, error, first_text, items, text};
use crate::types::problem::host;
use crate::types::{CallFailure, FailureCause};
use serde_json::Value;

/// Items without a number are counted from here, so that they meet none that has one.
const UNNUMBERED: u64 = 1 << 32;

/// What has to be remembered of one answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    parts: Parts,
    /// Items whose reasoning has come.
    reasoned: Vec<u64>,
    /// Ids of items at hosts that do not number them (llama.cpp). A number counts more: Copilot's ids change on the way.
    ids: Vec<String>,
}

impl ReadAnswer for Reader {
    fn read(&mut self, name: &str, value: &Value, out: &mut Out) {
        let kind = first_text(value, &["type"]).unwrap_or(name);
        if kind.starts_with("response.") {
            out.known();
        }
        match kind {
            "response.output_text.delta" | "response.refusal.delta" => {
                let place = self.place(value);
                self.parts.push(place, delta(value), out);
            }
            "response.output_text.done" | "response.refusal.done" => {
                let place = self.place(value);
                let whole = first_text(value, &["text", "refusal"]).unwrap_or("");
                self.parts.settle(place, whole, &[], out);
            }
            "response.content_part.done" => {
                let place = self.place(value);
                item::settle_part(value.get("part").unwrap_or(&Value::Null), place, &mut self.parts, out);
            }
            "response.output_text.annotation.added" => {
                let place = self.place(value);
                self.parts.annotate(place, value.get("annotation").unwrap_or(&Value::Null), out);
            }
            "response.reasoning_summary_text.delta"
            | "response.reasoning_text.delta"
            | "response.reasoning_summary.delta"
            | "response.reasoning.delta" => {
                let (number, _) = self.place(value);
                self.reasoned(number);
                out.reasoning(delta(value));
            }
            "response.output_item.added" => self.begin_item(value, out),
            "response.function_call_arguments.delta" => {
                let (number, _) = self.place(value);
                out.tools.push_arguments(number, delta(value));
            }
            "response.function_call_arguments.done" => {
                let (number, _) = self.place(value);
                let whole = text(value, "arguments");
                if let Some(call) = out.tools.under(number).filter(|_| !whole.is_empty()) {
                    call.arguments = whole.to_owned();
                }
            }
            "response.output_item.done" => self.end_item(value, out),
            "response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled"
            | "response.done" => self.end(kind, value.get("response").unwrap_or(value), out),
            "error" => out.error(error(value).unwrap_or(value)),
            _ if name == "error" => out.error(error(value).unwrap_or(value)),
            _ if kind.starts_with("response.") => {}
            _ if value.get("output").is_some_and(Value::is_array) || text(value, "object") == "response" => {
                self.end("", value, out);
            }
            _ if error(value).is_some() => self.end("", value, out),
            _ => {}
        }
    }
}

impl Reader {
    /// The item's and the part's number that an event names.
    fn place(&mut self, value: &Value) -> Place {
        let part = count(value, "/content_index").unwrap_or(0);
        if let Some(number) = count(value, "/output_index") {
            return (number, part);
        }
        let id = value.pointer("/item/id").and_then(Value::as_str).unwrap_or_else(|| text(value, "item_id"));
        let known = self.ids.iter().position(|known| known == id);
        let at = known.unwrap_or_else(|| {
            self.ids.push(id.to_owned());
            self.ids.len() - 1
        });
        (UNNUMBERED + at as u64, part)
    }

    /// Whether nothing was known of the reasoning of item `number`; now it is.
    fn reasoned(&mut self, number: u64) -> bool {
        let is_new = !self.reasoned.contains(&number);
        if is_new {
            self.reasoned.push(number);
        }
        is_new
    }

    fn begin_item(&mut self, value: &Value, out: &mut Out) {
        let (number, _) = self.place(value);
        let Some(call) = value.get("item").and_then(item::tool_call).filter(|_| !out.failed) else { return };
        match out.tools.under(number) {
            // Begun again under its number: the same call, repeated.
            Some(known) => known.arguments.clear(),
            None => out.tools.begin(number, call.id.as_deref().unwrap_or(""), &call.name),
        }
        out.tools.push_arguments(number, &call.arguments);
    }

    fn end_item(&mut self, value: &Value, out: &mut Out) {
        let (number, _) = self.place(value);
        let Some(item) = value.get("item") else { return };
        match text(item, "type") {
            "message" => item::settle_message(item, number, &mut self.parts, out),
            "reasoning" => {
                if self.reasoned(number) {
                    item::read_reasoning(item, out);
                }
            }
            _ => {
                let Some(call) = item::tool_call(item) else { return };
                match out.tools.under(number) {
                    Some(known) => correct(known, call),
                    None => out.tool_call(call),
                }
            }
        }
    }

    /// The final response under the event `kind`, or one that came whole.
    fn end(&mut self, kind: &str, response: &Value, out: &mut Out) {
        out.known();
        self.read_output(response, out);
        self.parts.end(out);
        if let Some(usage) = item::usage(response) {
            out.usage(usage);
        }
        let named = kind.strip_prefix("response.").filter(|kind| *kind != "done").map(str::to_owned);
        let reason = item::end_reason(response).or(named);
        if let Some(reason) = &reason {
            // An `error` event may have come before.
            out.finish_anyway(reason);
        }
        if let Some(error) = error(response) {
            // The one that counts is the response's own.
            out.error = Some(error.clone());
            out.error(error);
        }
        match reason.as_deref() {
            Some("failed" | "cancelled") => {
                out.fail(CallFailure::new(FailureCause::HostError, host::no_reason()));
            }
            Some("content_filter") => {
                out.fail(blocked::failure(Blocked::after(!self.parts.is_empty()), "content_filter", None));
            }
            _ => {}
        }
        // A response of the background is asked for again; there is none to ask here.
        if !item::is_under_way(response) {
            out.done();
        }
    }

    /// What the end says that nothing said before.
    fn read_output(&mut self, response: &Value, out: &mut Out) {
        let no_text = self.parts.is_empty();
        let no_reasoning = self.reasoned.is_empty();
        let no_calls = out.tools.calls().is_empty();
        for (number, item) in (0..).zip(items(response, "output")) {
            match text(item, "type") {
                "message" | "" if no_text => item::settle_message(item, number, &mut self.parts, out),
                "reasoning" if no_reasoning => item::read_reasoning(item, out),
                _ if no_calls => {
                    if let Some(call) = item::tool_call(item) {
                        out.tool_call(call);
                    }
                }
                _ => {}
            }
        }
        if self.parts.is_empty() {
            self.parts.push((0, 0), text(response, "output_text"), out);
        }
    }
}

/// What is known of a call stands; its arguments are now whole.
fn correct(known: &mut ToolCall, whole: ToolCall) {
    let set = |field: &mut String, value: String, only_if_empty: bool| {
        if !value.is_empty() && (field.is_empty() || !only_if_empty) {
            *field = value;
        }
    };
    if known.id.as_deref().unwrap_or("").is_empty() {
        known.id = whole.id;
    }
    set(&mut known.name, whole.name, true);
    set(&mut known.arguments, whole.arguments, false);
}

/// A piece of text, bare or in an object.
fn delta(value: &Value) -> &str {
    let delta = value.get("delta").unwrap_or(&Value::Null);
    delta.as_str().unwrap_or_else(|| text(delta, "text"))
}
