//! The question, its evidence and the columns.

mod ask;
mod chrome;
mod dispatch;
mod estimate;
mod follower;
mod painter;
mod render_queue;
mod rendered;
mod session;

pub use chrome::Chrome;
pub use painter::Painter;
pub use rendered::{Part, Rendered, RenderedPiece};
pub use session::{ColumnView, Session, Stage};
