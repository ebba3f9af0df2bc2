use super::column_view::ColumnView;
use super::columns::RemovedColumn;
use super::once::Stopper;
use crate::run::Conductor;
use crate::state::{Settings, SignalList};
use crate::types::{Answer, Column, ColumnId, Evidence, RecipeId, Retrieval, Run, RunId, UserError};
use leptos::prelude::*;
use std::sync::Arc;

/// The run on the screen: the conductor holds it, signals mirror what is drawn.
#[derive(Clone, Copy)]
pub struct Session {
    /// The question as typed.
    pub question: RwSignal<String>,
    /// The run without its answers; nothing before the first question.
    pub head: RwSignal<Option<RunHead>>,
    /// The columns, in order.
    pub columns: SignalList<ColumnId, ColumnView>,
    /// The answers of the run that was asked again, in order.
    pub earlier: SignalList<ColumnId, ColumnView>,
    /// The column that was removed last, while that can be undone.
    pub removed: RwSignal<Option<RemovedColumn>>,
    /// The column shown alone.
    pub expanded: RwSignal<Option<ColumnId>>,
    /// What a screen reader says.
    pub announcement: RwSignal<String>,
    /// Something about the day's spending.
    pub notice: RwSignal<Option<UserError>>,
    /// The searches that are under way.
    pub(in crate::state) searches: StoredValue<Vec<(RecipeId, Stopper)>, LocalStorage>,
    pub(in crate::state) conductor: StoredValue<Option<Conductor>, LocalStorage>,
    pub(in crate::state) earlier_run: StoredValue<Option<Run>, LocalStorage>,
}

/// What is drawn of a run beside its answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunHead {
    /// The run.
    pub id: RunId,
    /// The person's name for it.
    pub name: Option<String>,
    /// Marked by the person.
    pub star: bool,
    /// The question.
    pub question: String,
    /// When it was asked, in milliseconds since 1970.
    pub started_millis: u64,
    /// The run it follows up on.
    pub follow_up_of: Option<RunId>,
    /// The run of which it asks the question again.
    pub again_of: Option<RunId>,
    /// What each recipe retrieved.
    pub retrievals: Vec<Retrieval>,
    /// It was opened from history.
    pub from_history: bool,
}

/// Whose answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerOf {
    /// A column's of the run on the screen.
    Run(ColumnId),
    /// A column's of the run that was asked again.
    Earlier(ColumnId),
}

impl AnswerOf {
    /// The column.
    pub fn column(self) -> ColumnId {
        match self {
            Self::Run(column) | Self::Earlier(column) => column,
        }
    }

    /// The name of a footnote of its answer, which no other element of the page has.
    pub fn note(self, label: &str) -> String {
        let answer = match self {
            Self::Run(column) => format!("{}", column.0),
            Self::Earlier(column) => format!("{}-earlier", column.0),
        };
        let label: String = label.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("note-{answer}-{label}")
    }

    /// The name of the references to it.
    pub fn note_reference(self, label: &str) -> String {
        format!("{}-reference", self.note(label))
    }
}

impl RunHead {
    pub(in crate::state) fn of(run: &Run, from_history: bool) -> Self {
        Self {
            id: run.id,
            name: run.name.clone(),
            star: run.star,
            question: run.question.clone(),
            started_millis: run.started_millis,
            follow_up_of: run.follow_up_of,
            again_of: run.again_of,
            retrievals: run.retrievals.clone(),
            from_history,
        }
    }

    /// The frozen evidence.
    pub fn evidence(&self) -> Option<&Arc<Evidence>> {
        self.retrievals.iter().find_map(Retrieval::evidence)
    }

    /// What is shown: what the `wanted` recipe retrieved, or the first that retrieved anything.
    pub fn shown(&self, wanted: Option<RecipeId>) -> Option<&Retrieval> {
        let mut found = self.retrievals.iter().filter(|retrieval| retrieval.evidence().is_some());
        found.clone().find(|retrieval| Some(retrieval.id) == wanted).or_else(|| found.next())
    }

    /// Whether a search waits for a model's queries.
    pub fn is_rewriting(&self) -> bool {
        let waits = |retrieval: &&Retrieval| retrieval.outcome.is_none() && retrieval.rewritten.is_none();
        self.retrievals.iter().filter(waits).any(|retrieval| retrieval.recipe.rewrite.is_some())
    }

