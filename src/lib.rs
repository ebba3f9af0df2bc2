//! Sidecite: one question, the same evidence, every model, side by side, in one browser tab.
//!
//! The modules stand in data-flow order, and a module uses only modules above it. Web APIs appear only in
//! `worker`, `browser`, `state`, `ui` and the binaries; Leptos only in `state`, `ui` and `bin/app.rs`.
//! `tests/it/architecture.rs` enforces both.

/// The nouns that every stage shares.
#[macro_use]
pub mod types;
/// A seed → numbers that look random.
pub mod random;
/// Numbers → text for people.
pub mod format;
/// Characters and words, by kind.
pub mod text;
/// Bytes → `Document`.
pub mod parse;
/// `Document` → `Vec<Chunk>`.
pub mod chunk;
/// Integer and float kernels with SIMD and scalar twins.
pub mod kernel;
/// Text → unit-length vector.
pub mod embed;
/// Vectors → nearest neighbours.
pub mod index;
/// Vectors → a graph that finds near ones fast, and nearly all of them.
#[cfg(feature = "graph")]
pub mod graph;
/// Words → best matches.
pub mod lexical;
/// Query → `Vec<ScoredChunk>`.
pub mod retrieve;
/// `ScoredChunk`s → `Evidence`, frozen and hashed.
pub mod evidence;
/// `Evidence` and question → `ChatRequest`.
pub mod prompt;
/// `ChatRequest` → bytes; bytes → `ChatEvent`s.
pub mod provider;
/// Answer → citations, verified.
pub mod cite;
/// Answer Markdown → a closed tree of safe nodes.
pub mod markup;
/// Question and columns → a run: search once per recipe, ask each column.
pub mod run;
/// Run → score.
pub mod evaluate;
/// Run → text to take away.
pub mod export;
/// What is kept, behind one trait.
pub mod store;
/// The verbs of the corpus: ingest, search, remove.
pub mod engine;
/// The built-in models.
pub mod local_model;
/// The verbs of the network: send, check.
pub mod courier;
/// Problem → its text, and the page's texts, in a language: `t!` for `state` and `ui`, problems for `ui` only.
#[macro_use]
pub mod messages;
/// The thread boundary.
pub mod worker;
/// The browser side of the edges.
pub mod browser;
/// What the screen knows.
#[cfg(feature = "page")]
pub mod state;
/// What the screen shows; compiled for the browser only, where `tests/e2e` looks at it: on the host it costs minutes and runs nothing.
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub mod ui;
