use serde::{Deserialize, Serialize};

/// Why a file gives no document at all. Partial user_error is a `Warning` instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// No bytes, or nothing but white space.
    #[error("The file is empty.")]
    Empty,
    /// The file is whole, but holds no text.
    #[error("The file has no text{}.", no_text_detail(*.pages))]
    NoText {
        /// Pages looked at, where the format has pages.
        pages: Option<u32>,
    },
    /// The file is encrypted and no password was given.
    #[error("The file is password-protected.")]
    PasswordNeeded,
    /// The file is encrypted and the given password does not open it.
    #[error("Wrong password.")]
    WrongPassword,
    /// More bytes than are accepted.
    #[error("The document is too large: {what} has {size_bytes} bytes, the limit is {limit_bytes}.")]
    TooLarge {
        /// What is too large.
        what: String,
        /// How large it is, in bytes (at least).
        size_bytes: u64,
        /// How large it may be, in bytes.
        limit_bytes: u64,
    },
    /// The file would unpack or nest to more than is safe.
    #[error("The file is unsafe to unpack: {what}: {reason}.")]
    Bomb {
        /// The part of the file.
        what: String,
        /// Which limit it breaks.
        reason: String,
    },
    /// The file is damaged beyond reading.
    #[error("The {what} is damaged: {reason}.")]
    Corrupt {
        /// What the file, or the part of it, should have been.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// The file is of a kind that is not read.
    #[error("File type not supported: {found}.")]
    Unsupported {
        /// What the bytes are, with its article ("a PNG image").
        found: String,
    },
}

fn no_text_detail(pages: Option<u32>) -> String {
    match pages {
        Some(1) => " layer (1 page, probably a scan)".to_owned(),
        Some(n) => format!(" layer ({n} pages, probably a scan)"),
        None => String::new(),
    }
}

impl Error {
    /// What the person can do about it, in one sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty => "Check that this is the right file and that it was saved completely.",
            Self::NoText { pages: Some(_) } => "Run OCR on the file first, then add the result.",
            Self::NoText { pages: None } => "Check that the document contains text, not only images.",
            Self::PasswordNeeded => "Enter the password and try again.",
            Self::WrongPassword => "Check the password and try again.",
            Self::TooLarge { .. } => "Split the document into smaller files.",
            Self::Bomb { .. } => "If you trust the file, open it in its application and save it again.",
            Self::Corrupt { .. } => "Open the file in its application, save it again, and add the new file.",
            Self::Unsupported { .. } => {
                return format!("Convert it to {} and add that file.", super::format_names());
            }
        }
        .to_owned()
    }

    /// `Corrupt`, for short.
    pub(super) fn corrupt(what: &str, reason: impl std::fmt::Display) -> Self {
        Self::Corrupt { what: what.to_owned(), reason: one_line(&reason.to_string()) }
    }
}

/// A foreign message made fit to stand inside a sentence: one line, no control characters, not endless.
fn one_line(message: &str) -> String {
    let flat: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    flat.trim().trim_end_matches('.').to_owned()
}
