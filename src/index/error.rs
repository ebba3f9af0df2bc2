//! What an index refuses.

use serde::{Deserialize, Serialize};

/// Why a vector was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// The index was made for vectors of another length.
    #[error("the vector has {found} dimensions, the index has {expected}")]
    Dimension {
        /// What the index holds.
        expected: usize,
        /// What came.
        found: usize,
    },
    /// A component is NaN or infinite.
    #[error("number {position} of the vector is not finite")]
    NotFinite {
        /// Position of the first such component, from 0.
        position: usize,
    },
    /// Every component is zero: no direction, hence no neighbours.
    #[error("all {dimension} numbers of the vector are zero")]
    Zero {
        /// Length of the vector.
        dimension: usize,
    },
    /// An index cannot be made for vectors of this length.
    #[error("{dimension} dimensions; supported are 1 to {most}")]
    Unsupported {
        /// What was asked for.
        dimension: usize,
        /// The most that is supported.
        most: usize,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Dimension { .. } => {
                "The documents were embedded by another model. Press \"Embed them now\" to use this one."
                    .to_owned()
            }
            Self::NotFinite { .. } | Self::Zero { .. } => {
                "The embedder returned an invalid vector. Try again, or choose another embedder in Settings."
                    .to_owned()
            }
            Self::Unsupported { most, .. } => format!("Choose an embedder with at most {most} dimensions."),
        }
    }
}
