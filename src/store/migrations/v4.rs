//! Version 4 of the rows that hold runs: before recipes had filters, query rewriting, a local reranker and a choice of engine, and
//! evidence a hit within each passage.

use super::v3;
use crate::types::{
    ChunkSettings, ChunkStrategy, DocumentId, EmbedderRef, Endpoint, Evidence, Passage, PromptTemplate,
    Recipe, RecipeId, RerankerRef, Retrieval, RetrievalMode, RetrievalSettings, Run, RunAnswer, Scores,
    SearchTiming, Sha256, Span, UserError,
};
use serde::Deserialize;

/// First byte of its rows.
pub const VERSION: u8 = 4;

#[derive(Deserialize)]
pub(super) struct OldChunking {
    strategy: ChunkStrategy,
    size_tokens: u32,
    overlap_tokens: u32,
}

impl From<OldChunking> for ChunkSettings {
    fn from(old: OldChunking) -> Self {
        let OldChunking { strategy, size_tokens, overlap_tokens } = old;
        Self { strategy, size_tokens, overlap_tokens, heading_prefix: true }
    }
}

#[derive(Deserialize)]
pub(super) struct OldSettings {
    mode: RetrievalMode,
    top_k: u32,
    candidates: u32,
    rrf_k: f32,
    k1: f32,
    b: f32,
}

impl From<OldSettings> for RetrievalSettings {
    fn from(old: OldSettings) -> Self {
        let OldSettings { mode, top_k, candidates, rrf_k, k1, b } = old;
        Self { mode, top_k, candidates, rrf_k, k1, b, ..Self::default() }
    }
}

#[derive(Deserialize)]
pub(super) struct OldReranker {
    endpoint: Endpoint,
    model: String,
}

impl From<OldReranker> for RerankerRef {
    fn from(old: OldReranker) -> Self {
        Self::Remote { endpoint: old.endpoint, model: old.model }
    }
}

#[derive(Deserialize)]
struct OldRecipe {
    chunking: OldChunking,
    embedder: EmbedderRef,
    retrieval: OldSettings,
    reranker: Option<OldReranker>,
    prompt: Option<PromptTemplate>,
}

impl From<OldRecipe> for Recipe {
    fn from(old: OldRecipe) -> Self {
        Self {
            chunking: old.chunking.into(),
            embedder: old.embedder,
            retrieval: old.retrieval.into(),
            reranker: old.reranker.map(Into::into),
            prompt: old.prompt,
            ..Self::default()
        }
    }
}

#[derive(Deserialize)]
pub(super) struct OldEvidence {
    question: String,
    retrieval: OldSettings,
    passages: Vec<OldPassage>,
    text: String,
    sha256: Sha256,
    timing: OldTiming,
}

#[derive(Deserialize)]
struct OldPassage {
    number: u32,
    document: DocumentId,
    document_name: String,
    ordinal: u32,
    span: Span,
    page: Option<u32>,
    headings: Vec<String>,
    text: String,
    scores: OldScores,
}

#[derive(Deserialize)]
struct OldScores {
    dense: Option<f32>,
    dense_rank: Option<u32>,
    lexical: Option<f32>,
    lexical_rank: Option<u32>,
    fused: f32,
    rerank: Option<f32>,
}

#[derive(Deserialize)]
struct OldTiming {
    embed_millis: f64,
    dense_millis: f64,
    lexical_millis: f64,
    rerank_millis: f64,
    total_millis: f64,
    chunks: u32,
    unembedded: u32,
}

impl From<OldEvidence> for Evidence {
    fn from(old: OldEvidence) -> Self {
        let OldEvidence { question, retrieval, passages, text, sha256, timing } = old;
        let timing = SearchTiming {
            embed_millis: timing.embed_millis,
            dense_millis: timing.dense_millis,
            lexical_millis: timing.lexical_millis,
            rerank_millis: timing.rerank_millis,
            total_millis: timing.total_millis,
            chunks: timing.chunks,
            unembedded: timing.unembedded,
            ..SearchTiming::default()
        };
        let passages = passages.into_iter().map(Passage::from).collect();
        Self { question, queries: Vec::new(), retrieval: retrieval.into(), passages, text, sha256, timing }
    }
}

impl From<OldPassage> for Passage {
    fn from(old: OldPassage) -> Self {
        let OldScores { dense, dense_rank, lexical, lexical_rank, fused, rerank } = old.scores;
        Self {
            number: old.number,
            document: old.document,
            document_name: old.document_name,
            ordinal: old.ordinal,
            span: old.span,
            hit: old.span,
            page: old.page,
            headings: old.headings,
            text: old.text,
            scores: Scores { dense, dense_rank, lexical, lexical_rank, fused, rerank, ..Scores::default() },
            folded: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct OldRetrieval {
    id: RecipeId,
    recipe: OldRecipe,
    outcome: Option<Result<OldEvidence, UserError>>,
    highlights: Vec<Vec<Span>>,
}

impl From<OldRetrieval> for Retrieval {
    fn from(old: OldRetrieval) -> Self {
        let OldRetrieval { id, recipe, outcome, highlights } = old;
        let outcome = outcome.map(|outcome| outcome.map(|evidence| Evidence::from(evidence).into()));
        Self { id, recipe: recipe.into(), outcome, highlights, ..Self::default() }
    }
}

pub(in crate::store) fn run(body: &[u8]) -> Result<Run, postcard::Error> {
    postcard::from_bytes::<v3::OldRun<OldRetrieval, RunAnswer>>(body).map(Run::from)
}
