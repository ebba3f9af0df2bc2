//! Which requests went where: the list a person can look at, without bodies and keys.

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
}

/// One request that left the tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EgressEntry {
    /// Names it; counts up from 0.
    pub id: u64,
    /// When, in milliseconds of the clock of whoever sends.
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
}

/// The list, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Egress {
    entries: VecDeque<EgressEntry>,
    next_id: u64,
}

impl Egress {
    /// Writes down that `request` is being sent; yields its id. Nothing for a URL that has no origin.
    pub fn sent(&mut self, request: &HttpRequest, purpose: Purpose, at_millis: f64) -> Option<u64> {
        let origin = Origin::of(&Url::parse(&request.url).ok()?)?;
        let id = self.next_id;
        self.next_id += 1;
        if self.entries.len() == MAX_ENTRIES {
            self.entries.pop_front();
        }
        self.entries.push_back(EgressEntry {
            id,
            at_millis,
            origin,
            purpose,
            with_key: request.key().is_some(),
            request_bytes: request.body.len() as u64,
            status: None,
            response_bytes: 0,
        });
        Some(id)
    }

    /// A status came for request `id`.
    pub fn answered(&mut self, id: u64, status: u16) {
        if let Some(entry) = self.find(id) {
            entry.status = Some(status);
        }
    }

    /// `bytes` more came for request `id`.
    pub fn received(&mut self, id: u64, bytes: usize) {
        if let Some(entry) = self.find(id) {
            entry.response_bytes += bytes as u64;
        }
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &EgressEntry> {
        self.entries.iter()
    }

    fn find(&mut self, id: u64) -> Option<&mut EgressEntry> {
        self.entries.iter_mut().rev().find(|entry| entry.id == id)
    }
}
