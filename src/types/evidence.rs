use super::{DocumentId, IndexEngine, RetrievalSettings, Sha256, Span};
use serde::{Deserialize, Serialize};

/// The ordered, frozen passages of a run. Every column that uses documents gets this very object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The question it was retrieved for.
    pub question: String,
    /// What a model made of the question, where it was asked to: this was searched.
    pub queries: Vec<String>,
    /// The settings it was retrieved with.
    pub retrieval: RetrievalSettings,
    /// Passages, best first; `passages[n - 1].number == n`.
    pub passages: Vec<Passage>,
    /// The exact text that goes into the prompt.
    pub text: String,
    /// SHA-256 of `text`.
    pub sha256: Sha256,
    /// Where the time went.
    pub timing: SearchTiming,
}

/// One retrieved chunk, with everything needed to show, send and verify it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// The number by which an answer cites it, from 1.
    pub number: u32,
    /// Its document.
    pub document: DocumentId,
    /// Name of its document.
    pub document_name: String,
    /// Its chunk's place in the document.
    pub ordinal: u32,
    /// Where its text stands in the document.
    pub span: Span,
    /// Where the chunk that was found stands; less than `span` where the text around it was taken along.
    pub hit: Span,
    /// 1-based page, where the format has pages.
    pub page: Option<u32>,
    /// Headings above it, outermost first.
    pub headings: Vec<String>,
    /// `document.text[span]`.
    pub text: String,
    /// What each stage thought of it.
    pub scores: Scores,
    /// Chunks that were found too and say the same.
    pub folded: Vec<Folded>,
}

/// A chunk that says what a passage says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// Its document.
    pub document: DocumentId,
    /// Name of its document.
    pub document_name: String,
    /// Its place in the document.
    pub ordinal: u32,
    /// Where its text stands in the document.
    pub span: Span,
}

/// The score and 1-based rank that each stage gave a chunk; `None` where the stage did not return it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Cosine similarity.
    pub dense: Option<f32>,
    /// Rank by cosine similarity.
    pub dense_rank: Option<u32>,
    /// BM25 score.
    pub lexical: Option<f32>,
    /// Rank by BM25.
    pub lexical_rank: Option<u32>,
    /// The score that decided the order of the candidates.
    pub fused: f32,
    /// Rank among the candidates.
    pub fused_rank: Option<u32>,
    /// The reranker's score; where there is one, it decided the order.
    pub rerank: Option<f32>,
    /// Rank by the reranker.
    pub rerank_rank: Option<u32>,
    /// Maximal marginal relevance when it was chosen; where there is one, it decided the order.
    pub mmr: Option<f32>,
}

/// Where retrieval's time went, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchTiming {
    /// Embedding the question.
    pub embed_millis: f64,
    /// Nearest neighbours.
    pub dense_millis: f64,
    /// BM25.
    pub lexical_millis: f64,
    /// The reranker, 0 without one.
    pub rerank_millis: f64,
    /// All of it, as the engine saw it.
    pub total_millis: f64,
    /// Chunks searched.
    pub chunks: u32,
    /// Chunks among them that another embedder has embedded: searched by words only.
    pub unembedded: u32,
    /// What found the nearest vectors: the exact search where another engine was chosen and could not be asked.
    pub engine: IndexEngine,
}
