use super::column_view::ColumnView;
use super::columns::asked;
use super::session::{AnswerOf, RunHead, Session};
use crate::browser::clock::{epoch_millis, now_millis, random};
use crate::run::{Command, Conductor, Turn, joined};
use crate::state::{AppState, Cell, NamedRecipe, Settings};
use crate::types::{Column, ColumnId, ModelRef, Run, RunId, Thumb};
use leptos::prelude::*;

impl AppState {
    /// One question over all columns: evidence is retrieved once, then every column answers.
    pub fn ask(self) {
        let question = self.session.question.get_untracked().trim().to_owned();
        if question.is_empty() {
            return;
        }
        if self.comparison.open.get_untracked() {
            return self.compare_retrieval();
        }
        self.clear_earlier();
        let columns = self.settings.with_untracked(|settings| settings.columns.clone());
        self.start_run(Run { question, ..self.new_run() }, columns);
    }

    /// Asks the question of the run on the screen again: retrieves with the settings of today, and answers beside the old answers.
    pub fn ask_again(self) {
        let Some(earlier) = self
            .session
            .conductor
            .with_value(|conductor| conductor.as_ref().map(|conductor| conductor.run().clone()))
        else {
            return;
        };
        self.stop_all();
        let columns = self.session.columns.cells_now();
        let columns: Vec<Column> =
            columns.iter().map(|cell| cell.value.with_untracked(|view| view.column.clone())).collect();
        let mut earlier = earlier;
        earlier.interrupt();
        let run = Run { question: earlier.question.clone(), again_of: Some(earlier.id), ..self.new_run() };
        self.show_earlier(earlier);
        self.start_run(run, columns);
    }

    /// Asks a question that follows up on the run on the screen, over the chosen columns.
    pub fn follow_up(self, question: String, columns: &[ColumnId]) {
        let Some(before) = self.session.run_id() else { return };
        let chosen: Vec<Column> = self
            .session
            .columns
            .cells_now()
            .into_iter()
            .filter(|cell| columns.contains(&cell.key))
            .map(|cell| cell.value.with_untracked(|view| view.column.clone()))
            .collect();
        self.clear_earlier();
        self.session.question.set(question.clone());
        self.start_run(Run { question, follow_up_of: Some(before), ..self.new_run() }, chosen);
    }

    /// The question of the run on the screen and a follow-up in one.
    pub fn joined_with_run(self, follow_up: &str) -> String {
        let joined = self
            .session
            .conductor
            .with_value(|conductor| conductor.as_ref().map(|conductor| joined(conductor.run(), follow_up)));
        joined.unwrap_or_else(|| follow_up.trim().to_owned())
    }

    fn new_run(self) -> Run {
        let started_millis = epoch_millis();
        // 16 bits are enough to tell tabs apart within a millisecond.
        let id = RunId::new(started_millis, (random() * 65_536.0) as u16);
        Run { id, started_millis, ..Run::default() }
    }

    /// Starts the workers that an answer will need, so that its first token does not wait for them.
    pub(in crate::state) fn prepare(self) {
        let services = self.services();
        services.painter.start();
        let is_remote = |column: &Column| matches!(column.model, ModelRef::Remote { .. });
        if self.settings.with_untracked(|settings| settings.columns.iter().any(is_remote)) {
            services.courier.start();
        }
    }

    fn start_run(self, run: Run, columns: Vec<Column>) {
        self.stop_all();
        self.session.notice.set(None);
        self.prepare();
        let asked = self.settings.with_untracked(|settings| {
            self.session.show_columns(settings, columns.clone());
            columns.into_iter().map(|column| asked(settings, column)).collect::<Vec<_>>()
        });
        let recipes = self.settings.with_untracked(|settings| {
            let of = |named: &NamedRecipe| (named.id, named.recipe.clone());
            // With no column at all the first recipe's evidence is what there is to see.
            let many = if asked.is_empty() { 1 } else { settings.recipes.count() };
            settings.recipes.iter().take(many).map(of).collect()
        });
        let (mut conductor, commands) = Conductor::start(run, recipes, asked);
        self.settings.with_untracked(|settings| name_retrievals(conductor.run_mut(), settings));
        self.session.conductor.set_value(Some(conductor));
        self.set_head(false);
        self.begin_turns();
        self.carry_out(commands);
        self.show_head();
        self.store_run();
    }

