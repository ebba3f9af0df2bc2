use crate::format::time_left;
use crate::parse::is_pdf;
use crate::state::SignalList;
use crate::types::{DocumentId, EmbedderRef, Format, Manifest, UserError};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Documents on the screen.
#[derive(Clone, Copy, Default)]
pub struct Corpus {
    /// A row a document, in the order of adding.
    pub rows: SignalList<DocumentId, Row>,
    /// The stored corpus has been read.
    pub opened: RwSignal<bool>,
    /// Why the corpus is not available.
    pub user_error: RwSignal<Option<UserError>>,
    /// This browser keeps nothing beyond the tab.
    pub volatile: RwSignal<bool>,
    /// What is stored is of a newer version of this program.
    pub newer: RwSignal<bool>,
    /// Removed a moment ago: they can be brought back.
    pub removed: RwSignal<Vec<Row>>,
    /// Files added last that have a document's content: their names, and the document's.
    pub same: RwSignal<Vec<(String, String)>>,
    /// A first question is about to be asked: PDFs, whose parser keeps a core busy while it loads, are read behind its answer.
    pub pdfs_wait: RwSignal<bool>,
}

/// One document's row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Hash of the file.
    pub id: DocumentId,
    /// Its name.
    pub name: String,
    /// Its size.
    pub size_bytes: u64,
    /// When it was added.
    pub added_millis: u64,
    /// Where it stands.
    pub state: RowState,
    /// Times the engine or the reader died over it.
    pub crashes: u32,
    /// The password typed for it; never stored, and known to this tab only.
    #[serde(skip)]
    pub password: Option<String>,
    /// Where its file is.
    pub original: Original,
    /// Another tab is at work on it.
    pub elsewhere: bool,
}

/// Where the file of a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Original {
    /// Nowhere here.
    #[default]
    Missing,
    /// In this tab, until it is closed.
    Tab,
    /// In this browser.
    Stored,
}

/// What can be done with a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowActions {
    /// Stop what is under way.
    pub cancel: bool,
    /// Try again what failed or was given up.
    pub retry: bool,
    /// Read the file again, for what is damaged or was read by an older reader.
    pub read_again: bool,
    /// Remove it.
    pub remove: bool,
}

impl Row {
    /// What can be done.
    pub fn actions(&self) -> RowActions {
        let under_way = self.state.is_under_way();
        RowActions {
            cancel: under_way,
            retry: self.has_original() && matches!(self.state, RowState::Failed { .. } | RowState::Cancelled),
            read_again: self.has_original()
                && (self.is_outdated() || matches!(self.state, RowState::Damaged(_))),
            remove: !under_way,
        }
    }

    /// Whether its name says that the parser of PDF is needed, which is loaded apart.
    pub fn is_pdf(&self) -> bool {
        is_pdf(&self.name, &[])
    }

    /// Whether its file can be read.
    pub fn has_original(&self) -> bool {
        self.original != Original::Missing
    }

    /// Whether it waits to be read and can be.
    pub fn is_waiting(&self) -> bool {
        self.state == RowState::Queued && self.has_original()
    }

    /// Whether a newer reader would read it better.
    pub fn is_outdated(&self) -> bool {
        matches!(&self.state, RowState::Ready(manifest) if manifest.reader < manifest.format.reader_version())
    }
}

/// A document on its way through the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    /// What it is.
    pub format: Format,
    /// Pages, 0 for none.
    pub pages: u32,
    /// Chunks embedded.
    pub done: u32,
    /// Chunks in all, 0 until the first are embedded.
    pub total: u32,
    /// When the first chunk was handed over, on the page's clock, and how many were done then.
    pub started: Option<(f64, u32)>,
    /// Call in the engine, for cancelling.
    pub call: Option<u32>,
    /// Why nothing comes at the moment; nothing while all goes well.
    pub waits: Option<UserError>,
    /// Its words are found already.
    pub searchable: bool,
    /// Bytes of the built-in embedder that have come, and of how many, while it is being loaded.
    pub loading: Option<(u64, u64)>,
}

impl Embedding {
    /// Nothing has happened yet.
    pub(in crate::state) fn new(format: Format, pages: u32, call: u32) -> Self {
        Self {
            format,
            pages,
            done: 0,
            total: 0,
            started: None,
            call: Some(call),
            waits: None,
            searchable: false,
            loading: None,
        }
    }
}

/// Where a document stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RowState {
    /// Chosen; its bytes are being stored.
    Adding,
    /// Waits its turn.
    Queued,
    /// In the reader since then.
    Reading {
        /// Since when, on the page's clock.
        since_millis: f64,
    },
    /// Parsed; waits for the engine or is being embedded.
    Embedding(Embedding),
    /// Wholly stored and searchable.
    Ready(Manifest),
    /// Failed; the others go on.
    Failed {
        /// Why and what to do.
        user_error: UserError,
        /// A password would help.
        password: bool,
    },
    /// Stored, but what is stored cannot be used.
    Damaged(UserError),
    /// Given up by the person.
    Cancelled,
}

