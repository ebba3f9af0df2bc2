//! Documents on the screen: added, read, indexed, re-indexed, removed.

mod add;
mod cache;
mod corpus;
mod open;
mod pipeline;
mod reindex;
mod remove;
mod sample;
mod tabs;

pub use corpus::{Corpus, Original, Row, RowActions, RowState, Totals};
pub use sample::Sample;
pub use tabs::Tabs;
