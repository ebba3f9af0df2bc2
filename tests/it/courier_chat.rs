//! The courier asks a model: what is sent, what is reported, and where it ends.

use crate::courier_fakes::{Script, Step, World, answer, ask, chat, delta, endpoint};
use crate::support::InWords;
use futures_util::future::join;
use sidecite::courier::exchange::MAX_ANSWER_BYTES;
use sidecite::courier::{BuildPrompt, ChatUpdate, FRAME_MILLIS, NotSent, Purpose, SetKey, Stop};
use sidecite::evidence::{EvidenceCache, Hit, freeze, render};
use sidecite::prompt::{DatedTemplate, PromptSpec};
use sidecite::types::{
    ChatEvent, Evidence, FailureCause, Message, Parameters, Passage, PromptTemplate, RetrievalSettings, Role,
    Scores, SearchTiming, Span,
};

const HOST: &str = "https://api.good.example/v1";
const SECRET: &str = "sk-CANARY-7f3e9a51c2d84b60";

fn evidence(question: &str) -> Evidence {
    let mut evidence =
        freeze(question, RetrievalSettings::default(), Vec::<Hit>::new(), SearchTiming::default());
    evidence.text = format!("[1] {question}");
    evidence.sha256 = sidecite::types::sha256(evidence.text.as_bytes());
    evidence
}

#[test]
fn an_answer_is_reported_from_what_is_sent_to_its_end() {
    let world = World::new(|_, _| answer("Because."));
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    let updates = report.0.borrow();
    let (ChatUpdate::Started(sent), ChatUpdate::Ended(end)) = (&updates[0].1, &updates.last().unwrap().1)
    else {
        panic!("{updates:?}");
    };
    assert!(sent.request.starts_with("POST https://api.good.example/v1/chat/completions"));
    assert_eq!((sent.evidence_sha256, sent.sent_sha256), (None, None));
    assert_eq!((report.text().as_str(), end.attempts.len()), ("Because.", 1));
    assert_eq!((end.attempts[0].failure.as_ref(), end.attempts[0].pause_millis), (None, None));
    assert!(end.cost.is_none());
    assert_eq!(world.timers(), 0, "every timer goes with what waited for it");
}

#[test]
fn a_conversation_is_sent_as_it_is() {
    let world = World::new(|_, _| answer("4"));
    let courier = world.courier();
    let say = |role, content: &str| Message { role, content: content.into() };
    let messages = vec![
        say(Role::System, "You judge."),
        say(Role::User, "2 + 2?"),
        say(Role::Assistant, "5"),
        say(Role::User, "Right?"),
    ];
    let asked =
        sidecite::courier::Chat { prompt: PromptSpec::Messages(messages.clone()), ..chat(HOST, "judge") };
    world.run(ask(&courier, &world, &asked, &Stop::default()));
    let body: serde_json::Value = serde_json::from_str(&world.got.borrow()[0].body).unwrap();
    let sent: Vec<Message> = serde_json::from_value(body["messages"].clone()).unwrap();
    assert_eq!(sent, messages);
}

#[test]
fn events_come_by_the_frame_and_the_first_one_at_once() {
    let mut steps = Vec::new();
    for _ in 0..200 {
        steps.extend([Step::Bytes(delta("x")), Step::Wait(1.0)]);
    }
    steps.push(Step::Bytes(b"data: [DONE]\n\n".to_vec()));
    let world = World::new(move |_, _| Script::ok(steps.clone()));
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    let messages = report.messages();
    assert_eq!(report.text().len(), 200);
    assert!(messages.len() <= 200 / FRAME_MILLIS as usize + 3, "{} messages", messages.len());
    // The last one is what was left at the end.
    let frames = &messages[..messages.len() - 1];
    assert!(frames.windows(2).all(|pair| pair[1].0 - pair[0].0 >= FRAME_MILLIS), "{frames:?}");
    assert_eq!(messages[0].0, world.got.borrow()[0].at + 10.0);
    assert_eq!(messages[0].1[0].at_millis, 10.0);
    // Times are those of arrival, not of the message.
    let times: Vec<f64> =
        messages.iter().flat_map(|(_, events)| events).map(|timed| timed.at_millis).collect();
    assert!(times.windows(2).all(|pair| pair[0] <= pair[1]) && times[150] > times[100] + 40.0);
}