    /// Puts a stored run on the screen as it was.
    pub(in crate::state) fn show_run(self, run: Run) {
        self.stop_all();
        self.clear_earlier();
        let conductor = Conductor::reopen(run);
        let run = conductor.run().clone();
        self.session.conductor.set_value(Some(conductor));
        self.session.expanded.set(None);
        self.session.removed.set(None);
        self.session.columns.replace(views(&run), ColumnView::is_same_column);
        self.set_head(true);
        self.render_stored(&run, self.session.columns.cells_now(), AnswerOf::Run);
    }

    /// Leaves a run from history: the columns of today, not asked yet.
    pub fn close_run(self) {
        self.stop_all();
        self.clear_earlier();
        self.session.conductor.set_value(None);
        self.session.head.set(None);
        self.settings
            .with_untracked(|settings| self.session.show_columns(settings, settings.columns.clone()));
    }

    fn show_earlier(self, run: Run) {
        self.session.earlier.replace(views(&run), ColumnView::is_same_column);
        self.render_stored(&run, self.session.earlier.cells_now(), AnswerOf::Earlier);
        self.session.earlier_run.set_value(Some(run));
    }

    fn clear_earlier(self) {
        self.session.earlier.replace(Vec::new(), ColumnView::is_same_column);
        self.session.earlier_run.set_value(None);
    }

    /// Has the answers of a stored run rendered.
    fn render_stored(self, run: &Run, cells: Vec<Cell<ColumnId, ColumnView>>, of: fn(ColumnId) -> AnswerOf) {
        let painter = self.services().painter;
        for cell in cells {
            if let Some(answer) = run.answer(cell.key) {
                self.begin_painting(&painter, &cell.value, of(cell.key));
                painter.push_answer(&cell.value, &answer.answer);
            }
        }
    }

    /// Asks one column again, over the frozen evidence of the run.
    pub fn run_again(self, id: ColumnId) {
        self.conduct(|conductor| conductor.ask_column(id, elapsed(self.session, id)));
        self.show_head();
    }

    /// Stops one column; what it has said stays.
    pub fn stop(self, id: ColumnId) {
        self.conduct(|conductor| conductor.stop(id, elapsed(self.session, id)));
        self.show_head();
    }

    /// Stops the search and all columns.
    pub fn stop_all(self) {
        self.conduct(|conductor| conductor.stop_all(|id| elapsed(self.session, id)));
        self.show_head();
    }

    /// Asks one column again without a parameter that its model does not take, and remembers that.
    pub fn run_without(self, id: ColumnId, parameter: &str) {
        if let Some(ModelRef::Remote { endpoint, model }) =
            self.session.columns.value(&id).map(|view| view.column.model)
        {
            self.set(|settings| settings.omit(endpoint, &model, parameter));
            self.run_again(id);
        }
    }

    /// Writes a note on an answer.
    pub fn set_note(self, id: ColumnId, note: String) {
        self.annotate(id, |answer| answer.note = note);
    }

    /// Judges an answer; the same thumb again takes it back.
    pub fn set_thumb(self, id: ColumnId, thumb: Thumb) {
        self.annotate(id, |answer| answer.thumb = (answer.thumb != Some(thumb)).then_some(thumb));
    }

    fn annotate(self, id: ColumnId, change: impl FnOnce(&mut crate::types::RunAnswer)) {
        self.session.conductor.update_value(|conductor| {
            if let Some(answer) = conductor.as_mut().and_then(|conductor| conductor.run_mut().answer_mut(id))
            {
                change(answer);
            }
        });
        self.mirror_column(id);
        self.store_run();
    }

