use crate::types::{Candidate, Evidence, Retrieval, Rewritten, Span, UserError};
use std::sync::Arc;

/// Candidates that are stored with a run: those that just missed, not all of them.
const MAX_CANDIDATES: usize = 60;

/// What a search brought.
pub type Found = Result<Searched, UserError>;

/// Evidence and how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Searched {
    /// The evidence.
    pub evidence: Arc<Evidence>,
    /// For each passage the question's words in it, as spans of its document.
    pub highlights: Vec<Vec<Span>>,
    /// What became of every candidate.
    pub candidates: Vec<Candidate>,
    /// What a model made of the question before.
    pub rewritten: Option<Rewritten>,
}

impl From<Arc<Evidence>> for Searched {
    fn from(evidence: Arc<Evidence>) -> Self {
        Self { evidence, highlights: Vec::new(), candidates: Vec::new(), rewritten: None }
    }
}

impl Searched {
    /// Writes it into the run.
    pub(super) fn note(&self, retrieval: &mut Retrieval) {
        retrieval.outcome = Some(Ok(Arc::clone(&self.evidence)));
        retrieval.highlights.clone_from(&self.highlights);
        retrieval.candidates = self.candidates.iter().take(MAX_CANDIDATES).copied().collect();
        retrieval.rewritten.clone_from(&self.rewritten);
    }
}
