//! Removals that the database has not confirmed yet. `localStorage` keeps them before the click ends, so that a document does
//! not come back when the page is closed at once and the database is busy.

use crate::browser::site;
use crate::state::settings::storage;
use crate::types::{DocumentId, Sha256};

/// Its key in `localStorage`.
fn key() -> String {
    site::name("removals")
}

/// The documents removed so.
pub(in crate::state) fn pending() -> Vec<DocumentId> {
    let ids = storage().and_then(|storage| storage.get_item(&key()).ok().flatten()).unwrap_or_default();
    ids.split(' ').filter_map(Sha256::parse).collect()
}

/// Keeps a removal until it is settled.
pub(in crate::state) fn add(id: DocumentId) {
    let mut ids = pending();
    ids.push(id);
    set(&ids);
}

/// The database has confirmed it, or it is not removed after all.
pub(in crate::state) fn settle(id: DocumentId) {
    let mut ids = pending();
    ids.retain(|pending| *pending != id);
    set(&ids);
}

/// Forgets them.
pub(in crate::state) fn clear() {
    set(&[]);
}

fn set(ids: &[DocumentId]) {
    let Some(storage) = storage() else { return };
    let text = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    // Without room for it the database alone has to be quick enough.
    let _ = if ids.is_empty() { storage.remove_item(&key()) } else { storage.set_item(&key(), &text) };
}
