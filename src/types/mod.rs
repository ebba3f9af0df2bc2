//! The nouns: plain data that every stage shares. No I/O, no behaviour beyond what keeps the data true.
//!
//! Everything here is `Clone + Serialize + Deserialize` in a form that both postcard (thread boundary,
//! storage) and JSON (export, host programs) can carry, so no internally tagged enums and no skipped fields.

/// A text that is translated where it is shown, marked for the languages' files: `n!("Add column")`.
macro_rules! n {
    ($text:literal) => {
        $text
    };
}

mod answer;
mod attempt;
mod chat;
mod chunk;
mod column;
mod dialect;
mod document;
mod endpoint;
mod evidence;
mod fit;
mod id;
mod index_engine;
mod inspection;
mod manifest;
/// What went wrong, as a code with arguments.
pub mod problem;
mod prompt;
mod provider;
mod recipe;
mod retrieval;
mod run;
mod run_summary;
mod sent;
mod span;

pub use answer::{Answer, AnswerState, Timing};
pub use attempt::Attempt;
pub use chat::{
    CallFailure, ChatEvent, ChatRequest, Effort, FailureCause, Fix, Message, NativeCitation, Parameters,
    Role, SourceDocument, TimedEvent, Usage,
};
pub use chunk::{Chunk, ChunkSettings, ChunkStrategy};
pub use column::{Column, ColumnId, ModelRef};
pub use dialect::Dialect;
pub use document::{Block, BlockKind, Document, Format, Warning};
pub use endpoint::{AuthKind, Endpoint};
pub use evidence::{Evidence, Folded, Passage, Scores, SearchTiming};
pub use fit::Fit;
pub use id::{DocumentId, Sha256, sha256};
pub use index_engine::IndexEngine;
pub use inspection::{Candidate, ChunkRef, Explanation, Fate};
pub use manifest::Manifest;
pub use problem::{Argument, UserError};
pub use prompt::{MAX_PROMPT_CHARACTERS, Piece, Placeholder, PromptIssue, PromptTemplate, pieces};
pub use provider::{
    Cors, CorsStatus, Cost, FamilyHost, ModelEntry, ModelFamily, Price, ProviderGroup, ProviderRow, Route,
    Spending, SpendingLimits, UrlParam,
};
pub use recipe::{
    EmbedderRef, GraphSpec, IndexSpec, Recipe, RecipeId, RerankerRef, additional_indexes, embedder_name,
    is_remote,
};
pub use retrieval::{
    Condition, DocumentFilter, PassageContext, QueryRewrite, RetrievalMode, RetrievalSettings, RewriteKind,
};
pub use run::{Retrieval, Rewritten, Run, RunAnswer, RunId, Thumb};
pub use run_summary::RunSummary;
pub use sent::Sent;
pub use span::Span;