    /// Whether evidence is being retrieved.
    pub fn is_searching(&self) -> bool {
        self.retrievals.iter().any(|retrieval| retrieval.outcome.is_none())
    }
}

impl Session {
    /// Whether the columns are today's: a run from history is shown as it was. Tracks it.
    pub fn is_of_today(self) -> bool {
        self.head.with(|head| head.as_ref().is_none_or(|head| !head.from_history))
    }

    pub(in crate::state) fn new(settings: &Settings) -> Self {
        let session = Self {
            question: RwSignal::new(String::new()),
            head: RwSignal::new(None),
            columns: SignalList::default(),
            earlier: SignalList::default(),
            removed: RwSignal::new(None),
            expanded: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            notice: RwSignal::new(None),
            searches: StoredValue::new_local(Vec::new()),
            conductor: StoredValue::new_local(None),
            earlier_run: StoredValue::new_local(None),
        };
        session.show_columns(settings, settings.columns.clone());
        session
    }

    /// Puts these columns on the screen, none of them asked yet.
    pub(in crate::state) fn show_columns(self, settings: &Settings, columns: Vec<Column>) {
        let views = columns.into_iter().map(|column| {
            let (name, place) = settings.column_name(&column);
            (column.id, ColumnView::new(column, name, place))
        });
        self.columns.replace(views.collect(), ColumnView::is_same_column);
        self.expanded.set(None);
        // What was removed from the run before does not come back into this one.
        self.removed.set(None);
    }

    /// Whether a search or a column is under way; tracks them all.
    pub fn is_busy(self) -> bool {
        let columns = self.columns.cells();
        // Every column must be read, or a change of the others would go unnoticed.
        let under_way = columns.iter().filter(|cell| cell.value.with(ColumnView::is_under_way)).count();
        let is_searching = self.head.with(|head| head.as_ref().is_some_and(RunHead::is_searching));
        under_way > 0 || is_searching
    }

    /// The name of a column that no other has; tracks the list.
    pub fn label(self, of: AnswerOf) -> String {
        let names: Vec<(ColumnId, String)> = self
            .columns
            .cells()
            .into_iter()
            .map(|cell| (cell.key, cell.value.with_untracked(|view| view.name.clone())))
            .collect();
        let own =
            |known: &SignalList<ColumnId, ColumnView>| known.with(&of.column(), |view| view.name.clone());
        let at = names.iter().position(|(id, _)| *id == of.column());
        let name = at.map(|at| distinct(&names, at)).or_else(|| own(&self.earlier)).unwrap_or_default();
        match of {
            AnswerOf::Run(_) => name,
            AnswerOf::Earlier(_) => t!("{name}, earlier answer", name = name),
        }
    }

    /// The run on the screen.
    pub fn run_id(self) -> Option<RunId> {
        self.head.with_untracked(|head| head.as_ref().map(|head| head.id))
    }

    /// Reads an answer with its text, where there is one. Not tracked: follow the view's head.
    pub fn with_answer<T>(self, of: AnswerOf, read: impl FnOnce(&Answer) -> T) -> Option<T> {
        let answer = |run: &Run| run.answer(of.column()).map(|answer| read(&answer.answer));
        match of {
            AnswerOf::Run(_) => self
                .conductor
                .with_value(|conductor| conductor.as_ref().and_then(|conductor| answer(conductor.run()))),
            AnswerOf::Earlier(_) => self.earlier_run.with_value(|run| run.as_ref().and_then(answer)),
        }
    }
}

/// The name at `at`, with a number where one before it has the same: `m`, `m (2)`.
fn distinct(names: &[(ColumnId, String)], at: usize) -> String {
    let mut given: Vec<String> = Vec::new();
    for (_, name) in names.iter().take(at + 1) {
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|label| !given.contains(label));
        given.extend(free);
    }
    given.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_the_same_are_told_apart() {
        let names = ["m", "n", "m", "m (2)", "m"].map(|name| (ColumnId(0), name.to_owned()));
        let labels: Vec<String> = (0..names.len()).map(|at| distinct(&names, at)).collect();
        assert_eq!(labels, ["m", "n", "m (2)", "m (2) (2)", "m (3)"]);
    }
}
