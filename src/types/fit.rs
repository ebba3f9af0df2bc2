use serde::{Deserialize, Serialize};

/// How a prompt fits its budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// Tokens of the prompt as counted, the template's marks included.
    pub tokens: u32,
    /// Tokens it may have; `None` when not known.
    pub budget: Option<u32>,
    /// Passages in the prompt.
    pub passages_sent: u32,
    /// Passages of the evidence.
    pub passages_total: u32,
    /// Tokens of the evidence that are not sent.
    pub cut_tokens: u32,
    /// Whether the last passage sent is cut short.
    pub last_cut: bool,
}

impl Fit {
    /// Whether the prompt is within its budget; only a question too long by itself is not.
    pub fn is_within(&self) -> bool {
        self.budget.is_none_or(|budget| self.tokens <= budget)
    }

    /// Whether all of the evidence is sent.
    pub fn is_whole(&self) -> bool {
        self.passages_sent == self.passages_total && !self.last_cut
    }
}
