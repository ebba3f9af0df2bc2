use super::*;
use crate::markup::{Continues, PieceChange};
use crate::types::{RetrievalSettings, SearchTiming, sha256};
use crate::worker::protocol::TurnPatch;

type Queue = RenderQueue<&'static str>;

fn evidence(text: &str) -> Arc<Evidence> {
    Arc::new(Evidence {
        question: String::new(),
        retrieval: RetrievalSettings::default(),
        passages: Vec::new(),
        text: text.to_owned(),
        sha256: sha256(text.as_bytes()),
        timing: SearchTiming::default(),
        ..Evidence::default()
    })
}

/// The call that is due, as evidences and updates.
fn call(queue: &mut Queue, now_millis: f64) -> (usize, Vec<(u32, Vec<Step>)>) {
    match queue.next(now_millis, false) {
        Next::Call { evidences, updates } => {
            (evidences.len(), updates.into_iter().map(|update| (update.turn.0, update.steps)).collect())
        }
        other => panic!("{other:?}"),
    }
}

fn start() -> Step {
    Step::Begin { evidence: None, sent: 0 }
}

fn text(text: &str) -> Step {
    Step::Append(text.to_owned())
}

fn gone(_: &&'static str) -> Option<String> {
    None
}

fn patch(turn: u32) -> TurnPatch {
    let change = PieceChange {
        at: 0,
        continues: Continues::Nothing,
        keep: 0,
        nodes: Vec::new(),
        keep_citations: 0,
        citations: Vec::new(),
        bytes: 1,
    };
    TurnPatch { turn: TurnId(turn), patch: Patch { changes: vec![change] } }
}

#[test]
fn one_call_is_under_way_and_what_comes_meanwhile_gathers() {
    let mut queue = Queue::default();
    assert!(matches!(queue.next(0.0, false), Next::Idle));
    queue.begin("a", None, 0);
    queue.push(&"a", "one");
    assert_eq!(call(&mut queue, 0.0), (0, vec![(1, vec![start(), text("one")])]));
    queue.push(&"a", " two");
    queue.push(&"a", " three");
    assert!(matches!(queue.next(1_000.0, false), Next::Idle), "a second call");
    queue.returned(Frame::default(), gone);
    assert_eq!(call(&mut queue, 1_000.0), (0, vec![(1, vec![text(" two three")])]));
}

#[test]
fn calls_keep_their_distance_except_at_the_end_and_where_nobody_looks() {
    let mut queue = Queue::default();
    queue.begin("a", None, 0);
    call(&mut queue, 100.0);
    queue.returned(Frame { more: true, ..Frame::default() }, gone);
    assert!(matches!(queue.next(104.0, false), Next::Wait(wait) if wait == CALL_MILLIS - 4.0));
    assert!(matches!(queue.next(104.0, true), Next::Call { .. }));
    queue.returned(Frame::default(), gone);
    queue.push(&"a", "end");
    assert!(matches!(queue.next(105.0, false), Next::Wait(_)));
    queue.finish(&"a");
    assert_eq!(call(&mut queue, 105.0).1, [(1, vec![text("end"), Step::Finish])]);
}

#[test]
fn an_answer_is_held_until_the_renderer_is_done_with_it() {
    let mut queue = Queue::default();
    for name in ["endless", "done"] {
        queue.begin(name, None, 0);
        queue.push(&name, "text");
    }
    queue.finish(&"done");
    queue.push(&"done", "too late");
    assert_eq!(call(&mut queue, 0.0).1[1], (2, vec![start(), text("text"), Step::Finish]));
    assert!(queue.holds(&"done"));
    let frame = Frame { patches: vec![patch(2)], more: true, finished: vec![TurnId(2)], ..Frame::default() };
    let outcome = queue.returned(frame, gone);
    assert_eq!(outcome.changes[0].target, "done");
    assert!(!queue.holds(&"done") && queue.holds(&"endless"));
}

