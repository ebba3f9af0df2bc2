use serde::{Deserialize, Serialize};

/// What finds the nearest vectors, with its parameters under the names of the papers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IndexEngine {
    /// Compares the question with every vector.
    #[default]
    Exact,
    /// A hierarchical navigable small world graph (Malkov & Yashunin, TPAMI 2020) by the crate `hnsw_rs`.
    HnswRs {
        /// Neighbours of a node.
        m: u32,
        /// Candidates while the graph is built.
        ef_construction: u32,
        /// Candidates while it is searched.
        ef_search: u32,
    },
    /// The same kind of graph by the crate `instant-distance`, which fixes M at 32.
    InstantDistance {
        /// Candidates while the graph is built.
        ef_construction: u32,
        /// Candidates while it is searched.
        ef_search: u32,
    },
}

impl IndexEngine {
    /// Each with parameters for a recall of .99 at 20,000 vectors.
    pub const ALL: [Self; 3] = [
        Self::Exact,
        Self::HnswRs { m: 16, ef_construction: 200, ef_search: 96 },
        Self::InstantDistance { ef_construction: 100, ef_search: 96 },
    ];

    /// The name used in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => n!("exact"),
            Self::HnswRs { .. } => "hnsw_rs",
            Self::InstantDistance { .. } => "instant-distance",
        }
    }

    /// The engine of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| engine.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_found_by_name() {
        assert!(
            IndexEngine::ALL.into_iter().all(|engine| IndexEngine::from_name(engine.name()) == Some(engine))
        );
    }
}
