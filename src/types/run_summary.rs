use super::{AnswerState, DocumentId, Run, RunId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a list of runs shows of one, kept apart from the run so that a thousand of them open at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The run.
    pub id: RunId,
    /// The person's name for it.
    pub name: Option<String>,
    /// Marked by the person.
    pub star: bool,
    /// The question.
    pub question: String,
    /// When it was asked, in milliseconds since 1970.
    pub started_millis: u64,
    /// The run it follows up on.
    pub follow_up_of: Option<RunId>,
    /// Each column: the model's name, and how its answer ended.
    pub columns: Vec<(String, AnswerState)>,
    /// Documents that its evidence quotes.
    pub documents: Vec<DocumentId>,
}

impl RunSummary {
    /// What the run is called in a list.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.question)
    }

    /// Whether every word of `query` is in its name, its question or the name of a model, whatever the case.
    pub fn matches(&self, query: &str) -> bool {
        let models = self.columns.iter().map(|(name, _)| name.as_str());
        let text: Vec<&str> = [self.title(), &self.question].into_iter().chain(models).collect();
        let text = text.join("\n").to_lowercase();
        query.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

impl From<&Run> for RunSummary {
    fn from(run: &Run) -> Self {
        let passages = run.retrievals.iter().filter_map(|retrieval| retrieval.evidence());
        let documents: BTreeSet<DocumentId> =
            passages.flat_map(|evidence| evidence.passages.iter().map(|passage| passage.document)).collect();
        Self {
            id: run.id,
            name: run.name.clone(),
            star: run.star,
            question: run.question.clone(),
            started_millis: run.started_millis,
            follow_up_of: run.follow_up_of,
            columns: run.answers.iter().map(|answer| (answer.name.clone(), answer.answer.state)).collect(),
            documents: documents.into_iter().collect(),
        }
    }
}
