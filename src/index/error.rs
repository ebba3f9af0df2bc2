//! What an index refuses.

use crate::types::UserError;
use crate::types::problem::index;
use serde::{Deserialize, Serialize};

/// Why a vector was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// The index was made for vectors of another length.
    Dimension {
        /// What the index holds.
        expected: usize,
        /// What came.
        found: usize,
    },
    /// A component is NaN or infinite.
    NotFinite {
        /// Position of the first such component, from 0.
        position: usize,
    },
    /// Every component is zero: no direction, hence no neighbours.
    Zero {
        /// Length of the vector.
        dimension: usize,
    },
    /// An index cannot be made for vectors of this length.
    Unsupported {
        /// What was asked for.
        dimension: usize,
        /// The most that is supported.
        most: usize,
    },
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::Dimension { expected, found } => index::dimension(found, expected),
            Error::NotFinite { position } => index::not_finite(position),
            Error::Zero { dimension } => index::zero(dimension),
            Error::Unsupported { dimension, most } => index::unsupported(dimension, most),
        }
    }
}
