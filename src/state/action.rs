//! What a person does, as a value. The code that does it is loaded after the first view; what is done before that waits for
//! it.

use super::view::Focus;
use super::{AppState, Row, Step};
use crate::types::problem::notice;
use crate::types::{ColumnId, DocumentId, Thumb};
use leptos::prelude::*;

/// Something to be done.
#[derive(Debug)]
pub enum Action {
    /// Do what a key is for.
    Press(web_sys::KeyboardEvent),
    /// Find a new place for the focus whenever its element goes.
    KeepFocus,
    /// Start the workers that an answer will need: a question is being typed.
    Prepare,
    /// Ask the question of the composer.
    Ask,
    /// Ask the question of the run on the screen again.
    AskAgain,
    /// Stop the search and all columns.
    StopAll,
    /// Stop a column.
    Stop(ColumnId),
    /// Ask a column again, over the evidence of the run.
    RunAgain(ColumnId),
    /// The same, without a parameter that its model does not take.
    RunWithout(ColumnId, String),
    /// Add the same model without the documents.
    AddBaseline(ColumnId),
    /// Add the same column again.
    DuplicateColumn(ColumnId),
    /// Move a column by one place.
    MoveColumn(ColumnId, Step),
    /// Move a column to the place of another.
    PlaceColumn(ColumnId, ColumnId),
    /// Bring back the column that was removed last.
    UndoRemoveColumn,
    /// Add a column of the small model that runs in the tab.
    AddSmolLm2,
    /// Put an answer on the clipboard.
    CopyAnswer(ColumnId),
    /// Judge an answer.
    SetThumb(ColumnId, Thumb),
    /// Write a note on an answer.
    SetNote(ColumnId, String),
    /// Star the run on the screen, or not.
    StarRun(bool),
    /// Leave a run from history.
    CloseRun,
    /// Read the list of runs.
    LoadHistory,
    /// Collect deleted runs, and those that the limits no longer allow.
    TidyHistory,
    /// Ask what the models of the columns cost.
    PriceColumns,
    /// Add files.
    AddFiles(Vec<web_sys::File>),
    /// Add the sample's files.
    TrySample,
    /// Go on with the files that are waiting.
    Work,
    /// Stop reading or embedding a document.
    Cancel(DocumentId),
    /// Read a file again, with a password where one was asked for.
    Retry(DocumentId, Option<String>),
    /// Remove a document, which had this row.
    Remove(Box<Row>),
    /// Bring a removed document back.
    UndoRemove(DocumentId),
    /// Delete the stored runs that quote a removed document.
    DeleteQuoting(DocumentId),
    /// Bring back the runs that were deleted last.
    UndoDeleteRuns,
    /// Make the indexes of recipes beside the first, from now on.
    FollowIndexes,
    /// Embed what the chosen embedder has not embedded.
    Renew,
    /// Open a document in the viewer.
    OpenDocument(DocumentId, Option<Focus>),
    /// Take in what another tab has broadcast.
    Receive(Vec<u8>),
}

/// Does what an action says.
pub type Perform = fn(AppState, Action);

/// The code for actions, and the actions that wait for it.
#[derive(Clone, Copy)]
pub struct Actions {
    perform: StoredValue<Option<Perform>>,
    waiting: StoredValue<Vec<Action>, LocalStorage>,
    /// Counts what has wanted the code: while it is not 0, somebody has to load it.
    pub wanted: RwSignal<u32>,
}

impl Default for Actions {
    fn default() -> Self {
        Self {
            perform: StoredValue::new(None),
            waiting: StoredValue::new_local(Vec::new()),
            wanted: RwSignal::new(0),
        }
    }
}

impl AppState {
    /// Does something, as soon as the code for it is loaded.
    pub fn act(self, action: Action) {
        match self.actions.perform.get_value() {
            Some(perform) => perform(self, action),
            None => {
                // Pressed again because nothing seems to happen.
                let is_again = |waiting: &Vec<Action>| {
                    matches!(action, Action::Ask) && matches!(waiting.last(), Some(Action::Ask))
                };
                if !self.actions.waiting.with_value(is_again) {
                    self.act_later(action);
                }
                self.actions.wanted.update(|count| *count += 1);
            }
        }
    }

