use serde::{Deserialize, Serialize};

/// Why a tokenizer or a model could not be made. Embedding itself cannot fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Error {
    /// The vocabulary lacks a token without which nothing can be encoded.
    #[error("the vocabulary of {lines} lines has no {token}")]
    VocabularyWithout {
        /// The missing token.
        token: String,
        /// Lines read.
        lines: usize,
    },
    /// The file does not begin with the magic of this format.
    #[error("not an int8 MiniLM file: it begins with {found:02x?}")]
    Magic {
        /// The first bytes (at most eight).
        found: Vec<u8>,
    },
    /// A file of another format version.
    #[error("int8 MiniLM file of version {found}; this page supports version {expected}")]
    Version {
        /// In the file.
        found: u32,
        /// Understood.
        expected: u32,
    },
    /// The file ends before its content does.
    #[error("the model file is truncated: {needed_bytes} bytes needed, {found_bytes} found")]
    Truncated {
        /// Bytes that the header promises.
        needed_bytes: usize,
        /// Bytes at hand.
        found_bytes: usize,
    },
    /// The content does not hash to the trailer.
    #[error("the model file is damaged: its content hashes to {found}, its trailer says {expected}")]
    Checksum {
        /// Hex SHA-256 in the trailer.
        expected: String,
        /// Hex SHA-256 of the content.
        found: String,
    },
    /// A number of the configuration that this forward pass cannot run.
    #[error("the model's {what} is {found}; expected {expected}")]
    Configuration {
        /// Which number.
        what: String,
        /// In the file.
        found: u64,
        /// Understood.
        expected: String,
    },
    /// The safetensors container cannot be read.
    #[error("not a safetensors file: {reason}")]
    Safetensors {
        /// What is wrong with it.
        reason: String,
    },
    /// A tensor is missing, or has another type or shape than BERT gives it.
    #[error("tensor {name}: found {found}, expected {expected}")]
    Tensor {
        /// Name in the safetensors header.
        name: String,
        /// Type and shape found, or `nothing`.
        found: String,
        /// Type and shape expected.
        expected: String,
    },
}

impl Error {
    /// What the person can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Truncated { .. } | Self::Checksum { .. } => {
                "The download is incomplete or damaged. Reload the page to download the model again."
                    .to_owned()
            }
            Self::Version { .. } => {
                "The page and the model file are of different versions. Reload the page.".to_owned()
            }
            Self::Magic { .. } => {
                "This address does not serve the model: check that it is not an error page.".to_owned()
            }
            Self::VocabularyWithout { .. } => {
                "Use the vocab.txt that belongs to the model, one token per line.".to_owned()
            }
            Self::Configuration { .. } | Self::Safetensors { .. } | Self::Tensor { .. } => {
                "Only BERT encoders of MiniLM shape (384 wide, 12 heads) in f32 safetensors are supported."
                    .to_owned()
            }
        }
    }
}
