//! What went wrong, as data: a code with its arguments. It crosses threads and is stored; `messages` has the text, a
//! file a language.
//!
//! A code travels by its name, never by a number, so that what was stored survives when codes are added or reordered. One
//! that is gone by then is shown as it is. `codes` lists them all, each with a function that takes its arguments.

/// What a function of a code takes for an argument of that kind.
macro_rules! given {
    (Text) => { impl Into<String> };
    (Count) => { impl TryInto<u64> };
    (Bytes) => { impl TryInto<u64> };
    (Millis) => { impl Into<f64> };
    (Number) => { impl Into<f64> };
    (Usd) => { impl Into<f64> };
    (Error) => { impl Into<UserError> };
}

macro_rules! argument {
    (Count, $given:ident) => {
        Argument::Count($given.try_into().unwrap_or(u64::MAX))
    };
    (Bytes, $given:ident) => {
        Argument::Bytes($given.try_into().unwrap_or(u64::MAX))
    };
    (Error, $given:ident) => {
        Argument::Error(Box::new($given.into()))
    };
    ($kind:ident, $given:ident) => {
        Argument::$kind($given.into())
    };
}

/// A module an area, a function a code; and the list of them all.
macro_rules! codes {
    ($($(#[$about:meta])* $area:ident { $($code:ident($($name:ident: $kind:ident),*),)* })*) => {
        $(
            $(#[$about])*
            pub mod $area {
                use super::*;
                $(
                    #[doc = concat!("`", stringify!($area), ".", stringify!($code), "`.")]
                    pub fn $code($($name: given!($kind)),*) -> UserError {
                        let name = concat!(stringify!($area), ".", stringify!($code));
                        UserError::new(name, vec![$(argument!($kind, $name)),*])
                    }
                )*
            }
        )*

        /// Every code by name, with the names and kinds of its arguments.
        pub const ALL: &[(&str, &[(&str, &str)])] = &[
            $($((
                concat!(stringify!($area), ".", stringify!($code)),
                &[$((stringify!($name), stringify!($kind))),*],
            ),)*)*
        ];
    };
}

mod codes;

pub use codes::*;

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The name of a kind of problem, such as `parse.too_large`. Only `codes` makes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// The whole name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The part before the dot.
    pub fn area(&self) -> &str {
        self.0.split_once('.').map_or(&self.0, |(area, _)| area)
    }
}

/// Something that the text of a problem mentions. Numbers stay numbers, so that each language writes them its way. They are
/// stored by position: add new kinds at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Argument {
    /// A name, or the text of a host, a file or a browser.
    Text(String),
    /// A number of things.
    Count(u64),
    /// A size.
    Bytes(u64),
    /// A time in milliseconds.
    Millis(f64),
    /// A number that need not be whole.
    Number(f64),
    /// An amount of US dollars.
    Usd(f64),
    /// Another problem, or a part of the text that has a text of its own.
    Error(Box<UserError>),
}

/// An error on its way to a person. Every stage's error becomes one at the edge of its stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserError {
    /// What it is.
    pub code: Code,
    /// What its text mentions, in the order that the code states.
    pub arguments: Vec<Argument>,
}

impl UserError {
    fn new(name: &'static str, arguments: Vec<Argument>) -> Self {
        Self { code: Code(Cow::Borrowed(name)), arguments }
    }

    /// The problem, or the advice, that comes last among its arguments.
    pub fn inner(&self) -> Option<&Self> {
        match self.arguments.last() {
            Some(Argument::Error(inner)) => Some(inner),
            _ => None,
        }
    }

    /// Changes every text in it, at every depth.
    pub fn change_texts(&mut self, change: &impl Fn(&str) -> String) {
        for argument in &mut self.arguments {
            match argument {
                Argument::Text(text) => *text = change(text),
                Argument::Error(inner) => inner.change_texts(change),
                _ => {}
            }
        }
    }
}

/// For logs and tests: the code with its arguments.
impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.name())?;
        for (at, argument) in self.arguments.iter().enumerate() {
            f.write_str(if at == 0 { " (" } else { ", " })?;
            match argument {
                Argument::Text(text) => f.write_str(text)?,
                Argument::Count(number) | Argument::Bytes(number) => number.fmt(f)?,
                Argument::Millis(number) | Argument::Number(number) | Argument::Usd(number) => {
                    number.fmt(f)?
                }
                Argument::Error(inner) => inner.fmt(f)?,
            }
        }
        f.write_str(if self.arguments.is_empty() { "" } else { ")" })
    }
}
