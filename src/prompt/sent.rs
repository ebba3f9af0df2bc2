//! What was put to a model, for people.

use super::{Fit, Prompt};
use crate::types::{Evidence, Sha256};
use serde::{Deserialize, Serialize};

/// The request as put to a model, with what the prompt holds of the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// The exact request as a person reads it; a key is masked.
    pub request: String,
    /// SHA-256 of the frozen evidence, equal in all columns; nothing for the baseline.
    pub evidence_sha256: Option<Sha256>,
    /// SHA-256 of the evidence text in the prompt: another one where the budget cut it.
    pub sent_sha256: Option<Sha256>,
    /// What the budget did.
    pub fit: Fit,
}

impl Sent {
    /// What `prompt`, made from `evidence` and shown as `request`, holds.
    pub fn of(prompt: &Prompt, evidence: Option<&Evidence>, request: String) -> Self {
        Self {
            request,
            evidence_sha256: evidence.map(|evidence| evidence.sha256),
            sent_sha256: prompt.evidence_sha256,
            fit: prompt.fit,
        }
    }

    /// The hash of what was sent, where that is not all of the evidence.
    pub fn cut_sha256(&self) -> Option<Sha256> {
        self.sent_sha256.filter(|sent| self.evidence_sha256 != Some(*sent))
    }
}
