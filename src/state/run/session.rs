use crate::prompt::Fit;
use crate::state::{Rendered, Settings, SignalList};
use crate::types::{Answer, AnswerState, Column, ColumnId, Cost, Evidence, Sha256, Span, UserError};
use leptos::prelude::*;
use std::sync::Arc;

/// The question, its evidence and the columns.
#[derive(Clone, Copy)]
pub struct Session {
    /// The question as typed.
    pub question: RwSignal<String>,
    /// The question that the columns answer.
    pub asked: RwSignal<Option<String>>,
    /// Evidence is being retrieved.
    pub searching: RwSignal<bool>,
    /// The evidence of the run.
    pub evidence: RwSignal<Option<Arc<Evidence>>>,
    /// For each passage the question's words in it, as spans of its document.
    pub highlights: RwSignal<Vec<Vec<Span>>>,
    /// Why there is no evidence.
    pub user_error: RwSignal<Option<UserError>>,
    /// The columns, in order.
    pub columns: SignalList<ColumnId, ColumnView>,
    /// The column shown alone.
    pub expanded: RwSignal<Option<ColumnId>>,
    /// What a screen reader is store.
    pub announcement: RwSignal<String>,
    /// Something to tell about the day's spending.
    pub notice: RwSignal<Option<String>>,
    /// The courier's call for the search, while a host embeds or reranks for it.
    pub supply: RwSignal<Option<u32>>,
}

/// One column on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnView {
    /// The model and its parameters.
    pub column: Column,
    /// Its reply; nothing before the first question.
    pub answer: Option<Answer>,
    /// The reply as it is rendered.
    pub rendered: Rendered,
    /// What it is doing before the first word.
    pub stage: Stage,
    /// SHA-256 of the evidence text that was sent.
    pub evidence_sha256: Option<Sha256>,
    /// What the context budget did.
    pub fit: Option<Fit>,
    /// What it cost; nothing while that is unknown.
    pub cost: Option<Cost>,
    /// The exact request, key left out.
    pub request: Option<String>,
    /// The evidence it answers from; frozen with the run.
    pub evidence: Option<Arc<Evidence>>,
    /// Which of its turns this is: replies to an older one are ignored.
    pub turn: u32,
    /// The call in its worker.
    pub call: Option<u32>,
    /// When its turn was handed over, on the page's clock.
    pub started_millis: f64,
}

/// What a column does before the first word.
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
        /// Why, in words; empty when it is only a queue.
        why: String,
    },
    /// Sent; the host has not answered yet.
    Sent,
}

impl ColumnView {
    /// A column that has not been asked yet.
    pub fn new(column: Column) -> Self {
        Self {
            column,
            answer: None,
            rendered: Rendered::default(),
            stage: Stage::default(),
            evidence_sha256: None,
            fit: None,
            cost: None,
            request: None,
            evidence: None,
            turn: 0,
            call: None,
            started_millis: 0.0,
        }
    }

    /// Ready for a new turn.
    pub(in crate::state) fn begin(&mut self, evidence: Option<Arc<Evidence>>, now_millis: f64) -> u32 {
        let turn = self.turn + 1;
        *self = Self {
            answer: Some(Answer::default()),
            evidence,
            turn,
            started_millis: now_millis,
            ..Self::new(self.column.clone())
        };
        turn
    }

    /// Where it stands; nothing before the first question.
    pub fn state(&self) -> Option<AnswerState> {
        self.answer.as_ref().map(|answer| answer.state)
    }

    /// Whether something is still to come.
    pub fn is_under_way(&self) -> bool {
        self.state().is_some_and(|state| !state.is_over())
    }
}

impl Session {
    pub(in crate::state) fn new(settings: &Settings) -> Self {
        let columns = SignalList::default();
        for column in &settings.columns {
            columns.put(column.id, ColumnView::new(column.clone()));
        }
        Self {
            question: RwSignal::new(String::new()),
            asked: RwSignal::new(None),
            searching: RwSignal::new(false),
            evidence: RwSignal::new(None),
            highlights: RwSignal::new(Vec::new()),
            user_error: RwSignal::new(None),
            columns,
            expanded: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            notice: RwSignal::new(None),
            supply: RwSignal::new(None),
        }
    }

    /// Whether any column is under way; tracks them all.
    pub fn is_busy(self) -> bool {
        let columns = self.columns.cells();
        // Every column must be read, or a change of the others would go unnoticed.
        let under_way = columns.iter().filter(|cell| cell.value.with(ColumnView::is_under_way)).count();
        under_way > 0
    }
}
