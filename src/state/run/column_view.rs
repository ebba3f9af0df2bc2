use crate::run::Turn;
use crate::state::Rendered;
use crate::types::{
    Answer, AnswerState, Attempt, CallFailure, Column, Cost, Evidence, RunAnswer, Sent, Thumb, Timing, Usage,
    UserError,
};
use std::sync::Arc;

/// One column on the screen: what the conductor knows of it, without the text, and what is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnView {
    /// The model and its parameters.
    pub column: Column,
    /// The model's name when it was asked.
    pub name: String,
    /// Where the model ran then.
    pub place: String,
    /// Its answer without the text; nothing before the first question.
    pub head: Option<AnswerHead>,
    /// The answer as it is rendered.
    pub rendered: Rendered,
    /// What it is doing before the first token.
    pub stage: Stage,
    /// What was sent.
    pub sent: Option<Sent>,
    /// What it cost; nothing while that is unknown.
    pub cost: Option<Cost>,
    /// The tries it took.
    pub attempts: Vec<Attempt>,
    /// The person's note.
    pub note: String,
    /// The person's verdict.
    pub thumb: Option<Thumb>,
    /// The evidence it answers from; frozen with the run.
    pub evidence: Option<Arc<Evidence>>,
    /// Which of its turns this is.
    pub turn: Turn,
    /// The call in its worker.
    pub call: Option<u32>,
    /// When its turn was handed over, on the page's clock.
    pub started_millis: f64,
}

/// What is known of an answer without its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnswerHead {
    /// Where it stands.
    pub state: AnswerState,
    /// Why it failed.
    pub failure: Option<CallFailure>,
    /// Why there is no text, where it did not fail.
    pub empty: Option<UserError>,
    /// Token counts as reported.
    pub usage: Option<Usage>,
    /// When things happened.
    pub timing: Timing,
    /// Bytes of the text.
    pub text_bytes: usize,
    /// Bytes of the reasoning.
    pub reasoning_bytes: usize,
    /// Output tokens, and whether the host reported them.
    pub output_tokens: (u64, bool),
    /// Output tokens a second after the first one.
    pub tokens_per_second: Option<f64>,
}

impl From<&Answer> for AnswerHead {
    fn from(answer: &Answer) -> Self {
        Self {
            state: answer.state,
            failure: answer.failure.clone(),
            empty: answer.empty_notice(),
            usage: answer.usage,
            timing: answer.timing,
            text_bytes: answer.text.len(),
            reasoning_bytes: answer.reasoning.len(),
            output_tokens: answer.output_tokens(),
            tokens_per_second: answer.tokens_per_second(),
        }
    }
}

/// What a column does before the first token.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// Waits for evidence.
    #[default]
    Retrieving,
    /// Waits for its turn in the worker.
    Queued,
    /// The model's weights are being loaded.
    Loading {
        /// Bytes here.
        done: u64,
        /// Bytes in all, 0 if unknown.
        total: u64,
    },
    /// The browser downloads its own model and tells only how much of it is here.
    Downloading {
        /// Per cent.
        percent: u32,
    },
    /// The prompt is being read.
    Reading {
        /// Tokens read.
        done: u32,
        /// Tokens in all.
        total: u32,
    },
    /// Another request of the host is under way, or the host asked to wait.
    Waiting {
        /// How many are before this one.
        before: u32,
        /// Until the next try, where that is known.
        millis: Option<f64>,
        /// Why; nothing when it is only a queue.
        why: Option<UserError>,
    },
    /// Sent; the host has not answered yet.
    Sent,
}

impl ColumnView {
    /// A column that has not been asked yet.
    pub fn new(column: Column, name: String, place: String) -> Self {
        Self {
            column,
            name,
            place,
            head: None,
            rendered: Rendered::default(),
            stage: Stage::default(),
            sent: None,
            cost: None,
            attempts: Vec::new(),
            note: String::new(),
            thumb: None,
            evidence: None,
            turn: Turn::default(),
            call: None,
            started_millis: 0.0,
        }
    }

    /// Whether both are the same column under the same name, whatever its answer.
    pub(in crate::state) fn is_same_column(&self, other: &Self) -> bool {
        (&self.column, &self.name, &self.place) == (&other.column, &other.name, &other.place)
    }

    /// Ready for a new turn.
    pub(in crate::state) fn begin(&mut self, turn: Turn, now_millis: f64) {
        *self = Self {
            head: Some(AnswerHead::default()),
            turn,
            started_millis: now_millis,
            ..Self::new(self.column.clone(), std::mem::take(&mut self.name), std::mem::take(&mut self.place))
        };
    }

    /// Shows what the run holds of it.
    pub(in crate::state) fn mirror(&mut self, answer: &RunAnswer) {
        self.head = Some(AnswerHead::from(&answer.answer));
        self.sent.clone_from(&answer.sent);
        self.cost.clone_from(&answer.cost);
        self.attempts.clone_from(&answer.attempts);
        self.note.clone_from(&answer.note);
        self.thumb = answer.thumb;
    }

    /// Where it stands; nothing before the first question.
    pub fn state(&self) -> Option<AnswerState> {
        self.head.as_ref().map(|head| head.state)
    }

    /// Whether something is still to come.
    pub fn is_under_way(&self) -> bool {
        self.state().is_some_and(|state| !state.is_over())
    }
}
