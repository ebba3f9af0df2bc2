use serde::{Deserialize, Serialize};

/// What is wrong with chunk settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// The size is out of bounds.
    #[error("The chunk size is {size_tokens} tokens; it must be between {min_tokens} and {max_tokens}.")]
    Size {
        /// The size asked for.
        size_tokens: u32,
        /// Smallest size.
        min_tokens: u32,
        /// Largest size.
        max_tokens: u32,
    },
    /// The overlap is too large for the size.
    #[error(
        "The overlap is {overlap_tokens} tokens; it must be less than half the chunk size of {size_tokens}."
    )]
    Overlap {
        /// The overlap asked for.
        overlap_tokens: u32,
        /// The size asked for.
        size_tokens: u32,
    },
}

impl Error {
    /// What the person can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Size { .. } => {
                "Sizes around 200 tokens suit the built-in embedder, which reads 256.".to_owned()
            }
            Self::Overlap { size_tokens, .. } => {
                format!("Try an overlap of about {} tokens, or a larger chunk size.", size_tokens / 8)
            }
        }
    }
}
