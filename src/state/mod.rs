//! What the screen knows: plain values in signals, and the methods that change them. No markup.
//!
//! There is one context, `AppState`. Values are plain data; a list that changes row by row is a list of cells
//! (`SignalList`), so that one row's progress repaints one row.

mod action;
mod command;
mod delete_all;
mod documents;
mod focus;
mod language;
mod prompts;
/// Providers and endpoints.
pub mod providers;
mod run;
mod services;
mod settings;
mod signal_list;
mod view;

pub use action::{Action, Actions, Perform, perform};
pub use command::{BOUND, Command, FIXED, Offer, Shortcuts, find, is_mac, label, offered, with_press};
pub use documents::{
    ChunkPreview, Corpus, Embedding, GraphState, Graphs, IndexState, Indexes, Original, Row, RowActions,
    RowState, Sample, SampleQuestion, Tabs, Totals, stored_documents,
};
pub use language::{first_language, languages};
pub use prompts::{PromptLibrary, PromptVersion, SavedPrompt};
pub use providers::{CheckState, Listed, ProviderStore, Trial};
pub use run::{
    AnswerHead, AnswerOf, Chrome, ColumnView, Compared, Comparison, ContextGuard, History, Inspector,
    LimitSource, MAX_COMPARED, PART_PIECES, Painter, Part, RemovedColumn, Rendered, RenderedPiece, RunHead,
    Session, Stage, Step, differences,
};
pub use services::Services;
pub use settings::{
    ColumnSet, Knob, MAX_COLUMNS, MAX_GRID, MAX_RECIPES, NamedRecipe, PANE_WIDTHS, Recipes, Settings, Side,
    SidePanes, Starter, Theme, Variation, place, values,
};
pub use signal_list::{Cell, SignalList};
pub use view::{Dialog, Focus, Opened, Pane, View};

use leptos::prelude::*;

/// Everything the page knows; cheap to copy.
#[derive(Clone, Copy)]
pub struct AppState {
    /// Documents.
    pub corpus: Corpus,
    /// Indexes of recipes beside the first.
    pub indexes: Indexes,
    /// Graphs that recipes name.
    pub graphs: Graphs,
    /// The other tabs of this site.
    pub tabs: Tabs,
    /// The question, its evidence and the columns.
    pub session: Session,
    /// Retrieval by several recipes.
    pub comparison: Comparison,
    /// Why a search found what it found.
    pub inspector: Inspector,
    /// The stored runs.
    pub history: History,
    /// What the person set.
    pub settings: RwSignal<Settings>,
    /// What is open where.
    pub view: View,
    /// The sample that ships with the page.
    pub sample: RwSignal<Option<Sample>>,
    /// The check of an endpoint.
    pub checking: RwSignal<CheckState>,
    /// What the courier has store of systems, keys, requests, money and health.
    pub providers: RwSignal<ProviderStore>,
    /// Chrome's built-in model.
    pub chrome: Chrome,
    /// What waits for code that is still being loaded.
    pub actions: Actions,
    /// The workers.
    services: StoredValue<Services, LocalStorage>,
}

impl AppState {
    /// The page's state as it starts, from what this browser remembers.
    pub fn new() -> Self {
        let settings = settings::initial();
        let corpus = Corpus::default();
        Self {
            corpus,
            indexes: Indexes::default(),
            graphs: Graphs::default(),
            tabs: Tabs::default(),
            session: Session::new(&settings),
            comparison: Comparison::default(),
            inspector: Inspector::default(),
            history: History::default(),
            settings: RwSignal::new(settings),
            view: View::default(),
            sample: RwSignal::new(None),
            checking: RwSignal::new(CheckState::Idle),
            providers: RwSignal::new(ProviderStore::default()),
            chrome: Chrome::default(),
            actions: Actions::default(),
            services: StoredValue::new_local(Services::new(move || corpus.newer.set(true))),
        }
    }

    /// The one context of the page.
    pub fn provide(self) {
        provide_context(self);
    }

    /// The page's state, from anywhere below the root.
    pub fn get() -> Self {
        use_context::<Self>().unwrap_or_default()
    }

    /// The workers.
    pub fn services(self) -> Services {
        self.services.get_value()
    }

    /// Reads what is stored and what ships with the page.
    pub fn start(self) {
        self.follow_settings();
        self.join_tabs();
        self.open_corpus();
        self.load_sample_index();
        self.hear_keys();
        self.act_later(Action::KeepFocus);
        self.act_later(Action::PriceColumns);
        self.act_later(Action::TidyHistory);
        self.act_later(Action::FollowIndexes);
    }
}

impl Default for AppState {
    fn default() -> Self {
        Self::new()
    }
}
