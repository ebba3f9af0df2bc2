use super::{
    Answer, AnswerState, Attempt, Candidate, Column, ColumnId, Cost, Evidence, Recipe, RecipeId, Sent, Span,
    Usage, UserError,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Names a run: the time of asking in milliseconds, then 16 random bits, so that ids sort by time and tabs do not collide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId(pub u64);

impl RunId {
    /// The id of a run asked at `epoch_millis`.
    pub fn new(epoch_millis: u64, random: u16) -> Self {
        Self(epoch_millis << 16 | u64::from(random))
    }

    /// The id that `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 16).then(|| u64::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// One question with everything that came of it, as it happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its name in storage.
    pub id: RunId,
    /// The person's name for it; the question is shown where there is none.
    pub name: Option<String>,
    /// Marked by the person.
    pub star: bool,
    /// The question as it was put to every column.
    pub question: String,
    /// When it was asked, in milliseconds since 1970.
    pub started_millis: u64,
    /// The run whose answers this question follows up on.
    pub follow_up_of: Option<RunId>,
    /// The earlier run of the same question that this one asks again.
    pub again_of: Option<RunId>,
    /// What each recipe retrieved.
    pub retrievals: Vec<Retrieval>,
    /// The answers, in the order of the columns.
    pub answers: Vec<RunAnswer>,
}

/// What one recipe retrieved for the question. Once there, it never changes: an answer that is run again gets the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Retrieval {
    /// The recipe.
    pub id: RecipeId,
    /// Its name as it was then; empty in runs of earlier versions.
    pub name: String,
    /// The recipe as it was then.
    pub recipe: Recipe,
    /// What a model made of the question, where the recipe has it asked.
    pub rewritten: Option<Rewritten>,
    /// The evidence, or why there is none; nothing while it is being retrieved.
    pub outcome: Option<Result<Arc<Evidence>, UserError>>,
    /// For each passage the question's words in it, as spans of its document.
    pub highlights: Vec<Vec<Span>>,
    /// What became of the best candidates, passages first.
    pub candidates: Vec<Candidate>,
}

/// What a model made of a question before the search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rewritten {
    /// The prompt that was sent, whole.
    pub prompt: String,
    /// What it answered.
    pub text: String,
    /// The queries in it.
    pub queries: Vec<String>,
    /// Tokens it took.
    pub usage: Option<Usage>,
    /// What it cost; nothing while that is unknown.
    pub cost: Option<Cost>,
    /// How long it took.
    pub took_millis: f64,
}

impl Retrieval {
    /// The frozen evidence, where there is any.
    pub fn evidence(&self) -> Option<&Arc<Evidence>> {
        self.outcome.as_ref()?.as_ref().ok()
    }

    /// Why there is no evidence.
    pub fn error(&self) -> Option<&UserError> {
        self.outcome.as_ref()?.as_ref().err()
    }
}

/// One column's answer in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunAnswer {
    /// The column as it was asked.
    pub column: Column,
    /// The model's name as it was shown.
    pub name: String,
    /// Where the model ran, as it was shown.
    pub place: String,
    /// The reply.
    pub answer: Answer,
    /// What was sent; nothing while nothing was.
    pub sent: Option<Sent>,
    /// What it cost; nothing while that is unknown.
    pub cost: Option<Cost>,
    /// The tries that it took.
    pub attempts: Vec<Attempt>,
    /// The person's note.
    pub note: String,
    /// The person's verdict.
    pub thumb: Option<Thumb>,
}

impl RunAnswer {
    /// A column that has not been asked yet.
    pub fn new(column: Column, name: String, place: String) -> Self {
        Self {
            column,
            name,
            place,
            answer: Answer::default(),
            sent: None,
            cost: None,
            attempts: Vec::new(),
            note: String::new(),
            thumb: None,
        }
    }
}

/// A verdict on an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Thumb {
    /// Good.
    Up,
    /// Bad.
    Down,
}

impl Run {
    /// What the recipe retrieved.
    pub fn retrieval(&self, recipe: RecipeId) -> Option<&Retrieval> {
        self.retrievals.iter().find(|retrieval| retrieval.id == recipe)
    }

    /// A column's answer.
    pub fn answer(&self, column: ColumnId) -> Option<&RunAnswer> {
        self.answers.iter().find(|answer| answer.column.id == column)
    }

    /// A column's answer, to be changed.
    pub fn answer_mut(&mut self, column: ColumnId) -> Option<&mut RunAnswer> {
        self.answers.iter_mut().find(|answer| answer.column.id == column)
    }

    /// The evidence that a column answers from; nothing for a baseline.
    pub fn evidence_of(&self, column: ColumnId) -> Option<&Arc<Evidence>> {
        let column = &self.answer(column)?.column;
        self.retrieval(column.recipe)?.evidence().filter(|_| column.with_documents)
    }

    /// What the run is called in a list.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.question)
    }

    /// Marks what was under way when the run was last saved.
    pub fn interrupt(&mut self) {
        for answer in self.answers.iter_mut().filter(|answer| !answer.answer.state.is_over()) {
            let at_millis = answer.answer.timing.last_event_millis;
            answer.answer.end(AnswerState::Interrupted, at_millis);
        }
    }
}