    /// Tells the conductor something and carries out what it wants.
    pub(in crate::state) fn conduct(self, event: impl FnOnce(&mut Conductor) -> Vec<Command>) {
        let mut commands = Vec::new();
        self.session.conductor.update_value(|conductor| {
            if let Some(conductor) = conductor {
                commands = event(conductor);
            }
        });
        self.begin_turns();
        self.carry_out(commands);
    }

    /// A column whose turn is new begins it on the screen.
    fn begin_turns(self) {
        for cell in self.session.columns.cells_now() {
            let turn = self.session.conductor.with_value(|conductor| {
                conductor.as_ref().map(|conductor| conductor.turn(cell.key)).unwrap_or_default()
            });
            if turn != Turn::default() && cell.value.with_untracked(|view| view.turn != turn) {
                cell.value.update(|view| view.begin(turn, now_millis()));
            }
        }
    }

    fn carry_out(self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Search(recipe) => self.search(recipe),
                Command::CancelSearch(recipe) => self.cancel_search(recipe),
                Command::Ask { column, turn, evidence } => self.dispatch(column, turn, evidence),
                Command::Stop { column, .. } => self.stop_call(column),
                Command::Ended(column) => {
                    self.mirror_column(column);
                    self.announce(column);
                    self.store_run();
                }
                Command::Store => self.store_run(),
            }
        }
    }

    /// Shows what the conductor holds of a column.
    pub(in crate::state) fn mirror_column(self, id: ColumnId) {
        let Some(cell) = self.session.columns.find(&id) else { return };
        self.mirror_untracked(&cell.value, id);
        cell.value.notify();
    }

    /// The same, without running what follows the view.
    pub(in crate::state) fn mirror_untracked(self, view: &ArcRwSignal<ColumnView>, id: ColumnId) {
        self.session.conductor.with_value(|conductor| {
            if let Some(answer) = conductor.as_ref().and_then(|conductor| conductor.run().answer(id)) {
                view.update_untracked(|view| view.mirror(answer));
            }
        });
    }

    fn set_head(self, from_history: bool) {
        let head = self.session.conductor.with_value(|conductor| {
            conductor.as_ref().map(|conductor| RunHead::of(conductor.run(), from_history))
        });
        self.session.head.set(head);
    }

    /// Shows what the conductor holds of the run beside its answers.
    pub(in crate::state) fn show_head(self) {
        let from_history =
            self.session.head.with_untracked(|head| head.as_ref().is_some_and(|head| head.from_history));
        self.set_head(from_history);
    }

    /// Says to a screen reader that a column has ended.
    fn announce(self, id: ColumnId) {
        let ended = self.session.columns.value(&id).and_then(|view| Some((view.name.clone(), view.state()?)));
        if let Some((name, state)) = ended {
            self.session.announcement.set(format!("{name}: {}", crate::messages::text(state.name())));
        }
    }
}

/// The columns of a stored run.
fn views(run: &Run) -> Vec<(ColumnId, ColumnView)> {
    let view = |answer: &crate::types::RunAnswer| {
        let id = answer.column.id;
        let mut view = ColumnView::new(answer.column.clone(), answer.name.clone(), answer.place.clone());
        view.evidence = run.evidence_of(id).cloned();
        view.mirror(answer);
        (id, view)
    };
    run.answers.iter().map(view).collect()
}

/// How long the column's turn has taken.
fn elapsed(session: Session, id: ColumnId) -> f64 {
    session
        .columns
        .find(&id)
        .map_or(0.0, |cell| now_millis() - cell.value.with_untracked(|view| view.started_millis))
}

/// Notes the names that recipes have now with what they retrieve.
pub(super) fn name_retrievals(run: &mut Run, settings: &Settings) {
    for retrieval in run.retrievals.iter_mut().filter(|retrieval| retrieval.name.is_empty()) {
        settings.recipes.get(retrieval.id).name().clone_into(&mut retrieval.name);
    }
}
