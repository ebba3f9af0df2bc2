use serde::{Deserialize, Serialize};

/// A wire format for chat.
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

    /// The name in the catalogue, in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiResponses => "openai-responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::CohereV2 => "cohere-v2",
            Self::BedrockConverse => "bedrock-converse",
            Self::Ollama => "ollama",
        }
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::OpenaiChat => "OpenAI chat completions",
            Self::OpenaiResponses => "OpenAI Responses",
            Self::Anthropic => "Anthropic Messages",
            Self::Gemini => "Gemini generateContent",
            Self::CohereV2 => "Cohere v2 chat",
            Self::BedrockConverse => "Bedrock Converse",
            Self::Ollama => "Ollama /api/chat",
        }
    }

    /// Whether its hosts can cite documents that are sent beside the conversation.
    pub fn cites_natively(self) -> bool {
        matches!(self, Self::Anthropic | Self::CohereV2)
    }

    /// The dialect of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}
