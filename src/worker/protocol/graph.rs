//! Engine → graph: a worker that holds one graph and is ended when it is not needed any more.

use crate::index;
use crate::types::IndexEngine;
use serde::{Deserialize, Serialize};

calls! {
    /// Engine → graph.
    ToGraph {
        /// Make the graph of the attached vectors. Nothing where they do not fit the keys.
        MakeGraph => Option<GraphSize>,
        /// Find near keys, nearest first, with their cosine similarities. Nothing before there is a graph.
        AskGraph => Result<Vec<(u32, f32)>, index::Error>,
    }
}

/// Make the graph of the attached vectors: little-endian floats, one vector after another.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeGraph {
    /// What makes it.
    pub engine: IndexEngine,
    /// Numbers in a vector.
    pub dimension: u32,
    /// Each vector's key.
    pub keys: Vec<u32>,
}

/// How large a graph is, and what it took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GraphSize {
    /// Vectors in it.
    pub vectors: u32,
    /// Milliseconds that building took.
    pub build_millis: f64,
    /// Bytes that it holds, estimated.
    pub memory_bytes: u64,
}

/// Find near keys.
#[derive(Debug, Serialize, Deserialize)]
pub struct AskGraph {
    /// The question's vector.
    pub query: Vec<f32>,
    /// How many.
    pub k: u32,
}
