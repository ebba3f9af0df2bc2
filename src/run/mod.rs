//! A question and columns → answers, in order: search once per recipe, ask each column, take in what comes.
//!
//! [`Conductor`] is a state machine without clock, worker or signal: its caller carries out the [`Command`]s it returns and
//! reports what came of them. The same conductor serves the Ask button, a column that is run again, a run that is asked
//! again and a run opened from history.
//!
//! Refuses to search twice for a recipe that has evidence, to give two columns of a recipe different evidence, and to take
//! in what an abandoned turn still says.

mod changes;
mod conductor;
mod follow_up;
mod history;
mod rewrite;
mod searched;

pub use changes::{Change, changes};
pub use conductor::{Asked, ColumnEvent, Command, Conductor, Turn};
pub use follow_up::{condense_messages, condensed, joined};
pub use history::{HistoryLimits, expired};
pub use rewrite::{
    MAX_REWRITE_CHARACTERS, default_rewrite_prompt, rewrite_messages, rewritten_queries, validate_rewrite,
};
pub use searched::{Found, Searched};
