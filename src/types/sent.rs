use super::{Fit, Sha256};
use serde::{Deserialize, Serialize};

/// The request as put to a model, with what the prompt holds of the evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// The exact request as a person reads it; a key is masked.
    pub request: String,
    /// SHA-256 of the frozen evidence, equal in all columns of a recipe; nothing for the baseline.
    pub evidence_sha256: Option<Sha256>,
    /// SHA-256 of the part of it that fits the model's context.
    pub sent_sha256: Option<Sha256>,
    /// What the context budget did.
    pub fit: Fit,
}
