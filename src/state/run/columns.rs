use super::column_view::ColumnView;
use super::conduct::name_retrievals;
use crate::run::Asked;
use crate::state::settings::{MAX_COLUMNS, MAX_GRID, Planned, Settings, Variation};
use crate::state::{Action, AppState};
use crate::types::{Column, ColumnId, ModelRef};
use leptos::prelude::*;

/// A column that was removed, as long as that can be undone.
#[derive(Clone, Debug)]
pub struct RemovedColumn {
    column: Column,
    /// The name the person gave it.
    custom_name: Option<String>,
    /// Its place among the columns.
    at: usize,
    /// What it showed.
    view: ColumnView,
    /// There were more columns than fit side by side.
    was_in_grid: bool,
}

impl RemovedColumn {
    /// Its name on the screen.
    pub fn name(&self) -> &str {
        &self.view.name
    }
}

impl AppState {
    /// A number that no column has, neither of the settings nor of the run on the screen, which may be from history.
    pub fn new_column_id(self) -> ColumnId {
        let shown = self.session.columns.cells_now().iter().map(|cell| cell.key.0).max().unwrap_or(0);
        let id = self.settings.with_untracked(crate::state::Settings::next_column_id);
        ColumnId(id.0.max(shown + 1))
    }

    /// Adds a column of the small model that runs in the tab.
    pub fn add_smollm2(self) {
        self.add_column(Column::new(self.new_column_id(), ModelRef::SmolLm2));
    }

    /// Adds a column; at most eight. Gives whether there was room.
    pub fn add_column(self, column: Column) -> bool {
        if self.settings.with_untracked(|settings| settings.columns.len()) >= MAX_COLUMNS {
            return false;
        }
        self.put_column(column);
        true
    }

    /// Makes the columns of a variation, and the recipes that they need; as many as there is room for. Gives how many.
    pub fn vary(self, variation: &Variation) -> usize {
        let planned = self.settings.with_untracked(|settings| settings.planned(variation));
        let mut made = 0;
        for Planned { mut column, recipe } in planned {
            if self.settings.with_untracked(|settings| settings.columns.len()) >= MAX_GRID {
                break;
            }
            if let Some((name, recipe)) = recipe {
                let mut id = None;
                self.set(|settings| {
                    let known =
                        settings.recipes.iter().find(|named| named.recipe == recipe).map(|named| named.id);
                    id = known.or_else(|| settings.recipes.add(&name, recipe));
                });
                let Some(id) = id else { break };
                column.recipe = id;
            }
            column.id = self.new_column_id();
            self.put_column(column);
            made += 1;
        }
        made
    }

    fn put_column(self, column: Column) {
        self.set(|settings| settings.columns.push(column.clone()));
        let asked = self.settings.with_untracked(|settings| asked(settings, column));
        self.session.columns.put(
            asked.column.id,
            ColumnView::new(asked.column.clone(), asked.name.clone(), asked.place.clone()),
        );
        self.price_columns();
        // A column added to a run joins it, over the same evidence.
        let recipe = self.settings.with_untracked(|settings| settings.recipe_of(&asked.column).clone());
        self.conduct(|conductor| {
            let commands = conductor.add_with(asked, recipe);
            self.settings.with_untracked(|settings| name_retrievals(conductor.run_mut(), settings));
            commands
        });
        self.show_head();
    }

    /// Shows the columns that the settings have: another tab has added or removed some. One with an answer stays, and so do
    /// the columns of a run from history.
    pub(in crate::state) fn sync_columns(self) {
        if self.session.head.with_untracked(|head| head.as_ref().is_some_and(|head| head.from_history)) {
            return;
        }
        let wanted = self.settings.with_untracked(|settings| settings.columns.clone());
        for cell in self.session.columns.cells_now() {
            let has_answer = cell.value.with_untracked(|view| view.head.is_some());
            if !has_answer && wanted.iter().all(|column| column.id != cell.key) {
                self.session.columns.remove(&cell.key);
            }
        }
        for (at, column) in wanted.into_iter().enumerate() {
            let id = column.id;
            let (name, place) = self.settings.with_untracked(|settings| settings.column_name(&column));
            match self.session.columns.with(&id, |view| view.name == name) {
                Some(true) => {}
                Some(false) => self.show_name(id, name),
                None => self.session.columns.put(id, ColumnView::new(column, name, place)),
            }
            let is_there = self.session.columns.cells_now().get(at).is_some_and(|cell| cell.key == id);
            if !is_there {
                self.session.columns.place(&id, at);
            }
        }
        self.price_columns();
    }

    /// The same model without the documents, one click away.
    pub fn add_baseline(self, id: ColumnId) -> bool {
        match self.session.columns.value(&id) {
            Some(view) => {
                self.add_column(Column { id: self.new_column_id(), with_documents: false, ..view.column })
            }
            None => false,
        }
    }

