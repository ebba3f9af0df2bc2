//! A model's name → whether it thinks before it answers. A guess by what vendors call them: it only decides how long to
//! wait, so that a wrong guess costs deadlines and nothing else.

use crate::types::Parameters;

/// What appears in names of models that think.
const SIGNS: [&str; 12] = [
    "reason",
    "think",
    "qwq",
    "qvq",
    "magistral",
    "gpt-oss",
    "seed-oss",
    "deep-research",
    "nemotron",
    "smollm3",
    "exaone-deep",
    "minimax-m",
];
/// What appears in names of their siblings that do not.
const COUNTER_SIGNS: [&str; 7] =
    ["non-reasoning", "non-thinking", "no-thinking", "nothink", "no-think", "gpt-5-chat", "qwen3-coder"];
/// Families that think from a version on.
const SINCE: [(&str, f64); 7] = [
    ("gpt-", 5.0),
    ("gemini-", 2.5),
    ("grok-", 4.0),
    ("qwen", 3.0),
    ("glm-", 4.5),
    ("kimi-k", 2.5),
    ("deepseek-v", 4.0),
];
/// No family is there yet.
const HIGHEST_VERSION: f64 = 20.0;
/// Whole words that vendors use for them (`deepseek-r1`, `o3-mini`, `hunyuan-t1`).
const WORDS: [&str; 7] = ["o1", "o3", "o4", "r1", "t1", "or1", "x1"];

/// Whether the model of that name usually thinks before it answers. Claude and others that think only when asked to do
/// not count here; see [`thinks`].
pub fn is_reasoning_model(name: &str) -> bool {
    let name = name.to_lowercase().replace('_', "-");
    if COUNTER_SIGNS.iter().any(|sign| name.contains(sign)) {
        return false;
    }
    SIGNS.iter().any(|sign| name.contains(sign))
        || name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
        || name.contains("grok-3-mini")
        || SINCE.iter().any(|(family, since)| {
            let mut versions = name.match_indices(family).filter_map(|(at, _)| {
                // `gpt-5` inside `not-gpt-5` is one, inside `xgpt-5` is none.
                let begins = !name.get(..at)?.ends_with(|c: char| c.is_ascii_alphanumeric());
                version(name.get(at + family.len()..)?).filter(|_| begins)
            });
            versions.any(|version| version >= *since)
        })
}

/// Whether a request with these parameters to the model of that name lets it think first.
pub fn thinks(name: &str, parameters: &Parameters) -> bool {
    parameters.effort.is_some() || is_reasoning_model(name)
}

/// The version at the start of `text`: `5.1-mini` → 5.1. Sizes (`7b`), dates and Azure's `gpt-35` are none.
fn version(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let is_size = rest.starts_with('b') && !rest.get(1..)?.starts_with(|c: char| c.is_ascii_alphabetic());
    let number: f64 = digits.trim_end_matches('.').parse().ok()?;
    (!is_size && number < HIGHEST_VERSION).then_some(number)
}