#[test]
fn evidence_is_handed_over_once_and_a_miss_says_so() {
    let world = World::new(|_, _| answer("So it says [1]."));
    let courier = world.courier();
    let found = evidence("Why?");
    let prompt =
        PromptSpec::Grounded { question: "Why?".into(), evidence: Some(found.sha256), template: None };
    let asked = sidecite::courier::Chat { prompt: prompt.clone(), ..chat(HOST, "m") };
    let report = world.run(ask(&courier, &world, &asked, &Stop::default()));
    let missed = ChatUpdate::NotSent(NotSent::UnknownEvidence(found.sha256));
    assert_eq!(report.0.borrow().iter().map(|(_, update)| update).collect::<Vec<_>>(), [&missed]);
    assert!(world.got.borrow().is_empty());
    let model = "Chrome's".to_owned();
    let build = BuildPrompt { model, prompt, parameters: Parameters::default() };
    assert_eq!(courier.build_prompt(&build), Err(NotSent::UnknownEvidence(found.sha256)));

    courier.put_evidence(found.clone());
    for _ in 0..2 {
        let report = world.run(ask(&courier, &world, &asked, &Stop::default()));
        let updates = report.0.borrow();
        let ChatUpdate::Started(sent) = &updates[0].1 else { panic!("{updates:?}") };
        assert_eq!((sent.evidence_sha256, sent.sent_sha256), (Some(found.sha256), Some(found.sha256)));
        assert_eq!(sent.cut_sha256(), None);
    }
    let built = courier.build_prompt(&build).unwrap();
    assert!(built.user.contains("[1] Why?") && built.system.contains("passages"));
    assert_eq!(built.sent.evidence_sha256, Some(found.sha256));
}

#[test]
fn a_known_context_cuts_the_evidence_and_a_custom_template_is_sent() {
    let world = World::new(|_, _| answer("So it says [1]."));
    let courier = world.courier();
    let passage = |number: u32| Passage {
        number,
        document: sidecite::types::sha256(b"d"),
        document_name: "wings.txt".into(),
        ordinal: 0,
        span: Span::new(0, 240),
        page: None,
        headings: Vec::new(),
        text: "Wings lift. ".repeat(20),
        scores: Scores::default(),
        ..Passage::default()
    };
    let passages: Vec<Passage> = (1..=3).map(passage).collect();
    let text = render(&passages);
    let sha256 = sidecite::types::sha256(text.as_bytes());
    let found = Evidence { passages, text, sha256, ..evidence("Why?") };
    courier.put_evidence(found.clone());
    let template = PromptTemplate { system: "On {{date}}.".into(), user: "{{question}} {{evidence}}".into() };
    let template = Some(DatedTemplate { template, date: "2026-11-27".into() });
    let prompt = PromptSpec::Grounded { question: "Why?".into(), evidence: Some(found.sha256), template };
    let asked = sidecite::courier::Chat { prompt, ..chat(HOST, "m") };
    let sent = |context_tokens| {
        let asked = sidecite::courier::Chat { context_tokens, ..asked.clone() };
        let report = world.run(ask(&courier, &world, &asked, &Stop::default()));
        let updates = report.0.borrow();
        let ChatUpdate::Started(sent) = &updates[0].1 else { panic!("{updates:?}") };
        sent.clone()
    };
    let whole = sent(None);
    assert!(
        whole.request.contains("On 2026-11-27.") && whole.request.contains("Why? [1] "),
        "{}",
        whole.request
    );
    assert!(whole.fit.is_whole() && whole.cut_sha256().is_none());
    assert_eq!(sent(Some(8_192)).sent_sha256, Some(found.sha256));
    let cut = sent(Some(300));
    assert!(!cut.fit.is_whole() && cut.cut_sha256().is_some(), "{:?}", cut.fit);
}

