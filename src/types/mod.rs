//! The nouns: plain data that every stage shares. No I/O, no behaviour beyond what keeps the data true.
//!
//! Everything here is `Clone + Serialize + Deserialize` in a form that both postcard (thread boundary,
//! storage) and JSON (export, host programs) can carry, so no internally tagged enums and no skipped fields.

mod answer;
mod attempt;
mod chat;
mod chunk;
mod dialect;
mod document;
mod evidence;
mod id;
mod manifest;
mod provider;
mod recipe;
mod run;
mod span;

pub use answer::{Answer, AnswerState, Timing};
pub use attempt::Attempt;
pub use chat::{
    CallFailure, ChatEvent, ChatRequest, Effort, FailureCause, Fix, Message, NativeCitation, Parameters,
    Role, SourceDocument, TimedEvent, Usage,
};
pub use chunk::{Chunk, ChunkSettings, ChunkStrategy};
pub use dialect::Dialect;
pub use document::{Block, BlockKind, Document, Format, Warning};
pub use evidence::{Evidence, Passage, Scores, SearchTiming};
pub use id::{DocumentId, Sha256, sha256};
pub use manifest::{Manifest, UserError};
pub use provider::{
    Cors, CorsStatus, Cost, FamilyHost, ModelEntry, ModelFamily, Price, ProviderGroup, ProviderRow, Route,
    Spending, SpendingLimits, UrlParam,
};
pub use recipe::{
    EmbedderRef, Recipe, RerankerRef, RetrievalMode, RetrievalSettings, embedder_name, is_remote,
};
pub use run::{AuthKind, Column, ColumnId, Endpoint, ModelRef};
pub use span::Span;
