//! Documents on the screen: added, read, indexed, re-indexed, removed.

mod add;
mod cache;
mod corpus;
mod graphs;
mod indexes;
mod open;
mod pipeline;
mod preview;
mod reindex;
mod removals;
mod remove;
mod sample;
mod tabs;

pub(in crate::state) use removals::clear as clear_removals;

pub use corpus::{Corpus, Embedding, Original, Row, RowActions, RowState, Totals};
pub use graphs::{GraphState, Graphs};
pub use indexes::{IndexState, Indexes};
pub use preview::{ChunkPreview, stored_documents};
pub use sample::{Sample, SampleQuestion};
pub use tabs::Tabs;
