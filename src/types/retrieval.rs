//! How passages are found.

use super::{DocumentId, Format, IndexEngine, ModelRef};
use serde::{Deserialize, Serialize};

/// Which rankings take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetrievalMode {
    /// By meaning: nearest embeddings.
    Dense,
    /// By words: BM25.
    Lexical,
    /// Both, joined by reciprocal rank fusion. Third, as runs are stored: it was what `Hybrid` meant.
    Rrf,
    /// Both, joined by their scores, weighted by how well the embedder knows the question's language.
    Hybrid,
}

impl RetrievalMode {
    /// All of them, in the order shown.
    pub const ALL: [Self; 4] = [Self::Hybrid, Self::Rrf, Self::Dense, Self::Lexical];

    /// The name used in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dense => n!("dense"),
            Self::Lexical => n!("lexical"),
            Self::Rrf => n!("RRF"),
            Self::Hybrid => n!("hybrid"),
        }
    }

    /// The mode of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name().eq_ignore_ascii_case(name))
    }
}

/// How passages are found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
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
    /// How often a word in a chunk's file name, title or headings counts, beside once in its text (BM25F; Robertson, Zaragoza &
    /// Taylor, CIKM 2004).
    pub title_weight: f32,
    /// Share of the dense ranking in the hybrid mode, 0 to 1; as the question asks for it where there is none (see
    /// `retrieve::dense_weight`).
    pub dense_weight: Option<f32>,
    /// What finds the nearest vectors.
    pub engine: IndexEngine,
    /// The least score that a passage needs: the cosine in dense mode, BM25's in lexical, the fused one otherwise.
    pub min_score: Option<f32>,
    /// λ of maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998): 1 asks for relevance alone, 0 for difference alone.
    pub mmr: Option<f32>,
    /// How much of the document around a hit becomes evidence.
    pub context: PassageContext,
}

impl Default for RetrievalSettings {
    fn default() -> Self {
        Self {
            mode: RetrievalMode::Hybrid,
            top_k: 6,
            candidates: 100,
            rrf_k: 60.0,
            k1: 0.9,
            b: 0.4,
            title_weight: 1.0,
            dense_weight: None,
            engine: IndexEngine::Exact,
            min_score: None,
            mmr: None,
            context: PassageContext::Chunk,
        }
    }
}

/// How much of the document around a hit becomes evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PassageContext {
    /// The chunk that was found.
    #[default]
    Chunk,
    /// With so many chunks before and behind it.
    Neighbours(u32),
    /// The parent of the chunk: the part of its section, of at most so many tokens, that holds it. Several hits in one parent are one
    /// passage.
    Parent(u32),
}

/// Which documents are searched: those for which every condition holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFilter(pub Vec<Condition>);

/// What a document has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// One of these.
    Documents(Vec<DocumentId>),
    /// Of one of these formats.
    Formats(Vec<Format>),
    /// In one of these languages, by their tags of BCP 47.
    Languages(Vec<String>),
    /// Added then or later, in milliseconds since 1970.
    AddedFrom(u64),
    /// Added before then, in milliseconds since 1970.
    AddedBefore(u64),
}

/// What a model makes of the question before the search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryRewrite {
    /// What it is asked for.
    pub kind: RewriteKind,
    /// The model that is asked.
    pub model: ModelRef,
    /// The prompt, with `{{question}}` for the question.
    pub prompt: String,
}

/// Kinds of query rewriting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RewriteKind {
    /// One better query, which takes the question's place in the search.
    Rewrite,
    /// Several queries, searched beside the question.
    MultiQuery,
    /// A passage that might answer the question, whose vector is searched (HyDE; Gao et al., ACL 2023).
    Hyde,
}

impl RewriteKind {
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::Rewrite, Self::MultiQuery, Self::Hyde];

    /// The name used in settings and differences; the terms are those of the papers in every language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rewrite => "rewrite",
            Self::MultiQuery => "multi-query",
            Self::Hyde => "HyDE",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_stored_when_hybrid_meant_rrf_say_rrf() {
        let stored = |mode: RetrievalMode| postcard::to_allocvec(&mode).unwrap();
        assert_eq!(postcard::from_bytes::<RetrievalMode>(&[2]).unwrap(), RetrievalMode::Rrf);
        assert_eq!(RetrievalMode::ALL.map(stored), [[3], [2], [0], [1]]);
        for mode in RetrievalMode::ALL {
            assert_eq!(RetrievalMode::from_name(mode.name()), Some(mode));
        }
    }

    #[test]
    fn settings_of_the_first_versions_take_defaults_for_what_is_new() {
        let old = serde_json::json!({
            "mode": "Hybrid", "top_k": 9, "candidates": 100, "rrf_k": 60.0, "k1": 0.9, "b": 0.4,
        });
        let read: RetrievalSettings = serde_json::from_value(old).unwrap();
        assert_eq!(read, RetrievalSettings { top_k: 9, ..RetrievalSettings::default() });
    }
}
