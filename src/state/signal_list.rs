use leptos::prelude::*;

/// A value of its own among others, named by a key.
pub struct Cell<K, T> {
    /// Its name; never changes.
    pub key: K,
    /// Its value.
    pub value: ArcRwSignal<T>,
}

impl<K: Clone, T> Clone for Cell<K, T> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), value: self.value.clone() }
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
            None => self.0.update(|cells| cells.push(Cell { key, value: ArcRwSignal::new(value) })),
        }
    }

    /// Changes the value of that name, if there is one.
    pub fn change(self, key: &K, change: impl FnOnce(&mut T)) {
        if let Some(cell) = self.find(key) {
            cell.value.update(change);
        }
    }

    /// Takes a cell out.
    pub fn remove(self, key: &K) {
        self.0.update(|cells| cells.retain(|cell| cell.key != *key));
    }
}
