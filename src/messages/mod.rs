//! A problem → its text, and a text of the page → the same in the page's language. Everything before says what happened by
//! code; only the screen shows it as text.
//!
//! A language is one file (`docs/howto/add-a-language.md` says how it is made), and one language is current in a thread. English is
//! built in; the site carries the others, and the page loads the one it needs before it is drawn.

mod catalogue;
mod current;

pub use catalogue::{Catalogue, DatePattern, ENGLISH, Head};
pub use current::{argument, current, filled, lookup, set_current, text};

/// A text of the page in the page's language: `t!("Add column")`, `t!("Copy answer of {name}", name = name)`. The English text
/// is the key; blanks are filled as in the catalogue's other templates.
#[cfg(feature = "page")]
macro_rules! t {
    ($text:literal) => {
        $crate::messages::text($text)
    };
    ($text:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::messages::filled(
            $text,
            stringify!($($name),+),
            &[$($crate::messages::argument(&$value)),+],
        )
    };
}
