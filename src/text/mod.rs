//! Characters and words, classified once for every stage: what nobody sees, which scripts part words, which words say
//! nothing, where words begin and end.

mod invisible;
mod language;
mod pieces;
mod script;
mod stop_words;
mod words;

pub use invisible::{is_bidi_override, is_hidden, is_invisible, is_tag};
pub use language::language;
pub use pieces::pieces;
pub use script::{begins_rtl, characters, has_rtl, is_cjk, is_hangul, is_unspaced};
pub use stop_words::{is_filler, is_stop_word};
pub use words::{Word, Words, plain_words};
