use crate::types::UserError;
use crate::types::problem::{flaw, parse};
use serde::{Deserialize, Serialize};

/// Why a file gives no document at all. Partial trouble is a `Warning` instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// No bytes, or nothing but white space.
    Empty,
    /// The file is whole, but holds no text.
    NoText {
        /// Pages looked at, where the format has pages.
        pages: Option<u32>,
    },
    /// The file is encrypted and no password was given.
    PasswordNeeded,
    /// The file is encrypted and the given password does not open it.
    WrongPassword,
    /// More bytes than are accepted.
    TooLarge {
        /// What is too large.
        what: String,
        /// How large it is, in bytes (at least).
        size_bytes: u64,
        /// How large it may be, in bytes.
        limit_bytes: u64,
    },
    /// The file would unpack or nest to more than is safe.
    Bomb {
        /// The part of the file.
        what: String,
        /// Which limit it breaks.
        reason: UserError,
    },
    /// The file is damaged beyond reading.
    Corrupt {
        /// What the file, or the part of it, should have been.
        what: String,
        /// What is wrong.
        reason: UserError,
    },
    /// The file is of a kind that is not read.
    Unsupported {
        /// What the bytes are, with its article ("a PNG image").
        found: String,
    },
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::Empty => parse::empty(),
            Error::NoText { pages: None } => parse::no_text(),
            Error::NoText { pages: Some(pages) } => parse::scan(pages),
            Error::PasswordNeeded => parse::password_needed(),
            Error::WrongPassword => parse::wrong_password(),
            Error::TooLarge { what, size_bytes, limit_bytes } => {
                parse::too_large(what, size_bytes, limit_bytes)
            }
            Error::Bomb { what, reason } => parse::bomb(what, reason),
            Error::Corrupt { what, reason } => parse::corrupt(what, reason),
            Error::Unsupported { found } => parse::unsupported(found, super::format_names()),
        }
    }
}

impl Error {
    /// `Corrupt`, with the reason of the reader that found it.
    pub(super) fn corrupt(what: &str, reason: impl std::fmt::Display) -> Self {
        Self::flawed(what, flaw::text(one_line(&reason.to_string())))
    }

    /// `Corrupt`, for a reason of our own.
    pub(super) fn flawed(what: &str, reason: UserError) -> Self {
        Self::Corrupt { what: what.to_owned(), reason }
    }
}

/// A foreign message made fit to stand inside a sentence: one line, no control characters, not endless.
pub(super) fn one_line(message: &str) -> String {
    let flat: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    flat.trim().trim_end_matches('.').to_owned()
}
