//! What to ask the renderer for, and when: a value without clock and worker.
//!
//! The page pulls: there is at most one call under way, and what comes meanwhile gathers. So a page or a renderer that is
//! slow gets fewer and larger frames, never a queue of them.

use crate::markup::Patch;
use crate::types::{Evidence, NativeCitation, Sha256};
use crate::worker::protocol::{Frame, Step, TurnId, Update};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The renderer is called at most this often: once a picture.
const CALL_MILLIS: f64 = 16.0;
/// No frame takes this long; the first one may, because the renderer is loaded before it.
const STUCK_MILLIS: f64 = 60_000.0;
/// An answer whose rendering has failed this often is shown as plain text.
const MAX_CRASHES: u32 = 2;

/// The answers that are being rendered, for targets of type `T`.
#[derive(Debug)]
pub(super) struct RenderQueue<T> {
    turns: BTreeMap<TurnId, Turn<T>>,
    last_turn: u32,
    /// What the renderer has.
    evidences: BTreeSet<Sha256>,
    /// A call is under way.
    is_calling: bool,
    called_millis: f64,
    /// The renderer has more to render.
    has_more: bool,
}

#[derive(Debug)]
struct Turn<T> {
    target: T,
    evidence: Option<Arc<Evidence>>,
    sent: u32,
    /// Not sent yet.
    steps: Vec<Step>,
    /// For beginning again; the text is the target's.
    natives: Vec<NativeCitation>,
    is_finished: bool,
    crashes: u32,
    /// Something was shown of this rendering.
    is_shown: bool,
}

/// What to do now.
#[derive(Debug)]
pub(super) enum Next {
    /// Nothing, until something is pushed or the call returns.
    Idle,
    /// Ask again after so many milliseconds.
    Wait(f64),
    /// Hand over the evidences, and call.
    Call {
        /// What the renderer does not have yet.
        evidences: Vec<Arc<Evidence>>,
        /// What is new.
        updates: Vec<Update>,
    },
}

/// What a call came to.
#[derive(Debug)]
pub(super) struct Outcome<T> {
    /// What to show.
    pub changes: Vec<Change<T>>,
    /// What cannot be rendered and is to be shown as plain text from now on.
    pub plain: Vec<T>,
}

/// What a frame brings for one target.
#[derive(Debug)]
pub(super) struct Change<T> {
    /// Whom it is for.
    pub target: T,
    /// It is the first of a rendering: what is shown goes.
    pub is_first: bool,
    /// The change.
    pub patch: Patch,
}

impl<T> Default for RenderQueue<T> {
    fn default() -> Self {
        Self {
            turns: BTreeMap::new(),
            last_turn: 0,
            evidences: BTreeSet::new(),
            is_calling: false,
            called_millis: f64::NEG_INFINITY,
            has_more: false,
        }
    }
}

impl<T: Clone + PartialEq> RenderQueue<T> {
    /// An answer begins, over the first `sent` passages of `evidence`.
    pub fn begin(&mut self, target: T, evidence: Option<Arc<Evidence>>, sent: u32) {
        let steps = vec![begin(evidence.as_deref(), sent)];
        let id = self.new_id();
        self.turns.insert(
            id,
            Turn {
                target,
                evidence,
                sent,
                steps,
                natives: Vec::new(),
                is_finished: false,
                crashes: 0,
                is_shown: false,
            },
        );
    }

    /// The answer goes on with `text`.
    pub fn push(&mut self, target: &T, text: &str) {
        let Some(turn) = self.open_turn(target) else { return };
        match turn.steps.last_mut() {
            Some(Step::Append(before)) => before.push_str(text),
            _ => turn.steps.push(Step::Append(text.to_owned())),
        }
    }

    /// The host cites.
    pub fn cite(&mut self, target: &T, native: NativeCitation) {
        let Some(turn) = self.open_turn(target) else { return };
        if turn.natives.len() < crate::cite::MAX_NATIVE {
            turn.natives.push(native.clone());
            turn.steps.push(Step::Cite(native));
        }
    }

    /// Nothing more comes of the answer.
    pub fn finish(&mut self, target: &T) {
        if let Some(turn) = self.open_turn(target) {
            turn.is_finished = true;
            turn.steps.push(Step::Finish);
        }
    }

