//! The host tests: one binary, a module per module of `src`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod address;
mod architecture;
mod catalogue;
#[cfg(feature = "reader")]
mod chunk;
mod cite;
mod courier;
mod courier_chat;
mod courier_fakes;
mod courier_money;
mod courier_retry;
mod courier_whole;
mod dialects;
mod embed;
mod embedders;
mod embeddings;
mod engine;
mod engine_fakes;
mod engine_indexes;
mod evidence;
mod extractive;
#[cfg(feature = "reader")]
mod extractive_samples;
mod failure;
mod format;
mod framing;
#[cfg(feature = "graph")]
mod graph;
mod health;
mod hints;
#[cfg(feature = "reader")]
mod hostile;
mod index;
mod index_edge;
mod kernel;
mod lexical;
mod limit;
mod local_model;
mod markup;
mod markup_math;
mod markup_notes;
mod markup_stream;
mod messages;
mod models;
#[cfg(feature = "reader")]
mod parse;
mod pricing;
mod prompt;
mod protocol;
mod reach;
mod retrieve;
mod retry;
mod run;
mod sample;
mod search_options;
mod sigv4;
mod store;
mod support;
mod vault;
#[path = "../vault/vectors.rs"]
mod vault_vectors;
mod vectors;
mod wire;