#[test]
fn the_cache_of_evidence_is_bounded_and_drops_what_is_unused() {
    let mut cache = EvidenceCache::default();
    let all: Vec<Evidence> = (0..=EvidenceCache::CAPACITY).map(|n| evidence(&n.to_string())).collect();
    for one in &all[..EvidenceCache::CAPACITY] {
        cache.put(one.clone());
    }
    assert!(cache.get(all[0].sha256).is_some());
    cache.put(all[EvidenceCache::CAPACITY].clone());
    assert!(cache.get(all[0].sha256).is_some() && cache.get(all[1].sha256).is_none());
    cache.put(all[0].clone());
    assert!(cache.get(all[2].sha256).is_some(), "the same evidence twice takes one place");
}

#[test]
fn at_two_megabytes_the_request_is_aborted_and_what_came_is_kept() {
    let piece = delta(&"ab ".repeat(1_000));
    let world = World::new(move |_, _| Script::ok(vec![Step::Forever(piece.clone(), 0.1)]));
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    let failure = report.failure();
    assert_eq!(failure.cause, FailureCause::TooLong);
    assert!(failure.error.message().contains("cut off at 2 MB"), "{}", failure.error.message());
    assert_eq!(report.text().len(), MAX_ANSWER_BYTES);
    assert_eq!((world.got.borrow().len(), report.end().attempts.len()), (1, 1));
    assert!(world.got.borrow()[0].aborted.is_some());
}

#[test]
fn reasoning_counts_too() {
    let value = serde_json::json!({"choices": [{"delta": {"reasoning_content": "hm ".repeat(1_000)}}]});
    let piece = format!("data: {value}\n\n").into_bytes();
    let world = World::new(move |_, _| Script::ok(vec![Step::Forever(piece.clone(), 0.1)]));
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert_eq!(report.failure().cause, FailureCause::TooLong);
}

#[test]
fn what_cannot_be_decoded_is_aborted_at_once() {
    // One event that never ends.
    let world = World::new(|_, _| {
        let begin = Step::Bytes(b"data: ".to_vec());
        Script::ok(vec![begin, Step::Forever(vec![b'x'; 1 << 20], 1.0)])
    });
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert_eq!(report.failure().cause, FailureCause::Garbled);
    let got = world.got.borrow();
    assert!(got.len() == 1 && got[0].aborted.is_some_and(|at| at < 200.0), "{got:?}");
}

#[test]
fn an_error_within_the_stream_ends_it() {
    let world = World::new(|_, _| {
        let error = b"data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n".to_vec();
        Script::ok(vec![Step::Bytes(delta("So")), Step::Bytes(error), Step::Forever(delta("x"), 1.0)])
    });
    let courier = world.courier();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert!(report.failure().error.message().contains("overloaded"));
    assert!(world.got.borrow()[0].aborted.is_some() && report.text() == "So");
}

#[test]
fn an_endless_answer_holds_up_no_other_column_and_stops_at_once() {
    // As fast as it is taken: nothing but its own turns lets anybody else in.
    let world = World::new(|request, _| {
        let text = String::from_utf8_lossy(&request.body).into_owned();
        if text.contains("endless") {
            return Script::ok(vec![Step::Forever(b": keep-alive\n\n".repeat(1_000), 0.0)]);
        }
        answer("Because.")
    });
    let courier = world.courier();
    let stop = Stop::default();
    let (endless, good) = (chat(HOST, "endless"), chat(HOST, "good"));
    let (first, second) = world.run(join(ask(&courier, &world, &endless, &stop), async {
        let second = ask(&courier, &world, &good, &Stop::default()).await;
        stop.stop();
        second
    }));
    let sent = world.got.borrow()[1].at;
    assert!(second.first_text() - sent <= 100.0, "{}", second.first_text() - sent);
    assert!(first.events().is_empty() && first.end().attempts.is_empty());
    let stopped = world.got.borrow()[0].aborted.unwrap();
    assert!(stopped - second.first_text() <= 100.0);
}

