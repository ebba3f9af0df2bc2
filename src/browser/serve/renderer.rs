//! Answers are rendered and cited here: away from the page, whose thread must stay free, and away from the keys, because
//! the text is a stranger's.

use crate::browser::clock::now_millis;
use crate::markup::AnswerRenderer;
use crate::types::{Passage, Sha256};
use crate::worker::protocol::{Frame, Step, ToRenderer, TurnId, TurnPatch, Update};
use crate::worker::{Request, serve};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

/// A frame takes no more answers on after this long.
const FRAME_MILLIS: f64 = 12.0;
/// Nor after this many nodes, which the page has to make elements of.
const FRAME_NODES: usize = 600;
/// Nor after this much text, which the page has to lay out.
const FRAME_BYTES: usize = 64 * 1024;
/// Most evidences kept: an answer that begins with an older one is `unknown`, and the page puts it again.
const MAX_EVIDENCES: usize = 32;

/// Serves the page with frames.
pub fn renderer() {
    let state = RefCell::new(RendererState::default());
    serve(move |request: Request<ToRenderer>| match request.body {
        ToRenderer::KeepPassages(call) => {
            let reply = request.reply.to(&call);
            state.borrow_mut().put_evidence(call.sha256, call.passages);
            reply.send(&());
        }
        ToRenderer::Render(call) => {
            let reply = request.reply.to(&call);
            let mut state = state.borrow_mut();
            call.0.into_iter().for_each(|update| state.take(update));
            reply.send(&state.frame(now_millis));
        }
    });
}

/// The answers under way.
#[derive(Default)]
struct RendererState {
    evidences: VecDeque<(Sha256, Vec<Passage>)>,
    turns: BTreeMap<TurnId, AnswerRenderer>,
    /// Answers with something to render; the next frame begins with the first.
    dirty: VecDeque<TurnId>,
    unknown: Vec<TurnId>,
}

impl RendererState {
    fn put_evidence(&mut self, sha256: Sha256, passages: Vec<Passage>) {
        self.evidences.retain(|(other, _)| *other != sha256);
        self.evidences.push_back((sha256, passages));
        if self.evidences.len() > MAX_EVIDENCES {
            self.evidences.pop_front();
        }
    }

    fn take(&mut self, update: Update) {
        let Update { turn, steps } = update;
        for step in steps {
            if let Step::Begin { evidence, sent } = step {
                if let Some(passages) = self.passages(evidence) {
                    self.turns.insert(turn, AnswerRenderer::new(passages, sent));
                    continue;
                }
            } else if let Some(renderer) = self.turns.get_mut(&turn) {
                match step {
                    Step::Append(text) => renderer.push(&text),
                    Step::Cite(native) => renderer.push_native(native),
                    Step::Finish => renderer.finish(),
                    Step::Begin { .. } => {}
                }
                continue;
            }
            self.unknown.push(turn);
            return;
        }
        if !self.dirty.contains(&turn) {
            self.dirty.push_back(turn);
        }
    }

    fn passages(&self, evidence: Option<Sha256>) -> Option<Vec<Passage>> {
        let Some(sha256) = evidence else { return Some(Vec::new()) };
        self.evidences.iter().find(|(other, _)| *other == sha256).map(|(_, passages)| passages.clone())
    }

