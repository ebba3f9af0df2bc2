use super::AppState;
use super::focus::{Trail, has_focus};
use crate::text::pieces;
use crate::types::{
    Block, BlockKind, Chunk, ChunkSettings, ColumnId, Document, DocumentId, RecipeId, Span, UserError,
};
use crate::worker::protocol::{Preview, ReadDocument};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashMap;
use std::sync::Arc;

/// Longest block that the viewer draws in one piece.
const LONG_BLOCK_BYTES: usize = 32_000;
/// The pieces of a longer one.
const PIECE_BYTES: usize = 2_000;

/// What is open where.
#[derive(Clone, Copy)]
pub struct View {
    /// The pane shown where only one fits.
    pub pane: RwSignal<Pane>,
    /// The document open in the viewer; the evidence is shown when there is none.
    pub opened: RwSignal<Option<Opened>>,
    /// The recipe whose evidence is shown, where a run has several.
    pub recipe: RwSignal<Option<RecipeId>>,
    /// Why a document could not be opened.
    pub user_error: RwSignal<Option<UserError>>,
    /// The column whose answer was copied a moment ago.
    pub copied: RwSignal<Option<ColumnId>>,
    /// How often the page was drawn again in another language.
    pub language: RwSignal<u32>,
    /// The dialog on top.
    pub dialog: RwSignal<Option<Dialog>>,
    /// Where the person was when the document was opened: the pane, and what had the focus.
    came_from: StoredValue<Option<(Pane, Trail)>, LocalStorage>,
    /// What had the focus before a dialog was opened.
    pub(in crate::state) opener: StoredValue<Option<Trail>, LocalStorage>,
    /// Originals of this session, kept for a retry without the uploads.
    files: StoredValue<HashMap<DocumentId, web_sys::Blob>, LocalStorage>,
}

/// The three panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// Documents.
    Documents,
    /// Question and columns.
    #[default]
    Ask,
    /// Evidence and document viewer.
    Evidence,
}

/// The dialogs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Settings.
    Settings,
    /// A new column.
    AddColumn,
    /// Another model, other parameters or another name for a column.
    EditColumn(ColumnId),
    /// Columns kept under names.
    ColumnSets,
    /// The recipes.
    Recipes,
    /// Columns from lists.
    Vary,
    /// Columns of one model at several hosts.
    Compare,
    /// Keys, what left the page, spending, health.
    Providers,
    /// The stored runs.
    History,
    /// A question that follows up on the run.
    FollowUp,
    /// The questions that come with the sample.
    Questions,
    /// Text to paste.
    Paste,
    /// The run as a file.
    Export,
    /// The commands, by name.
    Palette,
    /// The keys, to read and to change.
    Shortcuts,
    /// The request of a column.
    Request(ColumnId),
}

/// A document in the viewer.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The document.
    pub document: Arc<Document>,
    /// Its blocks as the viewer draws them.
    pub blocks: Arc<Vec<Block>>,
    /// Its chunks: the stored ones, or a preview with other settings.
    pub chunks: Arc<Vec<Chunk>>,
    /// Settings of the preview; nothing for the stored chunks.
    pub preview: Option<ChunkSettings>,
    /// Draw the chunks' bounds.
    pub show_chunks: bool,
    /// The passage to show, and the words to mark in it.
    pub focus: Option<Focus>,
}

/// A place in a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Focus {
    /// The passage.
    pub passage: Span,
    /// Words to mark.
    pub words: Vec<Span>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            pane: RwSignal::new(Pane::default()),
            opened: RwSignal::new(None),
            recipe: RwSignal::new(None),
            user_error: RwSignal::new(None),
            copied: RwSignal::new(None),
            dialog: RwSignal::new(None),
            language: RwSignal::new(0),
            came_from: StoredValue::new_local(None),
            opener: StoredValue::new_local(None),
            files: StoredValue::new_local(HashMap::new()),
        }
    }
}

impl View {
    pub(in crate::state) fn keep_file(self, id: DocumentId, file: web_sys::Blob) {
        self.files.update_value(|files| drop(files.insert(id, file)));
    }

    pub(in crate::state) fn kept_file(self, id: DocumentId) -> Option<web_sys::Blob> {
        self.files.with_value(|files| files.get(&id).cloned())
    }

