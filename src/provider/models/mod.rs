//! The reply to the list of models → entries to choose from, with what the host says of context and price.
//!
//! Hosts differ: `{"data":[{"id"}]}` (most), a bare array (Together, Heroku), `{"models":[{"name"}]}` (Ollama, Cohere,
//! Gemini). Models that cannot chat are left out by their stated abilities or their name, but a filter that would leave
//! nothing is not applied: better a long list than an empty one.

mod ability;
pub(super) mod price;

use crate::types::ModelEntry;
use ability::can_chat;
use serde_json::Value;

/// Most models listed.
pub const MAX_MODELS: usize = 5_000;

/// Where hosts say how many tokens a model's context has; what is set now before what is possible.
const CONTEXT: [&str; 14] = [
    "/loaded_context_length",
    "/context_length",
    "/context_window",
    "/max_context_length",
    "/max_model_len",
    "/inputTokenLimit",
    "/max_input_tokens",
    "/contextLength",
    "/max_prompt_length",
    "/meta/n_ctx",
    "/meta/n_ctx_train",
    "/metadata/context_length",
    "/model_spec/availableContextTokens",
    "/top_provider/context_length",
];

/// Where hosts keep a name for people.
const LABELS: [&str; 4] = ["/display_name", "/displayName", "/model_spec/name", "/name"];

/// The models in `body` that can chat, sorted as the host sorts them, each once; `None` when it is no model list.
pub fn parse_models(body: &[u8]) -> Option<Vec<ModelEntry>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let list =
        [&value, value.get("data").unwrap_or(&Value::Null), value.get("models").unwrap_or(&Value::Null)]
            .into_iter()
            .find_map(Value::as_array)?;
    let mut all = Vec::new();
    let mut chat = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for model in list.iter().take(MAX_MODELS) {
        let Some(name) = name(model) else { continue };
        if !seen.insert(name) {
            continue;
        }
        if can_chat(name, model) {
            chat.push(entry(name, model));
        } else if chat.is_empty() {
            all.push(entry(name, model));
        }
    }
    Some(if chat.is_empty() { all } else { chat })
}

fn entry(name: &str, model: &Value) -> ModelEntry {
    let label = LABELS.into_iter().find_map(|place| model.pointer(place)?.as_str()).map(str::trim);
    let label = label.filter(|label| is_name(label) && !label.trim_start_matches("models/").eq(name));
    ModelEntry {
        name: name.to_owned(),
        label: label.map(str::to_owned),
        context_tokens: context(model),
        price: price::stated(model),
    }
}

fn name(model: &Value) -> Option<&str> {
    let name = match model {
        Value::String(name) => name.as_str(),
        _ => ["id", "model_id", "model", "name"].iter().find_map(|field| model.get(field)?.as_str())?,
    };
    // Gemini's lists name the resource; its requests name the model.
    let name = name.trim();
    let name = name.strip_prefix("models/").unwrap_or(name);
    is_name(name).then_some(name)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 300 && !name.chars().any(char::is_control)
}

/// Of a router that may choose any of several hosts, the smallest: more might be cut off.
fn context(model: &Value) -> Option<u64> {
    let stated = CONTEXT.into_iter().find_map(|place| model.pointer(place)?.as_u64());
    let hosts = model.get("providers").and_then(Value::as_array).into_iter().flatten();
    let smallest = hosts.filter_map(|host| host.get("context_length")?.as_u64()).min();
    stated.or(smallest).filter(|tokens| *tokens > 0)
}
