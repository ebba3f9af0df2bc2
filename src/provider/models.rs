//! The reply to `GET /models` → names to choose from.
//!
//! Hosts differ: `{"data":[{"id"}]}` (most), a bare array (Together, Heroku), `{"models":[{"name"}]}` (Ollama's own).
//! Models that cannot chat are left out by their name or stated abilities, but a filter that would leave nothing is
//! not applied: better a long list than an empty one.

use serde_json::Value;

/// Most models listed.
pub const MAX_MODELS: usize = 5_000;

/// Parts of names of models that do not chat.
const NOT_CHAT: [&str; 24] = [
    "embed",
    "whisper",
    "tts",
    "dall-e",
    "rerank",
    "moderation",
    "text-similarity",
    "transcribe",
    "gpt-image",
    "imagen",
    "stable-diffusion",
    "sdxl",
    "flux",
    "speech",
    "all-minilm",
    "bge-",
    "gte-",
    "nomic-bert",
    "-ocr",
    "sora",
    "veo-",
    "davinci-002",
    "babbage-002",
    "guardrail",
];

/// The models in `body` that can chat, sorted as the host sorts them, each once; `None` when it is no model list.
pub fn parse_models(body: &[u8]) -> Option<Vec<String>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let list =
        [&value, value.get("data").unwrap_or(&Value::Null), value.get("models").unwrap_or(&Value::Null)]
            .into_iter()
            .find_map(Value::as_array)?;
    let mut all = Vec::new();
    let mut chat = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for model in list.iter().take(MAX_MODELS) {
        let Some(name) = model_name(model) else { continue };
        if !seen.insert(name) {
            continue;
        }
        all.push(name.to_owned());
        if can_chat(name, model) {
            chat.push(name.to_owned());
        }
    }
    Some(if chat.is_empty() { all } else { chat })
}

fn model_name(model: &Value) -> Option<&str> {
    let name = match model {
        Value::String(name) => name.as_str(),
        _ => ["id", "model_id", "model", "name"].iter().find_map(|field| model.get(field)?.as_str())?,
    };
    let name = name.trim();
    (!name.is_empty() && name.len() <= 300 && !name.chars().any(char::is_control)).then_some(name)
}

fn can_chat(name: &str, model: &Value) -> bool {
    // Mistral states it.
    if let Some(stated) = model.pointer("/capabilities/completion_chat").and_then(Value::as_bool) {
        return stated;
    }
    let lower = name.to_ascii_lowercase();
    let kind = model.get("type").and_then(Value::as_str).unwrap_or("").to_ascii_lowercase();
    let not_chat_kind = ["embed", "rerank", "image", "audio", "moderation", "tts", "asr", "video", "upscale"]
        .iter()
        .any(|other| kind.contains(other));
    !not_chat_kind && !NOT_CHAT.iter().any(|part| lower.contains(part))
}
