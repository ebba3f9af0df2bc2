//! Which documents a search may find.

use super::{Corpus, Entry};
use crate::types::{Condition, DocumentFilter, DocumentId};
use std::collections::HashSet;

/// The documents for which every condition holds; nothing where there are no conditions.
pub(super) fn allowed(corpus: &Corpus, filter: &DocumentFilter) -> Option<HashSet<DocumentId>> {
    if filter.0.is_empty() {
        return None;
    }
    let holds = |entry: &&Entry| filter.0.iter().all(|condition| meets(entry, condition));
    Some(corpus.entries().filter(holds).map(|entry| entry.manifest.id).collect())
}

fn meets(entry: &Entry, condition: &Condition) -> bool {
    let manifest = &entry.manifest;
    match condition {
        Condition::Documents(ids) => ids.contains(&manifest.id),
        Condition::Formats(formats) => formats.contains(&manifest.format),
        Condition::Languages(tags) => {
            entry.language().is_some_and(|tag| tags.iter().any(|wanted| wanted == tag))
        }
        Condition::AddedFrom(millis) => manifest.added_millis >= *millis,
        Condition::AddedBefore(millis) => manifest.added_millis < *millis,
    }
}
