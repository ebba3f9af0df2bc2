//! A stream of scores → the best `k`, best first.
//!
//! A bounded heap with the worst kept score as a threshold: nearly everything is refused by one comparison.
//! The result depends only on the set of entries, not on their order: ties go to the smaller key.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// A scored thing.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Greater is better; never NaN.
    pub score: f32,
    /// Breaks ties: the smaller key is better.
    pub key: u32,
    /// Where the thing is stored; takes no part in the order.
    pub place: u32,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.key.cmp(&self.key))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

/// The best `k` entries so far.
#[derive(Clone, Debug)]
pub struct Top {
    k: usize,
    heap: BinaryHeap<Reverse<Entry>>,
    floor: f32,
}

impl Top {
    /// Keeps up to `k`.
    pub fn new(k: usize) -> Self {
        let floor = if k == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
        // A person may ask for "all": memory follows what arrives, not what was asked for.
        Self { k, heap: BinaryHeap::with_capacity(k.saturating_add(1).min(1024)), floor }
    }

    /// An entry with a score below this cannot enter.
    #[inline(always)]
    pub fn floor(&self) -> f32 {
        self.floor
    }

    /// Whether there are `k` entries.
    pub fn is_full(&self) -> bool {
        self.heap.len() >= self.k
    }

    /// Offers an entry.
    #[inline(always)]
    pub fn push(&mut self, entry: Entry) {
        if entry.score >= self.floor {
            self.take(entry);
        }
    }

    #[inline(never)]
    fn take(&mut self, entry: Entry) {
        if self.k == 0 {
            return;
        }
        if self.heap.len() < self.k {
            self.heap.push(Reverse(entry));
        } else if let Some(mut worst) = self.heap.peek_mut()
            && worst.0 < entry
        {
            worst.0 = entry;
        }
        if self.heap.len() == self.k
            && let Some(worst) = self.heap.peek()
        {
            self.floor = worst.0.score;
        }
    }

    /// The entries, best first.
    pub fn into_sorted(self) -> Vec<Entry> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(entry)| entry).collect()
    }
}
