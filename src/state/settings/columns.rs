//! The columns that the person keeps: their order, their names, and sets of them by name.

use super::{MAX_GRID, Settings};
use crate::types::{Column, ColumnId, PromptTemplate};
use serde::{Deserialize, Serialize};

/// Most sets that are kept.
const MAX_SETS: usize = 50;
/// Most characters of a name.
const NAME_CHARS: usize = 80;

/// Columns under a name, to be put on the screen again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnSet {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Names that the person gave columns of it.
    #[serde(default)]
    pub column_names: Vec<(ColumnId, String)>,
}

impl ColumnSet {
    /// The names of its columns for people.
    pub fn names(&self, settings: &Settings) -> Vec<String> {
        let name = |column: &Column| {
            let custom = self.column_names.iter().find(|(named, _)| *named == column.id);
            custom.map_or_else(|| settings.model_name(&column.model).0, |(_, name)| name.clone())
        };
        self.columns.iter().map(name).collect()
    }
}

impl Settings {
    /// A column's name for people, and where its model runs.
    pub fn column_name(&self, column: &Column) -> (String, String) {
        let (model, place) = self.model_name(&column.model);
        match self.custom_name(column.id) {
            Some(name) => (name, format!("{model} · {place}")),
            None => (model, place),
        }
    }

    /// The custom template of a column's prompt: its own, or the recipe's.
    pub fn template_of<'a>(&'a self, column: &'a Column) -> Option<&'a PromptTemplate> {
        column.prompt.as_ref().or(self.recipe_of(column).prompt.as_ref())
    }

    /// The name that the person gave a column.
    pub fn custom_name(&self, id: ColumnId) -> Option<String> {
        self.column_names.iter().find(|(named, _)| *named == id).map(|(_, name)| name.clone())
    }

    /// Gives a column a name; an empty one takes its name away.
    pub fn rename_column(&mut self, id: ColumnId, name: &str) {
        self.column_names.retain(|(named, _)| *named != id);
        if let Some(name) = clean(name) {
            self.column_names.push((id, name));
        }
    }

    /// Adds a column at a place, at the end where there is no such place, if there are then no more than `most`. Gives whether it did.
    pub fn insert_column(&mut self, at: usize, column: Column, most: usize) -> bool {
        if self.columns.len() >= most || self.columns.iter().any(|known| known.id == column.id) {
            return false;
        }
        self.columns.insert(at.min(self.columns.len()), column);
        true
    }

    /// Removes a column and its name.
    pub fn remove_column(&mut self, id: ColumnId) {
        self.columns.retain(|column| column.id != id);
        self.column_names.retain(|(named, _)| *named != id);
    }

    /// Puts the columns in the order of `ids`; what it does not name keeps its order, at the end.
    pub fn order_columns(&mut self, ids: &[ColumnId]) {
        let place = |column: &Column| ids.iter().position(|id| *id == column.id).unwrap_or(ids.len());
        self.columns.sort_by_key(place);
    }

    /// Keeps the columns as a set; one of the same name is replaced. Gives whether the name can be used.
    pub fn save_set(&mut self, name: &str) -> bool {
        let Some(name) = clean(name) else { return false };
        let set = ColumnSet { name, columns: self.columns.clone(), column_names: self.column_names.clone() };
        self.column_sets.retain(|known| known.name != set.name);
        self.column_sets.truncate(MAX_SETS - 1);
        self.column_sets.insert(0, set);
        true
    }

    /// Takes the columns of a set in place of those that are there, under numbers that none of them had: what is on the screen is
    /// another column's answer.
    pub fn load_set(&mut self, name: &str) {
        let Some(set) = self.column_sets.iter().find(|set| set.name == name).cloned() else { return };
        let ids = self.next_column_id().0..;
        self.columns.clear();
        self.column_names.clear();
        for (id, mut column) in ids.zip(set.columns.into_iter().take(MAX_GRID)) {
            let name = set.column_names.iter().find(|(named, _)| *named == column.id);
            column.id = ColumnId(id);
            self.column_names.extend(name.map(|(_, name)| (column.id, name.clone())));
            self.columns.push(column);
        }
    }