impl RowState {
    /// The word for the row, and its `data-state`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Adding | Self::Queued => "queued",
            Self::Reading { .. } => "reading",
            Self::Embedding(_) => "embedding",
            Self::Ready(_) => "ready",
            Self::Failed { .. } | Self::Damaged(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a question finds it, if only by its words.
    pub fn is_searchable(&self) -> bool {
        matches!(self, Self::Ready(_) | Self::Embedding(Embedding { searchable: true, .. }))
    }

    /// Whether it is chunked, and not one of its vectors has been asked for.
    pub(in crate::state) fn waits_for_vectors(&self) -> bool {
        matches!(self, Self::Embedding(Embedding { searchable: true, total: 0, .. }))
    }

    /// Whether it waits for the documents before it, so that whatever the engine does is not for its sake.
    pub(in crate::state) fn waits_for_others(&self) -> bool {
        matches!(self, Self::Embedding(Embedding { searchable: true, total: 0, loading: None, .. }))
    }

    /// Whether something is still to happen by itself.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Adding | Self::Queued | Self::Reading { .. } | Self::Embedding(_))
    }

    /// Whether a worker has it.
    pub fn is_at_work(&self) -> bool {
        matches!(self, Self::Reading { .. } | Self::Embedding(_))
    }

    /// Share done, where it can be theirs.
    pub fn fraction(&self) -> Option<f64> {
        match *self {
            Self::Embedding(Embedding { done, total, .. }) if total > 0 => {
                Some(f64::from(done) / f64::from(total))
            }
            _ => None,
        }
    }

    /// Time left as text, from the pace so far. Chunks that came from the cache say nothing about the pace.
    pub fn time_left(&self, now_millis: f64) -> Option<String> {
        match *self {
            Self::Embedding(Embedding { done, total, started: Some((since, first)), .. }) => {
                let (done, total) = (done.saturating_sub(first), total.saturating_sub(first));
                time_left(u64::from(done), u64::from(total), now_millis - since)
            }
            _ => None,
        }
    }
}

/// Sums over the rows, for the foot of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Searchable documents.
    pub ready: usize,
    /// Their chunks.
    pub chunks: u64,
    /// Rows under way.
    pub under_way: usize,
    /// Rows that failed.
    pub failed: usize,
}

impl Corpus {
    /// Documents whose vectors another embedder made: by meaning they are not found. Tracks every row.
    pub fn outdated(self, embedder: &EmbedderRef) -> usize {
        let is_outdated = |row: &Row| match &row.state {
            RowState::Ready(manifest) => !embedder.has_made(&manifest.embedder),
            _ => false,
        };
        let cells = self.rows.cells();
        // Every row must be read, or a change of the others would go unnoticed.
        cells.iter().filter(|cell| cell.value.with(is_outdated)).count()
    }

    /// Documents that an older reader read and that can be read again. Tracks every row.
    pub fn read_before(self) -> Vec<DocumentId> {
        let is_outdated = |row: &Row| row.has_original() && row.is_outdated();
        let cells = self.rows.cells();
        cells.iter().filter(|cell| cell.value.with(is_outdated)).map(|cell| cell.key).collect()
    }

    /// The sums; tracks every row.
    pub fn totals(self) -> Totals {
        let mut totals = Totals::default();
        for cell in self.rows.cells() {
            cell.value.with(|row| match &row.state {
                RowState::Ready(manifest) => {
                    totals.ready += 1;
                    totals.chunks += u64::from(manifest.chunks);
                }
                RowState::Failed { .. } | RowState::Damaged(_) => totals.failed += 1,
                state if state.is_under_way() => totals.under_way += 1,
                _ => {}
            });
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_that_waits_for_others_is_innocent_of_a_crash() {
        let waits = |embedding| RowState::Embedding(embedding).waits_for_others();
        let chunking = Embedding::new(Format::Text, 0, 1);
        let chunked = Embedding { searchable: true, ..chunking.clone() };
        assert!(!waits(chunking) && waits(chunked.clone()));
        assert!(!waits(Embedding { loading: Some((1, 2)), ..chunked.clone() }));
        assert!(!waits(Embedding { total: 4, ..chunked }));
    }

    #[test]
    fn time_left_follows_the_pace() {
        let embedding = Embedding { total: 40, ..Embedding::new(Format::Text, 0, 1) };
        let state = |done, started| RowState::Embedding(Embedding { done, started, ..embedding.clone() });
        assert_eq!(state(0, None).time_left(10.0), None);
        assert_eq!(state(10, Some((0.0, 0))).time_left(1000.0).as_deref(), Some("3 s"));
        assert_eq!(state(20, Some((0.0, 20))).time_left(1000.0), None);
        assert_eq!(state(10, None).fraction(), Some(0.25));
    }
}
