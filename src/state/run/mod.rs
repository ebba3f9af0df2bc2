//! The question, its evidence and the columns.

mod chrome;
mod column_view;
mod columns;
mod comparison;
mod condense;
mod conduct;
mod context;
mod copy;
mod differences;
mod dispatch;
mod estimate;
mod follower;
mod history;
mod inspect;
mod once;
mod painter;
mod render_queue;
mod rendered;
mod rewriting;
mod search;
mod session;

pub use chrome::Chrome;
pub use column_view::{AnswerHead, ColumnView, Stage};
pub use columns::{RemovedColumn, Step};
pub use comparison::{Compared, Comparison, MAX_COMPARED};
pub use context::{ContextGuard, LimitSource};
pub use differences::differences;
pub use history::History;
pub use inspect::Inspector;
pub use painter::Painter;
pub use rendered::{PART_PIECES, Part, Rendered, RenderedPiece};
pub use session::{AnswerOf, RunHead, Session};
