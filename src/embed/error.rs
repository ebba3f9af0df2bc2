use crate::types::UserError;
use crate::types::problem::embed;
use serde::{Deserialize, Serialize};

/// Why a tokenizer or a model could not be made. Embedding itself cannot fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// The vocabulary lacks a token without which nothing can be encoded.
    VocabularyWithout {
        /// The missing token.
        token: String,
        /// Lines read.
        lines: usize,
    },
    /// The file does not begin with the magic of this format.
    Magic {
        /// The first bytes (at most eight).
        found: Vec<u8>,
    },
    /// A file of another format version.
    Version {
        /// In the file.
        found: u32,
        /// Understood.
        expected: u32,
    },
    /// The file ends before its content does.
    Truncated {
        /// Bytes that the header promises.
        needed_bytes: usize,
        /// Bytes present.
        found_bytes: usize,
    },
    /// The content does not hash to the trailer.
    Checksum {
        /// Hex SHA-256 in the trailer.
        expected: String,
        /// Hex SHA-256 of the content.
        found: String,
    },
    /// A number of the configuration that this forward pass cannot run.
    Configuration {
        /// Which number.
        what: String,
        /// In the file.
        found: u64,
        /// Understood.
        expected: String,
    },
    /// The safetensors container cannot be read.
    Safetensors {
        /// What is wrong with it.
        reason: String,
    },
    /// A tensor is missing, or has another type or shape than BERT gives it.
    Tensor {
        /// Name in the safetensors header.
        name: String,
        /// Type and shape found, or `nothing`.
        found: String,
        /// Type and shape expected.
        expected: String,
    },
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::VocabularyWithout { token, lines } => embed::vocabulary_without(lines, token),
            Error::Magic { found } => embed::magic(format!("{found:02x?}")),
            Error::Version { found, expected } => embed::version(found, expected),
            Error::Truncated { needed_bytes, found_bytes } => embed::truncated(needed_bytes, found_bytes),
            Error::Checksum { expected, found } => embed::checksum(found, expected),
            Error::Configuration { what, found, expected } => embed::configuration(what, found, expected),
            Error::Safetensors { reason } => embed::safetensors(reason),
            Error::Tensor { name, found, expected } => embed::tensor(name, found, expected),
        }
    }
}
