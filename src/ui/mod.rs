//! What the screen shows: markup only. Every decision is a method of `state` or a pure module; a part takes what it
//! shows from the one context and calls methods on it.

mod app;
mod part;

pub use app::{App, mount};
