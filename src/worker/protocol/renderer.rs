//! What page and renderer say to each other.

use crate::markup::Patch;
use crate::types::{NativeCitation, Passage, Sha256};
use serde::{Deserialize, Serialize};

/// Names one rendering of an answer: an answer that is rendered again has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TurnId(pub u32);

/// Page → renderer.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToRenderer {
    /// Keep the passages of an evidence text for the answers that begin with its hash. No reply.
    PutEvidence {
        /// SHA-256 of the evidence text.
        sha256: Sha256,
        /// Its passages.
        passages: Vec<Passage>,
    },
    /// Take these updates and render: one `Frame`. Without updates: render what is left.
    Render(Vec<Update>),
}

/// What is new of one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Which answer.
    pub turn: TurnId,
    /// What happened, in order.
    pub steps: Vec<Step>,
}

/// A step of an answer, as far as it concerns what is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// The answer begins.
    Begin {
        /// The evidence it may cite; nothing for the baseline.
        evidence: Option<Sha256>,
        /// How many of its passages were in the prompt.
        sent: u32,
    },
    /// Text to append.
    Append(String),
    /// A citation that the host states.
    Cite(NativeCitation),
    /// Nothing more will come.
    Finish,
}

/// Renderer → page: what has changed since the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Answer by answer, in order; an answer may stand here more than once.
    pub patches: Vec<TurnPatch>,
    /// There is more to render: ask again.
    pub more: bool,
    /// Answers that are finished and wholly rendered with this frame.
    pub finished: Vec<TurnId>,
    /// Answers of which the renderer has no beginning, or no evidence: begin them again.
    pub unknown: Vec<TurnId>,
}

/// What has changed of one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnPatch {
    /// Which answer.
    pub turn: TurnId,
    /// The change.
    pub patch: Patch,
}
