//! The nouns: plain data that every stage shares. No I/O, no behaviour beyond what keeps the data true.
//!
//! Everything here is `Clone + Serialize + Deserialize` in a form that both postcard (thread boundary,
//! storage) and JSON (export, host programs) can carry, so no internally tagged enums and no skipped fields.

mod answer;
mod chat;
mod chunk;
mod document;
mod evidence;
mod id;
mod manifest;
mod recipe;
mod run;
mod span;

pub use answer::{Answer, AnswerState, Timing};
pub use chat::{ChatEvent, ChatRequest, Failure, FailureCause, Message, Parameters, Role, Usage};
pub use chunk::{Chunk, ChunkSettings, ChunkStrategy};
pub use document::{Block, BlockKind, Document, Format, Warning};
pub use evidence::{Evidence, Passage, Scores, SearchTiming};
pub use id::{DocumentId, Sha256, sha256};
pub use manifest::{Manifest, Trouble};
pub use recipe::{Query, Recipe, RetrievalMode, RetrievalSettings};
pub use run::{Column, ColumnId, Endpoint, ModelRef};
pub use span::Span;
