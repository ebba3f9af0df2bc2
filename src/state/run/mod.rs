//! The question, its evidence and the columns.

mod ask;
mod chrome;
mod dispatch;
mod estimate;
mod rendered;
mod session;

pub use chrome::Chrome;
pub use rendered::Rendered;
pub use session::{ColumnView, Session, Stage};