#[test]
fn a_stop_ends_a_call_wherever_it_stands() {
    // Before headers, within the answer, in a pause, in the queue.
    let waits = Script { after: 20_000.0, ..answer("late") };
    let streams = Script::ok(vec![Step::Bytes(delta("Be")), Step::Wait(20_000.0)]);
    let refused = Script { headers: vec![("retry-after", "20")], ..Script::status(429, "{}") };
    for (script, requests) in [(waits, 1), (streams, 1), (refused, 1)] {
        let world = World::new(move |_, _| script.clone());
        let courier = world.courier();
        let stop = Stop::default();
        let (asked, clock) = (chat(HOST, "m"), async {
            world.sleep(1_000.0).await;
            stop.stop();
            world.now()
        });
        let (report, stopped) = world.run(join(ask(&courier, &world, &asked, &stop), clock));
        assert!(world.now() - stopped <= 100.0);
        assert!(!report.events().iter().any(|event| matches!(event, ChatEvent::Failed(_))));
        report.end();
        assert_eq!((world.got.borrow().len(), world.timers()), (requests, 0));
        let log = courier.sent_since(0);
        assert!(log.iter().all(|entry| entry.end.is_some()), "{log:?}");
    }
}

#[test]
fn a_key_goes_to_its_origin_and_nowhere_else() {
    let world = World::new(|request, _| match request.url.contains("moved") {
        // A redirect, as a page sees it.
        true => Script { status: Some(0), ..Script::ok(Vec::new()) },
        false => Script::status(401, &format!("{{\"error\":{{\"message\":\"bad key {SECRET}\"}}}}")),
    });
    let courier = world.courier();
    let set = |base: &str| SetKey { endpoint: endpoint(base), purpose: Purpose::Chat, key: SECRET.into() };
    world.run(courier.set_key(&set(HOST))).unwrap();
    let carries = |at: usize| {
        let got = world.got.borrow();
        got[at].headers.iter().any(|(_, value)| value.contains("CANARY"))
    };
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert!(carries(0) && !format!("{:?}", report.0.borrow()).contains("CANARY"));
    for elsewhere in [
        "https://api.good.example.evil.example/v1",
        "http://api.good.example/v1",
        "https://api.good.example:8443/v1",
        "https://evil.example/api.good.example/v1",
    ] {
        let before = world.got.borrow().len();
        let asked = chat(elsewhere, "m");
        world.run(ask(&courier, &world, &asked, &Stop::default()));
        assert!(
            world.got.borrow().len() > before && (before..world.got.borrow().len()).all(|at| !carries(at))
        );
    }
    // A redirect is not followed.
    world.run(courier.set_key(&set("https://moved.example/v1"))).unwrap();
    let before = world.got.borrow().len();
    let report = world.run(ask(&courier, &world, &chat("https://moved.example/v1", "m"), &Stop::default()));
    assert_eq!((world.got.borrow().len(), report.failure().cause), (before + 1, FailureCause::NotFound));
}

#[test]
fn a_key_that_a_host_repeats_is_masked_in_its_answer() {
    let pieces = ["Your key is sk-CAN", "ARY-7f3e9a51", "c2d84b60, and your task is done."];
    let mut steps: Vec<Step> = pieces.iter().map(|piece| Step::Bytes(delta(piece))).collect();
    steps.push(Step::Bytes(b"data: [DONE]\n\n".to_vec()));
    let world = World::new(move |_, _| Script::ok(steps.clone()));
    let courier = world.courier();
    let set = SetKey { endpoint: endpoint(HOST), purpose: Purpose::Chat, key: SECRET.into() };
    world.run(courier.set_key(&set)).unwrap();
    let report = world.run(ask(&courier, &world, &chat(HOST, "m"), &Stop::default()));
    assert_eq!(report.text(), "Your key is ••••••••, and your task is done.");
}
