use crate::types::UserError;
use crate::types::problem::model;
use serde::{Deserialize, Serialize};

/// Why a built-in model cannot be loaded or cannot answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// The first four bytes are not `GGUF`.
    NotGguf,
    /// A GGUF version that this reader does not know.
    Version {
        /// As the file says.
        version: u32,
    },
    /// The file ends before something it announces.
    Truncated {
        /// What was being read.
        what: String,
        /// Bytes it takes.
        needed_bytes: u64,
        /// Bytes there are.
        found_bytes: u64,
    },
    /// The file contradicts itself.
    Malformed {
        /// What does not add up.
        what: String,
    },
    /// A tensor is stored in a way that this reader does not compute.
    UnsupportedType {
        /// Its name.
        tensor: String,
        /// GGML's number of the type.
        kind: u32,
    },
    /// A key or tensor is not there.
    Missing {
        /// Its name.
        name: String,
    },
    /// A model of another family.
    Unsupported {
        /// Which property.
        what: String,
        /// What is supported.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The conversation does not fit.
    PromptTooLong {
        /// Tokens of the prompt.
        tokens: u32,
        /// Most that leave room for an answer.
        limit: u32,
    },
    /// Nothing was asked.
    NoMessages,
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotGguf => model::not_gguf(),
            Error::Version { version } => model::version(version),
            Error::Truncated { what, needed_bytes, found_bytes } => {
                model::truncated(what, needed_bytes, found_bytes)
            }
            Error::Malformed { what } => model::malformed(what),
            Error::UnsupportedType { tensor, kind } => model::unsupported_type(tensor, kind),
            Error::Missing { name } => model::missing(name),
            Error::Unsupported { what, expected, found } => model::unsupported(what, found, expected),
            Error::PromptTooLong { tokens, limit } => model::prompt_too_long(tokens, limit),
            Error::NoMessages => model::no_messages(),
        }
    }
}
