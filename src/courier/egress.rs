//! Which requests went where: the list a person can look at, without bodies and keys.
//!
//! Every change gives an entry a new revision, so that the page asks only for what has changed since it last did.

use super::Origin;
use crate::provider::HttpRequest;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use url::Url;

/// Entries kept; older ones fall off.
pub const MAX_ENTRIES: usize = 1_000;

/// Why a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// An answer.
    Chat,
    /// The list of models.
    Models,
    /// Whether something answers there at all (no key, no body).
    Probe,
    /// A newer price list.
    Prices,
    /// Vectors of texts.
    Embeddings,
    /// A better order of passages.
    Rerank,
}

impl Purpose {
    /// All of them, in the order shown.
    pub const ALL: [Self; 6] =
        [Self::Chat, Self::Models, Self::Probe, Self::Prices, Self::Embeddings, Self::Rerank];

    /// The word on the page and in exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chat => n!("chat"),
            Self::Models => n!("models"),
            Self::Probe => n!("probe"),
            Self::Prices => n!("prices"),
            Self::Embeddings => n!("embeddings"),
            Self::Rerank => n!("rerank"),
        }
    }
}

/// How a request ended on the wire; its status is given beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EgressEnd {
    /// The response was read to its end.
    Complete,
    /// The browser let nothing out or nothing in (CORS, no network, a cut connection): it does not say which.
    Blocked,
    /// It was broken off here: by the person, a timeout, or because the answer was complete.
    Aborted,
}

/// One request that left the tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EgressEntry {
    /// Names it; counts up from 0.
    pub id: u64,
    /// Rises with every change of any entry, from 1.
    pub revision: u64,
    /// When it was sent, in milliseconds since 1970.
    pub at_millis: f64,
    /// Where to.
    pub origin: Origin,
    /// Why.
    pub purpose: Purpose,
    /// Whether a key went along.
    pub with_key: bool,
    /// Body bytes sent.
    pub request_bytes: u64,
    /// HTTP status, once there is one.
    pub status: Option<u16>,
    /// Body bytes received so far.
    pub response_bytes: u64,
    /// How it ended; nothing while it is under way.
    pub end: Option<EgressEnd>,
    /// Milliseconds until then.
    pub duration_millis: Option<f64>,
}

/// The list, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Egress {
    entries: VecDeque<EgressEntry>,
    next_id: u64,
    revision: u64,
}

impl Egress {
    /// Writes down that `request` is being sent; yields its id. Nothing for a URL that has no origin.
    pub fn sent(&mut self, request: &HttpRequest, purpose: Purpose, at_millis: f64) -> Option<u64> {
        let origin = Origin::of(&Url::parse(&request.url).ok()?)?;
        let id = self.next_id;
        self.next_id += 1;
        self.revision += 1;
        if self.entries.len() == MAX_ENTRIES {
            self.entries.pop_front();
        }
        self.entries.push_back(EgressEntry {
            id,
            revision: self.revision,
            at_millis,
            origin,
            purpose,
            with_key: request.key().is_some(),
            request_bytes: request.body.len() as u64,
            status: None,
            response_bytes: 0,
            end: None,
            duration_millis: None,
        });
        Some(id)
    }

    /// A status came for request `id`; 0, which stands for none, is not one.
    pub fn answered(&mut self, id: u64, status: u16) {
        self.change(id, |entry| entry.status = (status != 0).then_some(status));
    }

    /// `bytes` more came for request `id`.
    pub fn received(&mut self, id: u64, bytes: usize) {
        self.change(id, |entry| entry.response_bytes += bytes as u64);
    }

    /// Request `id` ended, at `now_millis` since 1970. The first end counts.
    pub fn ended(&mut self, id: u64, end: EgressEnd, now_millis: f64) {
        self.change(id, |entry| {
            if entry.end.is_none() {
                entry.end = Some(end);
                // The world's clock may be set back meanwhile.
                entry.duration_millis = Some((now_millis - entry.at_millis).max(0.0));
            }
        });
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &EgressEntry> {
        self.entries.iter()
    }

    /// Entries that are new or have changed since `revision`, oldest first; all of them since 0. The highest revision
    /// among them is the next to ask with.
    pub fn changes_since(&self, revision: u64) -> Vec<EgressEntry> {
        self.entries.iter().filter(|entry| entry.revision > revision).cloned().collect()
    }

    fn change(&mut self, id: u64, change: impl FnOnce(&mut EgressEntry)) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.id == id) {
            self.revision += 1;
            entry.revision = self.revision;
            change(entry);
        }
    }
}
