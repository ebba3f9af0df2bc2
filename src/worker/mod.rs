//! The thread boundary: what the page and its workers say to each other, and how.
//!
//! A message is a postcard head (`protocol`) and any number of buffers that change hands without a copy.
//! Every request carries a call number and every reply repeats it, so one worker serves many calls at once.
//! The boundary interprets nothing: verbs live in `parse`, `engine`, `local_model` and `courier`.

mod client;
pub mod protocol;
mod server;

pub use client::{Call, Client, Reply};
pub use server::{Outbox, Request, serve};