    /// Whether the code for actions is here.
    pub(in crate::state) fn is_loaded(self) -> bool {
        self.actions.perform.get_value().is_some()
    }

    /// Does something when the code for it is loaded, without hurry.
    pub(in crate::state) fn act_later(self, action: Action) {
        match self.actions.perform.get_value() {
            Some(perform) => perform(self, action),
            None => self.actions.waiting.update_value(|waiting| waiting.push(action)),
        }
    }

    /// The code for actions is here: does what has been waiting for it.
    pub fn actions_loaded(self, perform: Perform) {
        self.actions.perform.set_value(Some(perform));
        let waiting = self.actions.waiting.try_update_value(std::mem::take).unwrap_or_default();
        waiting.into_iter().for_each(|action| perform(self, action));
    }

    /// The code for actions does not come: says so where a person is waiting for it, and does not surprise them later.
    pub fn actions_failed(self) {
        let is_for_person = |action: &Action| {
            let own = matches!(
                action,
                Action::Work
                    | Action::Receive(_)
                    | Action::PriceColumns
                    | Action::TidyHistory
                    | Action::FollowIndexes
                    | Action::KeepFocus
                    | Action::Press(_)
            );
            !own
        };
        let mut given_up = 0;
        self.actions.waiting.update_value(|waiting| {
            given_up = waiting.extract_if(.., |action| is_for_person(action)).count();
        });
        if given_up > 0 {
            self.session.notice.set(Some(notice::not_loaded()));
        }
    }
}

/// Does what an action says. Everything that only this reaches stays out of the first view's wasm.
pub fn perform(state: AppState, action: Action) {
    match action {
        Action::Press(event) => state.press(&event),
        Action::KeepFocus => state.keep_focus(),
        Action::Prepare => state.prepare(),
        Action::Ask => state.ask(),
        Action::AskAgain => state.ask_again(),
        Action::StopAll => state.stop_all(),
        Action::Stop(id) => state.stop(id),
        Action::RunAgain(id) => state.run_again(id),
        Action::RunWithout(id, parameter) => state.run_without(id, &parameter),
        Action::AddBaseline(id) => drop(state.add_baseline(id)),
        Action::DuplicateColumn(id) => state.duplicate_column(id),
        Action::MoveColumn(id, step) => state.move_column(id, step),
        Action::PlaceColumn(id, target) => state.place_column_at(id, target),
        Action::UndoRemoveColumn => state.undo_remove_column(),
        Action::AddSmolLm2 => state.add_smollm2(),
        Action::CopyAnswer(id) => state.copy_answer(id),
        Action::SetThumb(id, thumb) => state.set_thumb(id, thumb),
        Action::SetNote(id, note) => state.set_note(id, note),
        Action::StarRun(star) => state.change_shown_run(|run| run.star = star),
        Action::CloseRun => state.close_run(),
        Action::LoadHistory => state.load_history(),
        Action::TidyHistory => state.tidy_history(),
        Action::PriceColumns => state.price_columns(),
        Action::AddFiles(files) => state.add_files(files),
        Action::TrySample => state.try_sample(),
        Action::Work => state.work(),
        Action::Cancel(id) => state.cancel(id),
        Action::Retry(id, password) => state.retry(id, password),
        Action::Remove(row) => state.remove_row(*row),
        Action::UndoRemove(id) => state.undo_remove(id),
        Action::DeleteQuoting(id) => state.delete_quoting(id),
        Action::UndoDeleteRuns => state.undo_delete_runs(),
        Action::FollowIndexes => state.follow_indexes(),
        Action::Renew => state.renew(),
        Action::OpenDocument(id, focus) => state.open_document(id, focus),
        Action::Receive(bytes) => state.receive(&bytes),
    }
}
