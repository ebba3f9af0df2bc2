use crate::types::{Evidence, Sha256};
use std::collections::VecDeque;
use std::rc::Rc;

/// Evidence of the newest runs, under its hash: handed over once per run, named by every column.
#[derive(Debug, Default)]
pub struct EvidenceCache {
    /// The one used last is the last.
    kept: VecDeque<Rc<Evidence>>,
}

impl EvidenceCache {
    /// How many are kept; the one unused for longest goes first.
    pub const CAPACITY: usize = 8;

    /// Keeps `evidence`.
    pub fn put(&mut self, evidence: Evidence) {
        self.kept.retain(|kept| kept.sha256 != evidence.sha256);
        if self.kept.len() == Self::CAPACITY {
            self.kept.pop_front();
        }
        self.kept.push_back(Rc::new(evidence));
    }

    /// The evidence of that hash, if it is still here.
    pub fn get(&mut self, sha256: Sha256) -> Option<Rc<Evidence>> {
        let place = self.kept.iter().position(|kept| kept.sha256 == sha256)?;
        let found = self.kept.remove(place)?;
        self.kept.push_back(Rc::clone(&found));
        Some(found)
    }
}
