//! Documents on the screen: added, read, indexed, re-indexed, removed.

mod add;
mod corpus;
mod open;
mod pipeline;
mod reindex;
mod remove;
mod sample;

pub use corpus::{Corpus, Row, RowActions, RowState, Totals};
pub use sample::Sample;
