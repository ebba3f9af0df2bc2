//! Texts → a request for their vectors; the answer → the vectors, checked.

use serde::Deserialize;

/// A wire format for embeddings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// OpenAI's, spoken by nearly every host.
    Openai,
    /// Gemini's `batchEmbedContents`.
    Gemini,
    /// Vertex AI's `predict`.
    Vertex,
    /// Cohere's, version 2.
    Cohere,
    /// Voyage's.
    Voyage,
    /// Mistral's.
    Mistral,
    /// Ollama's own.
    Ollama,
    /// Text Embeddings Inference.
    Tei,
    /// Amazon Titan on Bedrock.
    BedrockTitan,
    /// Cohere's models on Bedrock.
    BedrockCohere,
}
