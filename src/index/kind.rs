use super::{Error, Flat, VectorIndex};
use serde::{Deserialize, Serialize};

/// The kinds of index that there are; the only place that names a concrete one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndexKind {
    /// Compares the query with every vector, in this thread.
    #[default]
    Exact,
}

impl IndexKind {
    /// An empty index of this kind for vectors of `dimension` numbers.
    ///
    /// # Errors
    /// When it cannot hold vectors of that length.
    pub fn create(self, dimension: usize) -> Result<Box<dyn VectorIndex>, Error> {
        match self {
            Self::Exact => Ok(Box::new(Flat::new(dimension)?)),
        }
    }
}
