use serde::{Deserialize, Serialize};

/// Why a built-in model cannot be loaded or cannot answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
pub enum Error {
    /// The first four bytes are not `GGUF`.
    #[error("this is not a GGUF file")]
    NotGguf,
    /// A GGUF version that this reader does not know.
    #[error("GGUF version {version} is not supported; use 2 or 3")]
    Version {
        /// As the file says.
        version: u32,
    },
    /// The file ends before something it announces.
    #[error("the model file is truncated: {what} needs {needed_bytes} bytes, {found_bytes} left")]
    Truncated {
        /// What was being read.
        what: String,
        /// Bytes it takes.
        needed_bytes: u64,
        /// Bytes there are.
        found_bytes: u64,
    },
    /// The file contradicts itself.
    #[error("the model file is damaged: {what}")]
    Malformed {
        /// What does not add up.
        what: String,
    },
    /// A tensor is stored in a way that this reader does not compute.
    #[error("tensor {tensor} has GGML type {kind}, which is not supported")]
    UnsupportedType {
        /// Its name.
        tensor: String,
        /// GGML's number of the type.
        kind: u32,
    },
    /// A key or tensor is not there.
    #[error("the model file has no {name}")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A model of another family.
    #[error("the model's {what} is {found:?}; only {expected:?} is supported")]
    Unsupported {
        /// Which property.
        what: String,
        /// What is supported.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The conversation does not fit.
    #[error("the prompt has {tokens} tokens; the limit is {limit}")]
    PromptTooLong {
        /// Tokens of the prompt.
        tokens: u32,
        /// Most that leave room for an answer.
        limit: u32,
    },
    /// Nothing was asked.
    #[error("there is no message to answer")]
    NoMessages,
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NotGguf | Self::Version { .. } => "Choose a GGUF file of a Llama-type model.",
            Self::Truncated { .. } | Self::Malformed { .. } => {
                "Download the model file again; compare its size and hash with the publisher's."
            }
            Self::UnsupportedType { .. } => "Use a file quantised as Q4_1, Q4_0, Q8_0, F16 or F32.",
            Self::Missing { .. } | Self::Unsupported { .. } => {
                "Use SmolLM2-135M-Instruct, or another Llama-type model with a GPT-2 style tokenizer."
            }
            Self::PromptTooLong { .. } => "Send fewer or shorter passages, or lower Max output tokens.",
            Self::NoMessages => "Type a question.",
        }
        .to_owned()
    }
}
