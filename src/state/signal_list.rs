use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// A value of its own among others, named by a key.
pub struct Cell<K, T> {
    /// Its name; never changes.
    pub key: K,
    /// Tells it from every other cell of the list, also from earlier ones of the same name.
    pub serial: u32,
    /// Its value.
    pub value: ArcRwSignal<T>,
}

impl<K: Clone, T> Clone for Cell<K, T> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), serial: self.serial, value: self.value.clone() }
    }
}

impl<K, T: Send + Sync + 'static> Cell<K, T> {
    fn new(key: K, value: T) -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        Self { key, serial: LAST.fetch_add(1, Ordering::Relaxed), value: ArcRwSignal::new(value) }
    }
}

/// A list of cells: adding and removing repaints the list, a change of one repaints one.
pub struct SignalList<K: 'static, T: 'static>(RwSignal<Vec<Cell<K, T>>>);

impl<K, T> Clone for SignalList<K, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, T> Copy for SignalList<K, T> {}

impl<K, T> Default for SignalList<K, T>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    T: Send + Sync + 'static,
{
    fn default() -> Self {
        Self(RwSignal::new(Vec::new()))
    }
}

impl<K, T> SignalList<K, T>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// The cells; tracks adding and removing.
    pub fn cells(self) -> Vec<Cell<K, T>> {
        self.0.get()
    }

    /// The cells as they are now.
    pub fn cells_now(self) -> Vec<Cell<K, T>> {
        self.0.get_untracked()
    }

    /// How many; tracks adding and removing.
    pub fn len(self) -> usize {
        self.0.with(Vec::len)
    }

    /// Whether there is none; tracks adding and removing.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The cell of that name.
    pub fn find(self, key: &K) -> Option<Cell<K, T>> {
        self.0.with_untracked(|cells| cells.iter().find(|cell| cell.key == *key).cloned())
    }

    /// The value of that name as it is now.
    pub fn value(self, key: &K) -> Option<T> {
        self.find(key).map(|cell| cell.value.get_untracked())
    }

    /// Reads the value of that name as it is now.
    pub fn with<R>(self, key: &K, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.find(key).map(|cell| cell.value.with_untracked(read))
    }

    /// Adds a cell, or replaces the value of the one of that name.
    pub fn put(self, key: K, value: T) {
        match self.find(&key) {
            Some(cell) => cell.value.set(value),
            None => self.0.update(|cells| cells.push(Cell::new(key, value))),
        }
    }

    /// Adds a cell at a place, at the end where there is no such place.
    pub fn insert(self, at: usize, key: K, value: T) {
        self.0.update(|cells| cells.insert(at.min(cells.len()), Cell::new(key, value)));
    }

    /// Moves the cell of that name to a place; the cell itself stays.
    pub fn place(self, key: &K, to: usize) {
        self.0.update(|cells| {
            if let Some(from) = cells.iter().position(|cell| cell.key == *key) {
                let cell = cells.remove(from);
                cells.insert(to.min(cells.len()), cell);
            }
        });
    }

    /// Puts other values in place of all. A cell stays, with its new value, where `is_same` says that it shows the same thing.
    pub fn replace(self, values: Vec<(K, T)>, is_same: impl Fn(&T, &T) -> bool) {
        let before = self.cells_now();
        let cell = |(key, value): (K, T)| {
            let known = before.iter().find(|cell| cell.key == key);
            match known.filter(|cell| cell.value.with_untracked(|before| is_same(before, &value))) {
                Some(cell) => {
                    cell.value.set(value);
                    cell.clone()
                }
                None => Cell::new(key, value),
            }
        };
        self.0.set(values.into_iter().map(cell).collect());
    }

    /// Changes the value of that name, if there is one.
    pub fn change(self, key: &K, change: impl FnOnce(&mut T)) {
        if let Some(cell) = self.find(key) {
            cell.value.update(change);
        }
    }

    /// Puts another cell in the place of one; where there is one of that name already, only the old one goes.
    pub fn rename(self, from: &K, to: K, value: T) {
        if let Some(cell) = self.find(&to) {
            cell.value.set(value);
            return self.remove(from);
        }
        let cell = Cell::new(to, value);
        self.0.update(|cells| match cells.iter_mut().find(|cell| cell.key == *from) {
            Some(place) => *place = cell,
            None => cells.push(cell),
        });
    }

    /// Puts the cells in the order of their values.
    pub fn sort_by_key<O: Ord>(self, order: impl Fn(&T) -> O) {
        self.0.update(|cells| cells.sort_by_key(|cell| cell.value.with_untracked(&order)));
    }

    /// Has what follows the list look at it again: something that its values share has changed.
    pub fn touch(self) {
        self.0.update(|_| {});
    }

    /// Takes a cell out.
    pub fn remove(self, key: &K) {
        self.0.update(|cells| cells.retain(|cell| cell.key != *key));
    }
}