    /// Deletes a set.
    pub fn delete_set(&mut self, name: &str) -> Option<(usize, ColumnSet)> {
        let at = self.column_sets.iter().position(|set| set.name == name)?;
        Some((at, self.column_sets.remove(at)))
    }
}

/// A name without space around it, of bounded length; nothing where nothing is left.
pub(in crate::state) fn clean(name: &str) -> Option<String> {
    let name: String = name.trim().chars().take(NAME_CHARS).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::MAX_COLUMNS;
    use super::*;
    use crate::types::ModelRef;

    fn settings(ids: &[u32]) -> Settings {
        let mut settings = Settings::default();
        let quotes = settings.columns[0].clone();
        settings.columns = ids.iter().map(|id| Column { id: ColumnId(*id), ..quotes.clone() }).collect();
        settings
    }

    fn ids(settings: &Settings) -> Vec<u32> {
        settings.columns.iter().map(|column| column.id.0).collect()
    }

    #[test]
    fn a_name_is_the_persons_until_it_is_taken_away() {
        let mut settings = settings(&[1, 2]);
        settings.rename_column(ColumnId(2), "  Baseline, cold ");
        let named = settings.column_name(&settings.columns[1].clone());
        assert_eq!(named, ("Baseline, cold".into(), "Extractive quotes · built in, no model".into()));
        assert_eq!(settings.column_name(&settings.columns[0].clone()).0, "Extractive quotes");
        settings.rename_column(ColumnId(2), " ");
        assert_eq!(settings.custom_name(ColumnId(2)), None);
        settings.rename_column(ColumnId(2), "Again");
        settings.remove_column(ColumnId(2));
        assert!(settings.column_names.is_empty() && ids(&settings) == [1]);
    }

    #[test]
    fn columns_are_ordered_and_put_back_where_they_were() {
        let mut settings = settings(&[1, 2, 3]);
        settings.order_columns(&[ColumnId(3), ColumnId(1)]);
        assert_eq!(ids(&settings), [3, 1, 2]);
        let removed = settings.columns[1].clone();
        settings.remove_column(ColumnId(1));
        assert!(settings.insert_column(1, removed.clone(), MAX_COLUMNS));
        assert_eq!(ids(&settings), [3, 1, 2]);
        assert!(!settings.insert_column(0, removed, MAX_COLUMNS), "the same column twice");
    }

    #[test]
    fn no_more_columns_than_the_screen_takes() {
        let mut full = settings(&[1, 2, 3, 4, 5, 6, 7, 8]);
        let ninth = Column { id: ColumnId(9), ..full.columns[0].clone() };
        assert!(!full.insert_column(0, ninth.clone(), MAX_COLUMNS));
        assert!(full.insert_column(0, ninth, MAX_GRID), "in a grid there is room");
    }

    #[test]
    fn a_set_brings_its_columns_back_under_new_numbers() {
        let mut settings = settings(&[1, 2]);
        settings.columns[1].model = ModelRef::SmolLm2;
        settings.rename_column(ColumnId(2), "Small");
        assert!(!settings.save_set("  "));
        assert!(settings.save_set("Pair"));
        settings.remove_column(ColumnId(2));
        settings.load_set("nobody's");
        assert_eq!(ids(&settings), [1]);
        settings.load_set("Pair");
        assert_eq!(ids(&settings), [2, 3]);
        assert_eq!(settings.columns[1].model, ModelRef::SmolLm2);
        assert_eq!(settings.custom_name(ColumnId(3)).as_deref(), Some("Small"));
        settings.columns.truncate(1);
        assert!(settings.save_set("Pair"));
        assert_eq!(settings.column_sets.len(), 1);
        assert_eq!(settings.delete_set("Pair").map(|(at, set)| (at, set.columns.len())), Some((0, 1)));
        assert_eq!(settings.delete_set("Pair"), None);
    }
}
