//! What crosses the boundary: one struct a verb, each with the type of its reply.
//!
//! `calls!` makes of a worker's verbs the one enum that is sent to it. Variants differ in size; a message is made once,
//! encoded and dropped, so boxing the large ones would gain nothing.
#![allow(clippy::large_enum_variant)]

/// A verb of a worker.
pub trait Call: Into<Self::Message> {
    /// What is sent to the worker: any of its verbs.
    type Message;
    /// What comes back, once or several times.
    type Reply;
}

/// The verbs of one worker: an enum of them, and for each the type of its reply.
macro_rules! calls {
    ($(#[$doc:meta])* $message:ident { $($(#[$call_doc:meta])* $call:ident => $reply:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Serialize, serde::Deserialize)]
        pub enum $message {
            $($(#[$call_doc])* $call($call),)*
        }

        $(
            impl crate::worker::protocol::Call for $call {
                type Message = $message;
                type Reply = $reply;
            }

            impl From<$call> for $message {
                fn from(call: $call) -> Self {
                    Self::$call(call)
                }
            }
        )*
    };
}

mod courier;
mod engine;
mod graph;
mod local_model;
mod reader;
mod renderer;

pub use courier::*;
pub use engine::*;
pub use graph::*;
pub use local_model::*;
pub use reader::*;
pub use renderer::*;

use crate::types::UserError;
use serde::{Deserialize, Serialize};

/// Raised whenever a message changes: a page and a worker of different builds refuse each other.
pub const VERSION: u32 = 11;

/// Numbers a call and its replies.
pub type CallId = u32;

/// What a verb brings, or why it failed.
pub type Outcome<T> = Result<T, UserError>;

/// What travels in a message's head.
#[derive(Debug, Serialize, Deserialize)]
pub enum Wire<T> {
    /// The worker is up and speaks this version; nothing is sent to it before.
    Hello(u32),
    /// A call or a reply.
    Body(CallId, T),
    /// The call is to end: what is under way for it is given up.
    Stop(CallId),
}
