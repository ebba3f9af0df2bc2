//! Bodies that end early or are damaged, of all dialects.

use super::recordings::own;
use super::{anthropic, bedrock_converse, cohere_v2, decoded, gemini, ollama, openai_responses, sse};
use crate::wire::{decode, decode_framed, event};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use sidecite::provider::Dialect;
use sidecite::provider::decode::FramingKind;
use sidecite::types::FailureCause;
use std::sync::LazyLock;

/// A good answer.
struct Sample {
    dialect: Dialect,
    framing: FramingKind,
    body: Vec<u8>,
}

fn openai_chat() -> String {
    let chunk = |delta: Value, reason: Value| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
    let usage =
        json!({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}});
    let chunks = [
        chunk(json!({"role": "assistant", "content": "Über 😀"}), Value::Null),
        chunk(json!({"content": " alles."}), Value::Null),
        chunk(json!({}), json!("stop")),
        usage,
    ];
    sse(&chunks) + "data: [DONE]\n\n"
}

fn cohere() -> String {
    sse(&[
        cohere_v2::text_block(0, "Über 😀 alles. "),
        cohere_v2::text_block(0, "Und mehr."),
        cohere_v2::cited(json!({"start": 5, "end": 6, "text": "😀", "sources": [{"id": "1"}]})),
        cohere_v2::message_end(),
    ])
}

fn bedrock() -> Vec<u8> {
    [
        event("messageStart", json!({"role": "assistant"})),
        bedrock_converse::delta(0, json!({"text": "Über 😀"})),
        bedrock_converse::delta(0, json!({"toolUse": {"input": "{}"}})),
        bedrock_converse::stop("end_turn"),
        event("metadata", json!({"usage": {"inputTokens": 1, "outputTokens": 2}})),
    ]
    .concat()
}

fn ollama() -> String {
    let done = json!({"message": {"content": ""}, "done": true, "done_reason": "stop", "eval_count": 2});
    [ollama::said("Über 😀"), ollama::said(" alles."), done].map(|line| format!("{line}\n")).concat()
}

fn samples() -> Vec<Sample> {
    let whole = openai_responses::completed(json!([openai_responses::said("Größe")]))["response"].to_string();
    let array = serde_json::to_string_pretty(&Value::from(gemini::mixed())).unwrap();
    [
        (Dialect::OpenaiChat, FramingKind::Sse, openai_chat().into_bytes()),
        (Dialect::OpenaiResponses, FramingKind::Sse, openai_responses::mixed().into_bytes()),
        (Dialect::OpenaiResponses, FramingKind::Json, whole.into_bytes()),
        (Dialect::Anthropic, FramingKind::Sse, anthropic::mixed().into_bytes()),
        (Dialect::Anthropic, FramingKind::Sse, sse(&anthropic::cited_stream()).into_bytes()),
        (Dialect::Gemini, FramingKind::Sse, sse(&gemini::mixed()).into_bytes()),
        (Dialect::Gemini, FramingKind::Json, array.into_bytes()),
        (Dialect::CohereV2, FramingKind::Sse, cohere().into_bytes()),
        (Dialect::BedrockConverse, FramingKind::EventStream, bedrock()),
        (Dialect::Ollama, FramingKind::Ndjson, ollama().into_bytes()),
    ]
    .into_iter()
    .map(|(dialect, framing, body)| Sample { dialect, framing, body })
    .collect()
}

#[test]
fn answers_that_end_early_say_so_and_keep_their_text() {
    for Sample { dialect, framing, body } in samples() {
        let whole = decode(dialect, &body, 4096);
        assert_eq!(whole.failures, 0, "{dialect:?}");
        for end in 0..body.len() {
            let part = decode(dialect, &body[..end], 13);
            assert!(whole.text.starts_with(&part.text), "{dialect:?} at {end}");
            assert!(whole.citations.starts_with(&part.citations), "{dialect:?} at {end}");
            let Some(failure) = &part.failure else {
                assert_eq!(part.text, whole.text, "{dialect:?} at {end} claims to be complete");
                assert_eq!(part.finish_reason, whole.finish_reason, "{dialect:?} at {end}");
                continue;
            };
            assert_eq!(part.failures, 1, "{dialect:?} at {end}");
            // Before the first event is whole nothing shows the dialect.
            let any = !part.text.is_empty() || !part.reasoning.is_empty();
            let known = any || (framing != FramingKind::Json && end >= 300);
            let allowed =
                failure.cause == FailureCause::CutOff || (!known && failure.cause == FailureCause::Garbled);
            assert!(allowed, "{dialect:?} at {end}: {failure:?}");
            assert_eq!(part.finish_reason, None, "{dialect:?} at {end}");
        }
    }
    // A citation of a block that has no end has no range.
    let events = anthropic::cited_stream();
    let at = events.iter().position(|event| event["delta"]["citation"]["document_title"] == "Wiese").unwrap();
    let cut = decoded(Dialect::Anthropic, &sse(&events[..at + 2]));
    assert_eq!((cut.citations.len(), cut.failure().cause), (0, FailureCause::CutOff));
}