    pub(in crate::state) fn drop_file(self, id: DocumentId) {
        self.files.update_value(|files| drop(files.remove(&id)));
    }

    /// Closes the viewer and leads back to where it was opened from.
    pub fn close_viewer(self) {
        self.opened.set(None);
        if let Some((pane, trail)) = self.came_from.try_update_value(Option::take).flatten() {
            self.pane.set(pane);
            let before = document().active_element();
            // The pane is shown, and passages stand in the viewer's place, only after this turn; whoever has gone on by then stays.
            request_animation_frame(move || {
                if !has_focus() || document().active_element() == before {
                    trail.follow();
                }
            });
        }
    }

    fn remember_place(self) {
        if self.opened.with_untracked(Option::is_none) {
            let trail = document().active_element().map(|element| Trail::of(&element));
            self.came_from.set_value(trail.map(|trail| (self.pane.get_untracked(), trail)));
        }
    }

    pub(in crate::state) fn close_document(self, id: DocumentId) {
        self.opened.update(|opened| {
            if opened.as_ref().is_some_and(|opened| opened.document.id == id) {
                *opened = None;
            }
        });
    }
}

impl AppState {
    /// Opens a document in the viewer, at a passage where one is given.
    pub fn open_document(self, id: DocumentId, focus: Option<Focus>) {
        self.view.remember_place();
        self.view.pane.set(Pane::Evidence);
        if self.settings.with_untracked(|settings| settings.panes.evidence.collapsed) {
            self.set(|settings| settings.panes.evidence.collapsed = false);
        }
        self.view.user_error.set(None);
        let same = self.view.opened.with_untracked(|opened| {
            opened.as_ref().is_some_and(|opened| opened.document.id == id && opened.preview.is_none())
        });
        if same {
            self.view.opened.update(|opened| {
                if let Some(opened) = opened {
                    opened.focus = focus;
                }
            });
            return;
        }
        spawn_local(async move {
            match self.engine().call(ReadDocument(id)).body().await {
                Some(Ok(stored)) => self.view.opened.set(Some(Opened {
                    blocks: Arc::new(short_blocks(&stored.document)),
                    document: Arc::new(stored.document),
                    chunks: Arc::new(stored.chunks),
                    preview: None,
                    show_chunks: false,
                    focus,
                })),
                Some(Err(user_error)) => self.view.user_error.set(Some(user_error)),
                None => {}
            }
        });
    }

    /// Cuts the open document with other settings, by the pipeline's own code, for a look.
    pub fn preview_chunks(self, chunking: ChunkSettings) {
        let Some(id) =
            self.view.opened.with_untracked(|opened| opened.as_ref().map(|opened| opened.document.id))
        else {
            return;
        };
        spawn_local(async move {
            match self.engine().call(Preview { id, chunking }).body().await {
                Some(Ok(chunks)) => {
                    self.view.user_error.set(None);
                    self.view.opened.update(|opened| {
                        if let Some(opened) = opened.as_mut().filter(|opened| opened.document.id == id) {
                            opened.chunks = Arc::new(chunks);
                            opened.preview = Some(chunking);
                            opened.show_chunks = true;
                        }
                    });
                }
                Some(Err(user_error)) => self.view.user_error.set(Some(user_error)),
                None => {}
            }
        });
    }
}

/// The blocks of a document, very long ones in pieces: a log of 5 MB is one paragraph, and would be laid out as one.
fn short_blocks(document: &Document) -> Vec<Block> {
    let shortened = |block: &Block| {
        let kind = block.kind;
        let most = if block.span.len() > LONG_BLOCK_BYTES { PIECE_BYTES } else { LONG_BLOCK_BYTES };
        let pieces = pieces(&document.text, block.span, most).into_iter().enumerate();
        pieces.map(move |(at, span)| Block { kind: if at == 0 { kind } else { continued(kind) }, span })
    };
    document.blocks.iter().flat_map(shortened).collect()
}

/// What the rest of a block is drawn as: it has no bullet and is no second heading.
fn continued(kind: BlockKind) -> BlockKind {
    match kind {
        BlockKind::Heading(_) | BlockKind::ListItem => BlockKind::Paragraph,
        kind => kind,
    }
}
