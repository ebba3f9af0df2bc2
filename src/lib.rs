//! Sidecite: one question, the same evidence, every model, side by side, in one browser tab.
//!
//! The modules stand in data-flow order, and a module uses only modules above it. Web APIs appear only in
//! `worker`, `browser`, `state`, `ui` and the binaries; Leptos only in `state`, `ui` and `bin/app.rs`.
//! `tests/architecture.rs` enforces both.

/// The browser side of the edges.
#[cfg(target_arch = "wasm32")]
pub mod browser;
/// `Document` → `Vec<Chunk>`.
pub mod chunk;
/// Answer → citations, verified.
pub mod cite;
/// The verbs of the network: send, check.
pub mod courier;
/// Text → unit-length vector.
pub mod embed;
/// The verbs of the corpus: ingest, search, remove.
pub mod engine;
/// The sum of the stage errors.
pub mod error;
/// Run → score.
pub mod evaluate;
/// `ScoredChunk`s → `Evidence`, frozen and hashed.
pub mod evidence;
/// Numbers → text for people.
pub mod format;
/// Vectors → nearest neighbours.
pub mod index;
/// Integer and float kernels with SIMD and scalar twins.
pub mod kernel;
/// Words → best matches.
pub mod lexical;
/// Answer Markdown → a closed tree of safe nodes.
pub mod markup;
/// Bytes → `Document`.
#[cfg(feature = "reader")]
pub mod parse;
/// `Evidence` and question → `ChatRequest`.
pub mod prompt;
/// `ChatRequest` → bytes; bytes → `ChatEvent`s.
pub mod provider;
/// The built-in models.
pub mod resident;
/// Query → `Vec<ScoredChunk>`.
pub mod retrieve;
/// What the screen knows.
#[cfg(feature = "page")]
pub mod state;
/// What is kept, behind one trait.
pub mod store;
/// The nouns that every stage shares.
pub mod types;
/// What the screen shows.
#[cfg(feature = "page")]
pub mod ui;
/// The thread boundary.
pub mod worker;
