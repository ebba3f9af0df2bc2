//! What the screen knows: plain values in signals, and the methods that change them. No markup.
//!
//! There is one context, `AppState`. Values are plain data; a list that changes row by row is a list of cells
//! (`SignalList`), so that one row's progress repaints one row.

mod documents;
/// Providers and endpoints.
pub mod providers;
mod remote_embeddings;
mod run;
mod services;
mod settings;
mod signal_list;
mod view;

pub use documents::{Corpus, Row, RowState, Sample, Totals};
pub use providers::{CheckState, ProviderStore, SpendingSummary, Trial};
pub use run::{Chrome, ColumnView, Painter, Part, Rendered, RenderedPiece, Session, Stage};
pub use services::Services;
pub use settings::{MAX_COLUMNS, Settings, Theme, place};
pub use signal_list::{Cell, SignalList};
pub use view::{Dialog, Focus, Opened, Pane, View};

use leptos::prelude::*;

/// Everything the page knows; cheap to copy.
#[derive(Clone, Copy)]
pub struct AppState {
    /// Documents.
    pub corpus: Corpus,
    /// The question, its evidence and the columns.
    pub session: Session,
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
    /// The workers.
    services: StoredValue<Services, LocalStorage>,
}

impl AppState {
    /// The page's state as it starts, from what this browser remembers.
    pub fn new() -> Self {
        let settings = settings::load();
        Self {
            corpus: Corpus::default(),
            session: Session::new(&settings),
            settings: RwSignal::new(settings),
            view: View::default(),
            sample: RwSignal::new(None),
            checking: RwSignal::new(CheckState::Idle),
            providers: RwSignal::new(ProviderStore::default()),
            chrome: Chrome::default(),
            services: StoredValue::new_local(Services::new()),
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

    /// Changes the settings and remembers them.
    pub fn set(self, change: impl FnOnce(&mut Settings)) {
        self.settings.update(change);
        self.settings.with_untracked(settings::save);
    }

    /// Reads what is stored and what ships with the page.
    pub fn start(self) {
        self.open_corpus();
        self.load_sample_index();
        self.price_columns();
    }
}

impl Default for AppState {
    fn default() -> Self {
        Self::new()
    }
}
