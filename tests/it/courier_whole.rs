//! The courier embeds, scores, lists models: answers that are read whole.

use crate::courier_fakes::{Script, Step, World, answer, endpoint};
use crate::support::InWords;
use futures_util::future::join;
use sidecite::courier::{Check, Checked, Embed, EmbedUpdate, Rerank, RerankUpdate, Stop};
use sidecite::provider::embeddings::Purpose;
use sidecite::types::FailureCause;
use std::cell::RefCell;

const HOST: &str = "https://api.example/v1";

fn embed(texts: usize) -> Embed {
    Embed {
        endpoint: endpoint(HOST),
        model: "e".into(),
        dimensions: None,
        purpose: Purpose::Document,
        texts: (0..texts).map(|n| format!("text {n}")).collect(),
    }
}

/// One vector a text, in OpenAI's dialect.
fn vectors(body: &[u8]) -> Script {
    let asked: serde_json::Value = serde_json::from_slice(body).unwrap();
    let count = asked["input"].as_array().unwrap().len();
    let data: Vec<_> = (0..count).map(|n| serde_json::json!({"index": n, "embedding": [1.0, 0.0]})).collect();
    Script::status(200, &serde_json::json!({ "data": data }).to_string())
}

#[test]
fn batches_are_handed_over_as_they_come_and_a_failed_one_is_asked_again() {
    let world = World::new(|request, nth| match nth {
        1 => Script::status(503, "busy"),
        _ => vectors(&request.body),
    });
    let courier = world.courier();
    let updates = RefCell::new(Vec::new());
    let on = |update: EmbedUpdate, bytes: &[u8]| updates.borrow_mut().push((update, bytes.len()));
    world.run(courier.embed(&embed(40), &Stop::default(), &on));
    let updates = updates.into_inner();
    let (first, second) = (&updates[0], &updates[2]);
    assert_eq!(*first, (EmbedUpdate::Batch { first: 0, count: 32 }, 32 * 8));
    assert!(matches!(updates[1].0, EmbedUpdate::Waiting(_)), "{updates:?}");
    assert_eq!(*second, (EmbedUpdate::Batch { first: 32, count: 8 }, 8 * 8));
    assert_eq!((updates.len(), &updates[3].0), (4, &EmbedUpdate::Done));
    assert_eq!(world.got.borrow().len(), 3);
}

#[test]
fn a_stop_ends_an_embedding_amid_a_batch() {
    let world = World::new(|_, _| Script { after: 20_000.0, ..answer("never") });
    let courier = world.courier();
    let stop = Stop::default();
    let updates = RefCell::new(Vec::new());
    let on = |update: EmbedUpdate, _: &[u8]| updates.borrow_mut().push(update);
    let asked = embed(1);
    world.run(join(courier.embed(&asked, &stop, &on), async {
        world.sleep(100.0).await;
        stop.stop();
    }));
    assert!(
        matches!(updates.into_inner().as_slice(), [EmbedUpdate::Failed(error)] if error.message() == "stopped")
    );
    assert!(world.now() < 200.0 && world.got.borrow()[0].aborted.is_some());
}

#[test]
fn a_scorer_scores_in_the_passages_order() {
    let world = World::new(|_, _| {
        Script::status(
            200,
            r#"{"results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}]}"#,
        )
    });
    let courier = world.courier();
    let asked = Rerank {
        endpoint: endpoint(HOST),
        model: "r".into(),
        query: "q".into(),
        passages: vec!["a".into(), "b".into()],
    };
    let updates = RefCell::new(Vec::new());
    world.run(courier.rerank(&asked, &Stop::default(), &|update| updates.borrow_mut().push(update)));
    assert_eq!(updates.into_inner(), [RerankUpdate::Done(vec![0.1, 0.9])]);
}

fn check(
    world: &World,
    model: &str,
    courier: &sidecite::courier::Courier<crate::courier_fakes::Fake>,
) -> Vec<Checked> {
    let checked = RefCell::new(Vec::new());
    let asked = Check { endpoint: endpoint(HOST), model: model.into(), page_origin: String::new() };
    world.run(courier.check(&asked, &|one| checked.borrow_mut().push(one)));
    checked.into_inner()
}

#[test]
fn a_model_list_without_end_is_aborted() {
    let world = World::new(|_, _| Script::ok(vec![Step::Forever(vec![b' '; 1 << 20], 1.0)]));
    let courier = world.courier();
    let checked = check(&world, "", &courier);
    let [Checked::Failed(failure)] = checked.as_slice() else { panic!("{checked:?}") };
    assert_eq!(failure.cause, FailureCause::Garbled);
    assert!(failure.error.message().contains("larger than 16 MB"), "{}", failure.error.message());
    assert!(world.got.borrow()[0].aborted.is_some_and(|at| at < 100.0));
}

#[test]
fn a_slow_model_list_is_given_up() {
    let world = World::new(|_, _| Script::ok(vec![Step::Forever(b" ".to_vec(), 1_000.0)]));
    let courier = world.courier();
    let checked = check(&world, "", &courier);
    assert!(matches!(&checked[..], [Checked::Failed(failure)] if failure.cause == FailureCause::TimedOut));
    assert!(world.got.borrow()[0].aborted.is_some() && world.timers() == 0);
}

#[test]
fn a_tried_model_is_stopped_at_its_first_token() {
    let world = World::new(|request, _| match request.method.as_str() {
        "GET" => Script::status(200, r#"{"data":[{"id":"m"}]}"#),
        _ => Script::ok(vec![Step::Forever(crate::courier_fakes::delta("OK"), 50.0)]),
    });
    let courier = world.courier();
    let checked = check(&world, "m", &courier);
    let [Checked::Models(models), Checked::Answered { millis }] = checked.as_slice() else {
        panic!("{checked:?}");
    };
    assert_eq!((models[0].name.as_str(), *millis), ("m", 60.0));
    assert!(world.got.borrow()[1].aborted.is_some());
}
