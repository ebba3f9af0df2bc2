//! The thread boundary: what the page and its workers say to each other, and how.
//!
//! A message is a postcard head (`protocol`) and any number of buffers or ports that change hands without a copy.
//! Every call carries a number and every reply repeats it, so one worker serves many calls at once; a stop names the call
//! that is to end. The boundary interprets nothing: verbs live in `parse`, `engine`, `local_model` and `courier`.

mod calls;
mod client;
mod port;
pub mod protocol;
mod server;

pub use calls::{OpenCall, Reply};
pub use client::Client;
pub use port::PortClient;
pub use server::{Outbox, Request, serve, serve_port};