#[test]
fn a_given_framing_reads_what_the_recognised_one_reads() {
    for Sample { dialect, framing, body } in samples() {
        assert_eq!(decode_framed(dialect, framing, &body, 3), decode(dialect, &body, 3), "{dialect:?}");
    }
    // One that does not fit finds no answer, and the failure says so.
    for framing in [FramingKind::EventStream, FramingKind::Json, FramingKind::Sse] {
        let failure = decode_framed(Dialect::Ollama, framing, ollama().as_bytes(), 64).failure.unwrap();
        assert_eq!(failure.cause, FailureCause::Garbled, "{framing:?}");
    }
}

/// Printed, so that a failure can be repeated: `SIDECITE_SEED=… cargo test --test it dialects::damage::`.
fn seeded() -> ProptestConfig {
    let now = || std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
    let seed = std::env::var("SIDECITE_SEED").map_or_else(|_| now(), |seed| seed.parse().unwrap());
    eprintln!("SIDECITE_SEED={seed}");
    let (failure_persistence, rng_seed) = (None, RngSeed::Fixed(seed));
    ProptestConfig { cases: 1_000, failure_persistence, rng_seed, ..ProptestConfig::default() }
}

/// The samples and the own recordings.
static BODIES: LazyLock<Vec<(Dialect, Vec<u8>)>> = LazyLock::new(|| {
    let recorded = own().into_iter().map(|one| (one.dialect, std::fs::read(&one.path).unwrap()));
    samples().into_iter().map(|sample| (sample.dialect, sample.body)).chain(recorded).collect()
});

proptest! {
    #![proptest_config(seeded())]

    /// Damaged answers never panic, fail at most once, and mean the same however they are cut.
    #[test]
    fn damage_is_read_the_same_at_every_cut(
        which in any::<Index>(),
        foreign in prop::option::weighted(0.1, any::<Index>()),
        flips in proptest::collection::vec((any::<Index>(), any::<u8>()), 0..6),
        end in prop::option::weighted(0.3, any::<Index>()),
        cuts in proptest::collection::vec(1_usize..40, 1..20),
    ) {
        let (dialect, body) = which.get(&BODIES);
        // Also bodies of another dialect.
        let dialect = foreign.map_or(*dialect, |other| *other.get(&Dialect::ALL));
        let mut body = body.clone();
        for (at, byte) in flips {
            *at.get_mut(&mut body) ^= byte;
        }
        body.truncate(end.map_or(body.len(), |end| end.index(body.len())));
        let whole = decode(dialect, &body, body.len().max(1));
        prop_assert!(whole.failures <= 1);
        for cut in cuts.iter().take(3) {
            prop_assert_eq!(&decode(dialect, &body, *cut), &whole);
        }
        // In pieces of changing size.
        let mut decoder = dialect.decoder();
        let (mut rest, mut sizes, mut text) = (&body[..], cuts.iter().cycle(), String::new());
        let mut take = |events: Vec<sidecite::types::ChatEvent>| {
            for event in events {
                if let sidecite::types::ChatEvent::TextDelta(delta) = event {
                    text += &delta;
                }
            }
        };
        while !rest.is_empty() {
            let (piece, after) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            take(decoder.push(piece));
            rest = after;
        }
        take(decoder.finish());
        prop_assert_eq!(text, whole.text);
    }

    /// Whatever JSON comes under whatever name: no panic, and spans that address the text.
    #[test]
    fn foreign_values_do_no_harm(
        dialect in prop::sample::select(&Dialect::ALL[..]),
        events in proptest::collection::vec((prop::sample::select(&NAMES[..]), json_value()), 0..8),
    ) {
        let decoded = decode(dialect, &crate::wire::sse(&events), 13);
        prop_assert!(decoded.failures <= 1);
        for citation in &decoded.citations {
            prop_assert!(decoded.text.get(citation.span.range()).is_some());
        }
    }
}

/// Names of events.
const NAMES: [&str; 16] = [
    "",
    "error",
    "content-delta",
    "citation-start",
    "message-end",
    "tool-call-delta",
    "metadata",
    "contentBlockDelta",
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "response.output_text.delta",
    "response.output_item.done",
    "response.completed",
];

/// Names of fields.
const FIELDS: [&str; 48] = [
    "type",
    "delta",
    "message",
    "content",
    "text",
    "thinking",
    "citations",
    "citation",
    "start",
    "end",
    "sources",
    "index",
    "content_index",
    "output_index",
    "tool_calls",
    "function",
    "arguments",
    "usage",
    "tokens",
    "error",
    "done",
    "done_reason",
    "toolUse",
    "stopReason",
    "output",
    "choices",
    "finish_reason",
    "candidates",
    "parts",
    "finishReason",
    "groundingMetadata",
    "groundingSupports",
    "segment",
    "startIndex",
    "endIndex",
    "promptFeedback",
    "blockReason",
    "content_block",
    "partial_json",
    "stop_reason",
    "response",
    "item",
    "annotations",
    "annotation",
    "start_index",
    "end_index",
    "summary",
    "status",
];

/// JSON made of the dialects' own field names.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u64..6).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zé😀]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let field = (prop::sample::select(&FIELDS[..]), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            proptest::collection::vec(field, 0..5).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}
