use serde::{Deserialize, Serialize};

/// A wire format for chat. What each is stands in its `SPEC`, in `provider::dialects`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// OpenAI chat completions, spoken by nearly every host.
    #[default]
    OpenaiChat,
    /// OpenAI Responses.
    OpenaiResponses,
    /// Anthropic Messages.
    Anthropic,
    /// Google Gemini and Vertex AI.
    Gemini,
    /// Cohere chat, version 2.
    #[serde(rename = "cohere-v2")]
    CohereV2,
    /// AWS Bedrock Converse.
    BedrockConverse,
    /// Ollama's own.
    Ollama,
}

impl Dialect {
    /// All of them, in the order shown.
    pub const ALL: [Self; 7] = [
        Self::OpenaiChat,
        Self::OpenaiResponses,
        Self::Anthropic,
        Self::Gemini,
        Self::CohereV2,
        Self::BedrockConverse,
        Self::Ollama,
    ];
}
