//! Which of the listed models can chat: as the host states it, else by the name.

use serde_json::Value;

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

/// Parts of the kinds of models that do not chat.
const NOT_CHAT_KIND: [&str; 9] =
    ["embed", "rerank", "image", "audio", "moderation", "tts", "asr", "video", "upscale"];

/// Whether the model can be asked.
pub(super) fn can_chat(name: &str, model: &Value) -> bool {
    // Mistral, then Fireworks.
    let stated = ["/capabilities/completion_chat", "/supports_chat"];
    if let Some(stated) = stated.into_iter().find_map(|place| model.pointer(place)?.as_bool()) {
        return stated;
    }
    // Gemini, then Cohere.
    if let Some(methods) = model.get("supportedGenerationMethods").and_then(Value::as_array) {
        return has(methods, "generateContent") && by_name(name);
    }
    if let Some(endpoints) = model.get("endpoints").and_then(Value::as_array) {
        return has(endpoints, "chat");
    }
    // OpenRouter and the router of Hugging Face, then xAI.
    let outputs = ["/architecture/output_modalities", "/output_modalities"];
    if let Some(outputs) = outputs.into_iter().find_map(|place| model.pointer(place)?.as_array()) {
        return has(outputs, "text") && by_name(name);
    }
    let kind = model.get("type").and_then(Value::as_str).unwrap_or("").to_ascii_lowercase();
    !NOT_CHAT_KIND.iter().any(|other| kind.contains(other)) && by_name(name)
}

fn by_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !NOT_CHAT.iter().any(|part| lower.contains(part))
}

fn has(list: &[Value], word: &str) -> bool {
    list.iter().any(|entry| entry.as_str() == Some(word))
}
