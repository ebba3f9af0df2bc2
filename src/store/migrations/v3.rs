//! Version 3 of the rows that hold runs: before prompts had templates and columns a context limit. Of those that hold manifests:
//! before headings could be left out of embeddings.

use super::{v1, v4};
use crate::types::{
    Answer, Attempt, Column, ColumnId, Cost, Effort, EmbedderRef, Evidence, Manifest, ModelRef, Parameters,
    Recipe, RecipeId, Retrieval, Run, RunAnswer, RunId, Sent, Span, Thumb, UserError, Warning,
};
use serde::Deserialize;

/// First byte of its rows.
pub const VERSION: u8 = 3;

#[derive(Deserialize)]
pub(super) struct OldRecipe {
    chunking: v4::OldChunking,
    embedder: EmbedderRef,
    retrieval: v4::OldSettings,
    reranker: Option<v4::OldReranker>,
}

impl From<OldRecipe> for Recipe {
    fn from(old: OldRecipe) -> Self {
        Self {
            chunking: old.chunking.into(),
            embedder: old.embedder,
            retrieval: old.retrieval.into(),
            reranker: old.reranker.map(Into::into),
            ..Self::default()
        }
    }
}

#[derive(Deserialize)]
pub(super) struct OldColumn {
    id: ColumnId,
    model: ModelRef,
    parameters: OldParameters,
    recipe: RecipeId,
    with_documents: bool,
}

impl From<OldColumn> for Column {
    fn from(old: OldColumn) -> Self {
        let OldColumn { id, model, parameters, recipe, with_documents } = old;
        Self { id, model, parameters: parameters.into(), recipe, with_documents, prompt: None }
    }
}

#[derive(Deserialize)]
struct OldParameters {
    max_tokens: Option<u32>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    seed: Option<u64>,
    effort: Option<Effort>,
    native_citations: bool,
}

impl From<OldParameters> for Parameters {
    fn from(old: OldParameters) -> Self {
        let OldParameters { max_tokens, temperature, top_p, seed, effort, native_citations } = old;
        Self { max_tokens, temperature, top_p, seed, effort, native_citations, context_tokens: None }
    }
}

/// Of version 2 only `Retrieval` and `Answer` differ: it has its own.
#[derive(Deserialize)]
pub(super) struct OldRun<R = OldRetrieval, A = OldRunAnswer> {
    id: RunId,
    name: Option<String>,
    star: bool,
    question: String,
    started_millis: u64,
    follow_up_of: Option<RunId>,
    again_of: Option<RunId>,
    retrievals: Vec<R>,
    answers: Vec<A>,
}

impl<R: Into<Retrieval>, A: Into<RunAnswer>> From<OldRun<R, A>> for Run {
    fn from(old: OldRun<R, A>) -> Self {
        Self {
            id: old.id,
            name: old.name,
            star: old.star,
            question: old.question,
            started_millis: old.started_millis,
            follow_up_of: old.follow_up_of,
            again_of: old.again_of,
            retrievals: old.retrievals.into_iter().map(Into::into).collect(),
            answers: old.answers.into_iter().map(Into::into).collect(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct OldRetrieval<E = UserError> {
    id: RecipeId,
    recipe: OldRecipe,
    outcome: Option<Result<v4::OldEvidence, E>>,
    highlights: Vec<Vec<Span>>,
}

impl<E: Into<UserError>> From<OldRetrieval<E>> for Retrieval {
    fn from(old: OldRetrieval<E>) -> Self {
        let evidence = |old: v4::OldEvidence| Evidence::from(old).into();
        let outcome = old.outcome.map(|outcome| outcome.map(evidence).map_err(Into::into));
        Self { id: old.id, recipe: old.recipe.into(), outcome, highlights: old.highlights, ..Self::default() }
    }
}

#[derive(Deserialize)]
pub(super) struct OldRunAnswer<A = Answer, T = Attempt> {
    column: OldColumn,
    name: String,
    place: String,
    answer: A,
    sent: Option<Sent>,
    cost: Option<Cost>,
    attempts: Vec<T>,
    note: String,
    thumb: Option<Thumb>,
}

impl<A: Into<Answer>, T: Into<Attempt>> From<OldRunAnswer<A, T>> for RunAnswer {
    fn from(old: OldRunAnswer<A, T>) -> Self {
        Self {
            column: old.column.into(),
            name: old.name,
            place: old.place,
            answer: old.answer.into(),
            sent: old.sent,
            cost: old.cost,
            attempts: old.attempts.into_iter().map(Into::into).collect(),
            note: old.note,
            thumb: old.thumb,
        }
    }
}

pub(in crate::store) fn run(body: &[u8]) -> Result<Run, postcard::Error> {
    postcard::from_bytes::<OldRun>(body).map(Run::from)
}

pub(in crate::store) fn manifest(body: &[u8]) -> Result<Manifest, postcard::Error> {
    let (old, reader): (v1::OldManifest<Warning>, u32) = postcard::from_bytes(body)?;
    Ok(old.read_by(reader))
}