    fn open_turn(&mut self, target: &T) -> Option<&mut Turn<T>> {
        self.turns.values_mut().find(|turn| turn.target == *target && !turn.is_finished)
    }

    /// Whether something of the answer is still to be shown or to come.
    pub fn holds(&self, target: &T) -> bool {
        self.turns.values().any(|turn| turn.target == *target)
    }

    /// A call has been under way for so long that the renderer must hang.
    pub fn is_stuck(&self, now_millis: f64) -> bool {
        self.is_calling && now_millis - self.called_millis > STUCK_MILLIS
    }

    /// What to do at `now_millis`; in a page that `is_hidden` timers may take a minute, so nothing waits for one there.
    /// After `Call`, tell `returned` or `crashed` what came of it.
    pub fn next(&mut self, now_millis: f64, is_hidden: bool) -> Next {
        let is_due = self.has_more || self.turns.values().any(|turn| !turn.steps.is_empty());
        if self.is_calling || !is_due {
            return Next::Idle;
        }
        // What is complete is shown at once: its column says so only then.
        let ends = self.turns.values().any(|turn| turn.steps.last() == Some(&Step::Finish));
        let wait = self.called_millis + CALL_MILLIS - now_millis;
        if wait > 0.0 && !ends && !is_hidden {
            return Next::Wait(wait);
        }
        (self.is_calling, self.called_millis) = (true, now_millis);
        let (mut evidences, mut updates) = (Vec::new(), Vec::new());
        for (id, turn) in &mut self.turns {
            if turn.steps.is_empty() {
                continue;
            }
            if let Some(evidence) = &turn.evidence
                && self.evidences.insert(evidence.sha256)
            {
                evidences.push(Arc::clone(evidence));
            }
            updates.push(Update { turn: *id, steps: std::mem::take(&mut turn.steps) });
        }
        Next::Call { evidences, updates }
    }

    /// The call has returned `frame`: what to show. `text` gives the whole text of a target's answer; nothing when it is
    /// gone.
    pub fn returned(&mut self, frame: Frame, text: impl Fn(&T) -> Option<String>) -> Outcome<T> {
        self.is_calling = false;
        self.has_more = frame.more;
        let mut changes = Vec::new();
        for change in frame.patches {
            if let Some(turn) = self.turns.get_mut(&change.turn) {
                let is_first = !std::mem::replace(&mut turn.is_shown, true);
                changes.push(Change { target: turn.target.clone(), is_first, patch: change.patch });
            }
        }
        let plain = self.begin_again(frame.unknown, text);
        for id in frame.finished {
            self.turns.remove(&id);
        }
        Outcome { changes, plain }
    }

    /// The renderer has died: its answers begin again, with the whole `text` of each.
    pub fn crashed(&mut self, text: impl Fn(&T) -> Option<String>) -> Outcome<T> {
        (self.is_calling, self.has_more) = (false, false);
        let all = self.turns.keys().copied().collect();
        Outcome { changes: Vec::new(), plain: self.begin_again(all, text) }
    }

    /// New renderings of answers take the place of those that failed, which is not tried without end: gives the targets
    /// that are to be shown as plain text.
    fn begin_again(&mut self, ids: Vec<TurnId>, text: impl Fn(&T) -> Option<String>) -> Vec<T> {
        let mut plain = Vec::new();
        for id in ids {
            self.evidences.clear();
            let Some(mut turn) = self.turns.remove(&id) else { continue };
            let Some(text) = text(&turn.target) else { continue };
            turn.crashes += 1;
            if turn.crashes >= MAX_CRASHES {
                plain.push(turn.target);
                continue;
            }
            turn.steps = vec![begin(turn.evidence.as_deref(), turn.sent), Step::Append(text)];
            turn.steps.extend(turn.natives.iter().cloned().map(Step::Cite));
            if turn.is_finished {
                turn.steps.push(Step::Finish);
            }
            turn.is_shown = false;
            let id = self.new_id();
            self.turns.insert(id, turn);
        }
        plain
    }

    fn new_id(&mut self) -> TurnId {
        self.last_turn = self.last_turn.wrapping_add(1);
        TurnId(self.last_turn)
    }
}

fn begin(evidence: Option<&Evidence>, sent: u32) -> Step {
    Step::Begin { evidence: evidence.map(|evidence| evidence.sha256), sent }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