    /// One part of each answer in turn, until the frame is full: an endless answer takes no more than its share.
    fn frame(&mut self, now_millis: impl Fn() -> f64) -> Frame {
        let began = now_millis();
        let mut frame = Frame { unknown: std::mem::take(&mut self.unknown), ..Frame::default() };
        let (mut nodes, mut bytes) = (0, 0);
        while let Some(turn) = self.dirty.pop_front() {
            let Some(renderer) = self.turns.get_mut(&turn) else { continue };
            let patch = renderer.paint();
            nodes += patch.nodes();
            bytes += patch.bytes();
            if renderer.is_dirty() {
                self.dirty.push_back(turn);
            } else if renderer.is_finished() {
                self.turns.remove(&turn);
                frame.finished.push(turn);
            }
            if !patch.changes.is_empty() {
                frame.patches.push(TurnPatch { turn, patch });
            }
            if nodes >= FRAME_NODES || bytes >= FRAME_BYTES || now_millis() - began >= FRAME_MILLIS {
                break;
            }
        }
        frame.more = !self.dirty.is_empty();
        frame
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::types::sha256;

    fn update(turn: u32, steps: Vec<Step>) -> Update {
        Update { turn: TurnId(turn), steps }
    }

    fn begin() -> Step {
        Step::Begin { evidence: None, sent: 0 }
    }

    fn text(of: &str) -> Step {
        Step::Append(of.to_owned())
    }

    fn turns(frame: &Frame) -> Vec<u32> {
        frame.patches.iter().map(|patch| patch.turn.0).collect()
    }

    #[test]
    fn an_endless_answer_does_not_starve_another() {
        let mut state = RendererState::default();
        state.take(update(1, vec![begin(), text(&"endless *answer* on\n\n".repeat(20_000))]));
        let first = state.frame(|| 0.0);
        assert!(first.more);
        state.take(update(2, vec![begin(), text("short")]));
        let mut frames = 0;
        loop {
            let frame = state.frame(|| 0.0);
            frames += 1;
            if turns(&frame).contains(&2) {
                break;
            }
            assert!(frame.more);
        }
        assert!(frames <= 2, "the short answer waited {frames} frames");
    }

    #[test]
    fn a_frame_ends_in_time_and_the_next_one_goes_on() {
        let mut state = RendererState::default();
        for turn in 1..=3 {
            state.take(update(turn, vec![begin(), text("some words")]));
        }
        let clock = std::cell::Cell::new(0.0);
        let slow = || clock.replace(clock.get() + 7.0);
        let frame = state.frame(slow);
        assert_eq!((turns(&frame), frame.more), (vec![1, 2], true));
        let frame = state.frame(slow);
        assert_eq!((turns(&frame), frame.more), (vec![3], false));
        assert_eq!(state.frame(slow), Frame::default());
    }

    #[test]
    fn a_frame_holds_what_a_page_can_take_at_once() {
        let mut state = RendererState::default();
        state.take(update(1, vec![begin(), text(&"cell | cell\n".repeat(50_000)), Step::Finish]));
        loop {
            let frame = state.frame(|| 0.0);
            let bytes: usize = frame.patches.iter().map(|patch| patch.patch.bytes()).sum();
            let nodes: usize = frame.patches.iter().map(|patch| patch.patch.nodes()).sum();
            let fits = bytes < 2 * FRAME_BYTES && nodes < 2 * FRAME_NODES;
            assert!(fits, "{bytes} bytes, {nodes} nodes");
            if !frame.more {
                break;
            }
        }
    }

    #[test]
    fn what_is_finished_and_shown_is_forgotten() {
        let mut state = RendererState::default();
        state.take(update(1, vec![begin(), text("all of it"), Step::Finish]));
        assert_eq!(state.frame(|| 0.0).finished, [TurnId(1)]);
        assert!(state.turns.is_empty());
    }

    #[test]
    fn an_answer_without_beginning_or_evidence_is_named() {
        let mut state = RendererState::default();
        state.take(update(7, vec![text("in the middle")]));
        assert_eq!(state.frame(|| 0.0).unknown, [TurnId(7)]);
        let evidence = sha256(b"evidence");
        let begin = Step::Begin { evidence: Some(evidence), sent: 1 };
        state.take(update(8, vec![begin.clone(), text("words")]));
        assert_eq!(state.frame(|| 0.0).unknown, [TurnId(8)]);
        state.put_evidence(evidence, Vec::new());
        state.take(update(8, vec![begin, text("words")]));
        let frame = state.frame(|| 0.0);
        assert_eq!((turns(&frame), frame.unknown), (vec![8], vec![]));
    }
}
