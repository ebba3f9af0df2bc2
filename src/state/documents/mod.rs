//! Documents on the screen: added, read, indexed, re-indexed, removed.

mod corpus;
mod open;
mod pipeline;
mod reindex;
mod sample;

pub use corpus::{Corpus, Row, RowState, Totals};
pub use sample::Sample;
