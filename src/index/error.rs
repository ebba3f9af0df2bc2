//! What an index refuses.

use serde::{Deserialize, Serialize};

/// Why a vector was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// The index was made for vectors of another length.
    #[error("the vector has {found} numbers, the index holds vectors of {expected}")]
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
    #[error("{dimension} dimensions are outside 1..={most}")]
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
                "The corpus was embedded by another model. Rebuild the index to use this one.".to_owned()
            }
            Self::NotFinite { .. } | Self::Zero { .. } => {
                "The embedder returned nothing usable for this text. Embed it again or leave it out."
                    .to_owned()
            }
            Self::Unsupported { most, .. } => format!("Use an embedder of at most {most} dimensions."),
        }
    }
}
