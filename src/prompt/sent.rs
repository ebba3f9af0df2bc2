use super::Prompt;
use crate::types::{Evidence, Sent, Sha256};

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
