//! The language of this thread.

use super::catalogue::{Catalogue, ENGLISH};
use crate::format;
use crate::types::{Argument, Sha256};
use std::cell::Cell;

thread_local! {
    static CURRENT: Cell<&'static Catalogue> = const { Cell::new(&ENGLISH) };
}

/// The catalogue in use.
pub fn current() -> &'static Catalogue {
    CURRENT.get()
}

/// Uses another one from now on, for texts and for numbers; English where there is none.
pub fn set_current(catalogue: Option<&'static Catalogue>) {
    let catalogue = catalogue.unwrap_or(&ENGLISH);
    format::set_numbers(catalogue.head().numbers);
    CURRENT.set(catalogue);
}

/// A text of the page in the current language; in English where that has none.
pub fn text(english: &'static str) -> &'static str {
    current().lookup(english)
}

/// A text that is known only when the page runs, such as a line of the list of providers.
pub fn lookup(english: &str) -> &str {
    current().lookup(english)
}

/// The same with its blanks filled; `names` are those of the arguments, separated by `, `.
pub fn filled(english: &'static str, names: &str, arguments: &[Argument]) -> String {
    current().filled(english, names, arguments)
}

/// What can fill a blank: a text as it is, a number as the language writes it.
pub trait Fills {
    /// As an argument.
    fn argument(&self) -> Argument;
}

/// What fills a blank.
pub fn argument(value: &(impl Fills + ?Sized)) -> Argument {
    value.argument()
}

macro_rules! fills {
    ($($kind:ty: $value:ident => $argument:expr;)*) => {
        $(impl Fills for $kind {
            fn argument(&self) -> Argument {
                let $value = self;
                $argument
            }
        })*
    };
}

fills! {
    str: text => Argument::Text(text.to_owned());
    String: text => Argument::Text(text.clone());
    Sha256: hash => Argument::Text(hash.to_string());
    char: letter => Argument::Text(letter.to_string());
    u8: count => Argument::Count(u64::from(*count));
    u32: count => Argument::Count(u64::from(*count));
    u64: count => Argument::Count(*count);
    usize: count => Argument::Count(*count as u64);
}

impl<T: Fills + ?Sized> Fills for &T {
    fn argument(&self) -> Argument {
        (**self).argument()
    }
}