    /// Takes a column off the screen, until it is undone. A stored run keeps its answer.
    pub fn remove_column(self, id: ColumnId) {
        let Some(view) = self.session.columns.value(&id) else { return };
        if view.is_under_way() {
            self.act(Action::Stop(id));
        }
        let shown = self.session.columns.cells_now();
        let at = shown.iter().position(|cell| cell.key == id).unwrap_or(0);
        let was_in_grid = shown.len() > MAX_COLUMNS;
        let custom_name = self.settings.with_untracked(|settings| settings.custom_name(id));
        self.session.columns.remove(&id);
        self.session.expanded.update(|expanded| *expanded = expanded.filter(|shown| *shown != id));
        let column = view.column.clone();
        self.session.removed.set(Some(RemovedColumn { column, custom_name, at, view, was_in_grid }));
        self.set(|settings| settings.remove_column(id));
    }

    /// Puts the column that was removed last back in its place, with its answer.
    pub fn undo_remove_column(self) {
        let Some(removed) = self.session.removed.get_untracked() else { return };
        let RemovedColumn { column, custom_name, at, view, was_in_grid } = removed;
        let mut fits = false;
        self.set(|settings| {
            // It comes back into the grid it was taken from, but does not make one of eight columns.
            let most = if was_in_grid { MAX_GRID } else { MAX_COLUMNS };
            fits = settings.insert_column(at, column.clone(), most);
            if let (true, Some(name)) = (fits, &custom_name) {
                settings.rename_column(column.id, name);
            }
        });
        if fits {
            self.session.columns.insert(at, column.id, view);
            // What it said while it was gone, its end at least.
            self.mirror_column(column.id);
            self.session.removed.set(None);
        }
    }

    /// Adds the same column again, to be changed.
    pub fn duplicate_column(self, id: ColumnId) {
        let Some(view) = self.session.columns.value(&id) else { return };
        let copy = Column { id: self.new_column_id(), ..view.column };
        let copy_id = copy.id;
        if self.add_column(copy) {
            let at = self.session.columns.cells_now().iter().position(|cell| cell.key == id);
            self.place_column(copy_id, at.map_or(0, |at| at + 1));
        }
    }

    /// Moves a column to another place among the columns.
    pub fn place_column(self, id: ColumnId, to: usize) {
        self.session.columns.place(&id, to);
        let order: Vec<ColumnId> = self.session.columns.cells_now().iter().map(|cell| cell.key).collect();
        self.set(|settings| settings.order_columns(&order));
    }

    /// Moves a column to where another one is.
    pub fn place_column_at(self, id: ColumnId, target: ColumnId) {
        let at = self.session.columns.cells_now().iter().position(|cell| cell.key == target);
        if let Some(at) = at.filter(|_| id != target) {
            self.place_column(id, at);
        }
    }

    /// Moves a column by one place.
    pub fn move_column(self, id: ColumnId, step: Step) {
        let at = self.session.columns.cells_now().iter().position(|cell| cell.key == id);
        let Some(at) = at else { return };
        match step {
            Step::Left => self.place_column(id, at.saturating_sub(1)),
            Step::Right => self.place_column(id, at + 1),
        }
    }

    /// Gives a column a name of the person's; an empty one gives it the model's name back.
    pub fn rename_column(self, id: ColumnId, name: &str) {
        self.set(|settings| settings.rename_column(id, name));
        let column = self.settings.with_untracked(|settings| {
            settings
                .columns
                .iter()
                .find(|column| column.id == id)
                .map(|column| settings.column_name(column).0)
        });
        let Some(name) = column else { return };
        self.show_name(id, name.clone());
        self.session.conductor.update_value(|conductor| {
            if let Some(answer) = conductor.as_mut().and_then(|conductor| conductor.run_mut().answer_mut(id))
            {
                answer.name = name;
            }
        });
        self.store_run();
    }

    fn show_name(self, id: ColumnId, name: String) {
        self.session.columns.change(&id, |view| view.name = name);
        // Of two of the same name, both are numbered.
        self.session.columns.touch();
    }

    /// Renames a column, and puts an edited one in its place where more than the name is another.
    pub fn edit_column(self, before: &Column, after: Column, name: &str) {
        self.rename_column(before.id, name);
        if (Column { id: before.id, ..after.clone() }) != *before {
            self.replace_column(before.id, after);
        }
    }

    /// Puts an edited column in the place of one. It is another column: an answer stays with the column that gave it, in
    /// history.
    pub fn replace_column(self, id: ColumnId, column: Column) {
        let at = self.session.columns.cells_now().iter().position(|cell| cell.key == id);
        let name = self.settings.with_untracked(|settings| settings.custom_name(id));
        self.remove_column(id);
        self.session.removed.set(None);
        let new = column.id;
        if self.add_column(column) {
            self.place_column(new, at.unwrap_or(0));
            if let Some(name) = name {
                self.rename_column(new, &name);
            }
        }
    }

    /// Puts the columns of a set on the screen in place of those that are there.
    pub fn load_column_set(self, name: &str) {
        self.act(Action::StopAll);
        self.set(|settings| settings.load_set(name));
        self.close_run();
        self.price_columns();
    }
}

/// To which side a column moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Towards the first column.
    Left,
    /// Towards the last one.
    Right,
}

/// A column as the conductor is given it.
pub(in crate::state) fn asked(settings: &Settings, mut column: Column) -> Asked {
    // Its own may have been deleted.
    column.recipe = settings.recipes.get(column.recipe).id;
    let (name, place) = settings.column_name(&column);
    Asked { column, name, place }
}
