//! What the screen shows: markup only, by area. Every decision is a method of `state` or a pure module; a part takes what it
//! shows from the one context and calls methods on it.

mod answers;
mod app;
mod columns;
mod commands;
mod deferred;
mod documents;
mod evidence;
mod header;
mod panes;
mod part;
mod prompt;
mod providers;
mod recipes;
mod run;
mod settings;

pub use app::{App, mount};
