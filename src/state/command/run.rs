//! What each command does; all of it belongs to the deferred code.

use super::{Command, Context, Place, Press, Shortcuts};
use crate::browser::files;
use crate::state::focus::{Trail, focus, has_focus};
use crate::state::{Action, AnswerOf, AppState, Dialog, MAX_COLUMNS, Pane, RowState, Side};
use crate::types::ColumnId;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Where characters are text, or choose an option.
const FIELDS: &str = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])";

/// Whether the keyboard is a Mac's.
pub fn is_mac() -> bool {
    window()
        .navigator()
        .platform()
        .is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

/// The key of an event.
pub fn with_press<T>(event: &KeyboardEvent, read: impl FnOnce(Press<'_>) -> T) -> T {
    read(Press {
        key: &event.key(),
        ctrl: event.ctrl_key(),
        meta: event.meta_key(),
        alt: event.alt_key(),
        alt_graph: event.get_modifier_state("AltGraph"),
        shift: event.shift_key(),
        composing: event.is_composing(),
        mac: is_mac(),
    })
}

impl AppState {
    /// Does what a key is for, and keeps it from the browser.
    pub(in crate::state) fn press(self, event: &KeyboardEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let in_field = target.is_some_and(|target| target.closest(FIELDS).ok().flatten().is_some());
        let place = match (self.view.dialog.with_untracked(Option::is_some), in_field) {
            (true, _) => Place::Dialog,
            (false, true) => Place::Field,
            (false, false) => Place::Page,
        };
        let resolve = |shortcuts: &Shortcuts| with_press(event, |press| shortcuts.resolve(press, place));
        let command = self.settings.with_untracked(|settings| resolve(&settings.shortcuts));
        if let Some(command) = command {
            event.prevent_default();
            self.run_command(command);
        }
    }

    /// What the palette's list depends on.
    pub fn command_context(self) -> Context {
        let (panes, theme, shortcuts) =
            self.settings.with(|settings| (settings.panes, settings.theme, settings.shortcuts.clone()));
        let columns = self.session.columns.cells().into_iter();
        let rows = self.corpus.rows.cells().into_iter();
        let documents = rows.filter_map(|cell| {
            cell.value.with(|row| matches!(row.state, RowState::Ready(_)).then(|| (row.id, row.name.clone())))
        });
        Context {
            has_question: self.session.question.with(|text| !text.trim().is_empty()),
            is_busy: self.session.is_busy(),
            has_run: self.session.head.with(Option::is_some),
            is_of_today: self.session.is_of_today(),
            is_viewing: self.view.opened.with(Option::is_some),
            can_add_column: self.session.columns.len() < MAX_COLUMNS,
            can_try_sample: self.corpus.rows.is_empty() && self.sample.with(Option::is_some),
            has_sample: self.sample.get().is_some_and(|sample| self.has_sample(&sample)),
            panes,
            theme,
            columns: columns.map(|cell| (cell.key, self.session.label(AnswerOf::Run(cell.key)))).collect(),
            documents: documents.collect(),
            shortcuts,
        }
    }

    /// Does it.
    pub fn run_command(self, command: Command) {
        let open = |dialog| self.view.dialog.set(Some(dialog));
        match command {
            Command::Palette => open(Dialog::Palette),
            Command::Shortcuts => open(Dialog::Shortcuts),
            Command::FocusQuestion => self.focus_in(Pane::Ask, || document().get_element_by_id("question")),
            Command::Ask => self.ask(),
            Command::StopAll => self.stop_all(),
            Command::AskAgain => self.ask_again(),
            Command::FollowUp => open(Dialog::FollowUp),
            Command::ExportRun => open(Dialog::Export),
            Command::NextColumn => {
                self.focus_in(Pane::Ask, || neighbour(&columns(), &current_column(), true))
            }
            Command::PreviousColumn => {
                self.focus_in(Pane::Ask, || neighbour(&columns(), &current_column(), false));
            }
            Command::NextCitation => self.focus_in(Pane::Ask, || citation(true)),
            Command::PreviousCitation => self.focus_in(Pane::Ask, || citation(false)),
            Command::CloseDocument => self.view.close_viewer(),
            Command::AddColumn => open(Dialog::AddColumn),
            Command::CompareHosts => open(Dialog::Compare),
            Command::ColumnSets => open(Dialog::ColumnSets),
            Command::Recipes => open(Dialog::Recipes),
            Command::Vary => open(Dialog::Vary),
            Command::CompareRetrieval => self.comparison.open.update(|open| *open = !*open),
            Command::AddFiles => files::open_picker(files::FILE_PICKER),
            Command::PasteText => open(Dialog::Paste),
            Command::TrySample => self.try_sample(),
            Command::SampleQuestions => open(Dialog::Questions),
            Command::History => {
                self.load_history();
                open(Dialog::History);
            }
            Command::Providers => open(Dialog::Providers),
            Command::Settings => open(Dialog::Settings),
            Command::TogglePane(side) => self.toggle_pane(side),
            Command::NextTheme => self.set(|settings| settings.theme = settings.theme.next()),
            Command::GoToColumn(id) => self.go_to_column(id),
            Command::EditColumn(id) => open(Dialog::EditColumn(id)),
            Command::OpenDocument(id) => self.open_document(id, None),
        }
    }

    /// Gives the focus to the question, where it is in sight.
    pub(in crate::state) fn focus_question(self) {
        if let Some(question) = document().get_element_by_id("question") {
            focus(&question);
        }
    }

    fn toggle_pane(self, side: Side) {
        self.set(|settings| {
            let pane = settings.panes.pane_mut(side);
            pane.collapsed = !pane.collapsed;
        });
        self.view.pane.set(side.pane());
    }

    fn go_to_column(self, id: ColumnId) {
        // One that is shown alone hides the others.
        self.session.expanded.update(|expanded| *expanded = expanded.filter(|shown| *shown == id));
        self.focus_in(Pane::Ask, move || {
            document().query_selector(&format!("article[data-column=\"{}\"]", id.0)).ok().flatten()
        });
    }

    /// Gives the focus to something of a pane, at once or when the pane is shown.
    pub(in crate::state) fn focus_in(self, pane: Pane, find: impl Fn() -> Option<Element> + 'static) {
        self.view.pane.set(pane);
        let go = move || find().is_some_and(|element| focus(&element));
        if !go() {
            request_animation_frame(move || {
                go();
            });
        }
    }

    /// Gives the focus back to where it was before a dialog was opened, unless it is somewhere else by now.
    pub fn return_focus(self) {
        if self.view.dialog.with_untracked(Option::is_some) {
            return;
        }
        let trail = self.view.opener.try_update_value(Option::take).flatten();
        if !has_focus() {
            trail.unwrap_or_default().follow();
        }
    }

    /// Keeps in mind what had the focus before the first of the dialogs that follow each other.
    pub fn remember_opener(self) {
        if self.view.opener.with_value(Option::is_none) && has_focus() {
            self.view.opener.set_value(document().active_element().map(|element| Trail::of(&element)));
        }
    }

    /// Does what a key is for, when the code for it is loaded.
    pub fn hear_keys(self) {
        drop(window_event_listener(leptos::ev::keydown, move |event| {
            let is_character = event.key().chars().nth(1).is_none();
            if is_character && !event.default_prevented() {
                // Until the code is here, at least the browser's own search does not open.
                if (event.ctrl_key() || event.meta_key()) && event.key() == "k" && !self.is_loaded() {
                    event.prevent_default();
                }
                self.act(Action::Press(event));
            }
        }));
    }
}

fn all(within: Option<&Element>, selector: &str) -> Vec<Element> {
    let found = match within {
        Some(element) => element.query_selector_all(selector),
        None => document().query_selector_all(selector),
    };
    let list = found.ok();
    let nodes = list.iter().flat_map(|list| (0..list.length()).filter_map(|at| list.get(at)));
    nodes
        .filter_map(|node| node.dyn_into::<Element>().ok())
        .filter(|element| element.client_height() > 0)
        .collect()
}

fn columns() -> Vec<Element> {
    all(None, "article.column")
}

fn current_column() -> Option<Element> {
    document().active_element().and_then(|at| at.closest("article.column").ok().flatten())
}

/// The one after or before; the first or the last where the focus is on none of them, and no way round.
fn neighbour(list: &[Element], current: &Option<Element>, forward: bool) -> Option<Element> {
    let at = current.as_ref().and_then(|current| list.iter().position(|element| element == current));
    let next = match (at, forward) {
        (None, true) => 0,
        (None, false) => list.len().checked_sub(1)?,
        (Some(at), true) => at + 1,
        (Some(at), false) => at.checked_sub(1)?,
    };
    list.get(next).or(list.last()).cloned()
}

/// The citation after or before the focus, of the column with the focus, else of the first that has some.
fn citation(forward: bool) -> Option<Element> {
    let of = |column: &Element| all(Some(column), ".answer .cite[aria-label]:not(span)");
    let column = current_column().or_else(|| columns().into_iter().find(|column| !of(column).is_empty()))?;
    neighbour(&of(&column), &document().active_element(), forward)
}
