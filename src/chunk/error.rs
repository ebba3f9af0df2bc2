use crate::types::UserError;
use crate::types::problem::chunk;
use serde::{Deserialize, Serialize};

/// What is wrong with chunk settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// The size is out of bounds.
    Size {
        /// The size asked for.
        size_tokens: u32,
        /// Smallest size.
        min_tokens: u32,
        /// Largest size.
        max_tokens: u32,
    },
    /// The overlap is too large for the size.
    Overlap {
        /// The overlap asked for.
        overlap_tokens: u32,
        /// The size asked for.
        size_tokens: u32,
    },
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::Size { size_tokens, min_tokens, max_tokens } => {
                chunk::size(size_tokens, min_tokens, max_tokens)
            }
            Error::Overlap { overlap_tokens, size_tokens } => {
                chunk::overlap(overlap_tokens, size_tokens, size_tokens / 8)
            }
        }
    }
}
