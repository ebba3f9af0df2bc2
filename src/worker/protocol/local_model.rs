//! Page → local model. Runs the built-in models.

use crate::prompt::{PromptSpec, Sent};
use crate::types::{Evidence, Parameters, Sha256, TimedEvent};
use serde::{Deserialize, Serialize};

calls! {
    /// Page → local model.
    ToLocalModel {
        /// Keep the evidence of a run, which the columns then name.
        KeepEvidence => (),
        /// Quote the best sentences of the evidence.
        Extract => ModelUpdate,
        /// Answer with the built-in chat model.
        Generate => ModelUpdate,
    }
}

/// Keep the evidence of a run.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeepEvidence(pub Evidence);

/// Quote the best sentences of the evidence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Extract {
    /// The question.
    pub question: String,
    /// Names the evidence; nothing for the baseline.
    pub evidence: Option<Sha256>,
}

/// Answer with the built-in chat model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Generate {
    /// What is put to it.
    pub prompt: PromptSpec,
    /// Sampling and limits.
    pub parameters: Parameters,
    /// Context the prompt and the answer may fill together.
    pub budget_tokens: u32,
}

/// What happens to an answer of a built-in model; the last two end it.
#[derive(Debug, Serialize, Deserialize)]
pub enum ModelUpdate {
    /// Bytes of the model's weights fetched so far.
    Loading {
        /// Done.
        done: u64,
        /// Of how many, 0 if unknown.
        total: u64,
    },
    /// The turn has come; times count from here. What is really put to the model.
    Started(Sent),
    /// Prompt tokens read so far.
    Reading {
        /// Done.
        done: u32,
        /// Of how many.
        total: u32,
    },
    /// Steps of the answer: those of one frame.
    Events(Vec<TimedEvent>),
    /// Nothing more will come.
    Ended {
        /// Milliseconds after it started.
        at_millis: f64,
    },
    /// The evidence of that hash is not here any more: hand it over again, then ask again.
    UnknownEvidence(Sha256),
}
