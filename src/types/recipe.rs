use super::ChunkSettings;
use serde::{Deserialize, Serialize};

/// How evidence comes about: everything but the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// How documents are cut.
    pub chunking: ChunkSettings,
    /// How passages are found.
    pub retrieval: RetrievalSettings,
}

/// Which rankings take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetrievalMode {
    /// By meaning: nearest embeddings.
    Dense,
    /// By words: BM25.
    Lexical,
    /// Both, joined by reciprocal rank fusion.
    Hybrid,
}

impl RetrievalMode {
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::Hybrid, Self::Dense, Self::Lexical];

    /// The name used in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dense => "dense",
            Self::Lexical => "lexical",
            Self::Hybrid => "hybrid",
        }
    }

    /// The mode of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// How passages are found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RetrievalSettings {
    /// Which rankings take part.
    pub mode: RetrievalMode,
    /// Passages that become evidence.
    pub top_k: u32,
    /// Candidates that each ranking contributes before fusion.
    pub candidates: u32,
    /// The constant of reciprocal rank fusion (Cormack et al. 2009: 60).
    pub rrf_k: f32,
    /// BM25's term-frequency saturation.
    pub k1: f32,
    /// BM25's length normalisation.
    pub b: f32,
}

impl Default for RetrievalSettings {
    fn default() -> Self {
        Self { mode: RetrievalMode::Hybrid, top_k: 6, candidates: 100, rrf_k: 60.0, k1: 0.9, b: 0.4 }
    }
}

/// Input of retrieval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The question as typed.
    pub text: String,
}