#[test]
fn evidence_is_handed_over_once() {
    let mut queue = Queue::default();
    let (one, other) = (evidence("one"), evidence("other"));
    queue.begin("a", Some(Arc::clone(&one)), 3);
    queue.begin("b", Some(Arc::clone(&one)), 3);
    let (handed, updates) = call(&mut queue, 0.0);
    assert_eq!(handed, 1);
    assert_eq!(updates[0].1, [Step::Begin { evidence: Some(one.sha256), sent: 3 }]);
    queue.returned(Frame::default(), gone);
    queue.begin("c", Some(one), 3);
    queue.begin("d", Some(other), 3);
    assert_eq!(call(&mut queue, 100.0).0, 1);
}

#[test]
fn after_a_crash_answers_begin_again_with_all_their_text() {
    let mut queue = Queue::default();
    let native = NativeCitation { sources: vec!["1".into()], ..NativeCitation::default() };
    queue.begin("a", Some(evidence("one")), 2);
    queue.push(&"a", "half");
    queue.cite(&"a", native.clone());
    queue.begin("gone", None, 0);
    call(&mut queue, 0.0);
    queue.returned(Frame { patches: vec![patch(1), patch(1)], ..Frame::default() }, gone);
    queue.push(&"a", " and more");
    call(&mut queue, 100.0);
    queue.push(&"a", ", more");
    queue.finish(&"a");
    let texts = |target: &&str| (*target == "a").then(|| "half and more, more".to_owned());
    assert!(queue.crashed(texts).plain.is_empty());
    let (handed, updates) = call(&mut queue, 200.0);
    let begin = Step::Begin { evidence: Some(sha256(b"one")), sent: 2 };
    let steps = vec![begin, text("half and more, more"), Step::Cite(native), Step::Finish];
    assert_eq!((handed, updates), (1, vec![(3, steps)]));
    // Frames of the old rendering mean nothing any more; the new one takes its place on the screen.
    let frame = Frame { patches: vec![patch(1), patch(3), patch(3)], ..Frame::default() };
    let changes = queue.returned(frame, gone).changes;
    assert_eq!(changes.iter().map(|change| change.is_first).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn after_two_crashes_an_answer_is_plain_text_and_others_are_not() {
    let mut queue = Queue::default();
    let texts = |target: &&str| Some((*target).to_owned());
    queue.begin("old", None, 0);
    call(&mut queue, 0.0);
    assert!(queue.crashed(texts).plain.is_empty());
    queue.begin("new", None, 0);
    call(&mut queue, 100.0);
    assert_eq!(queue.crashed(texts).plain, ["old"]);
    queue.push(&"old", "more");
    assert_eq!(call(&mut queue, 200.0).1, [(4, vec![start(), text("new")])]);
}

#[test]
fn what_the_renderer_does_not_know_begins_again_a_limited_number_of_times() {
    let mut queue = Queue::default();
    let texts = |target: &&str| Some((*target).to_owned());
    queue.begin("a", Some(evidence("one")), 1);
    call(&mut queue, 0.0);
    let unknown = |id| Frame { unknown: vec![TurnId(id)], ..Frame::default() };
    assert!(queue.returned(unknown(1), texts).plain.is_empty());
    assert_eq!(call(&mut queue, 100.0).0, 1, "the evidence is handed over again");
    assert_eq!(queue.returned(unknown(2), texts).plain, ["a"]);
    assert!(matches!(queue.next(200.0, false), Next::Idle));
}

#[test]
fn a_renderer_that_does_not_answer_for_a_minute_hangs() {
    let mut queue = Queue::default();
    queue.begin("a", None, 0);
    call(&mut queue, 0.0);
    assert!(!queue.is_stuck(STUCK_MILLIS) && queue.is_stuck(STUCK_MILLIS + 1.0));
    queue.returned(Frame::default(), gone);
    assert!(!queue.is_stuck(STUCK_MILLIS * 2.0));
}
