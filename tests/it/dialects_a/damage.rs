//! Bodies that end early or are damaged.

use super::anthropic::{anthropic_mixed, cited_stream};
use super::gemini::gemini_mixed;
use super::responses::{completed, responses_mixed, said};
use super::{DIALECTS, decode, decoded, sse};
use serde_json::{Value, json};
use sidecite::provider::Dialect;
use sidecite::types::{ChatEvent, FailureCause};

fn samples() -> Vec<(Dialect, String)> {
    vec![
        (Dialect::Anthropic, anthropic_mixed()),
        (Dialect::Anthropic, sse(&cited_stream())),
        (Dialect::OpenaiResponses, responses_mixed()),
        (Dialect::OpenaiResponses, completed(json!([said("Größe")]))["response"].to_string()),
        (Dialect::Gemini, sse(&gemini_mixed())),
        (Dialect::Gemini, serde_json::to_string_pretty(&Value::from(gemini_mixed())).unwrap()),
    ]
}

#[test]
fn streams_that_end_early_say_so_and_keep_their_text() {
    for (dialect, body) in samples() {
        let whole = decode(dialect, body.as_bytes(), 4096);
        let is_stream = !body.starts_with(['{', '[']);
        for end in 1..body.len() {
            let part = decode(dialect, &body.as_bytes()[..end], 13);
            if let Some(failure) = &part.failure {
                assert_eq!(part.finish_reason, None);
                // Before the first event is whole nothing tells the dialect.
                let any = !part.text.is_empty() || !part.reasoning.is_empty();
                assert!(!any || failure.cause == FailureCause::CutOff, "{end} {failure:?}");
            } else {
                assert_eq!(part.finish_reason, whole.finish_reason, "{end} of {body}");
            }
            assert!(whole.text.starts_with(&part.text) && whole.citations.starts_with(&part.citations));
            assert!(
                !is_stream || end < 300 || part.failure.is_none_or(|f| f.cause == FailureCause::CutOff),
                "{end}"
            );
        }
    }
    // A citation of a block that has no end has no range.
    let events = cited_stream();
    let at = events.iter().position(|event| event["delta"]["citation"]["document_title"] == "Wiese").unwrap();
    let cut = decoded(Dialect::Anthropic, &sse(&events[..at + 2]));
    assert_eq!((cut.citations.len(), cut.failure().cause), (0, FailureCause::CutOff));
}

/// Numbers from a seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

#[test]
fn damage_is_read_the_same_at_every_cut() {
    let seed = std::env::var("SIDECITE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        now.as_nanos() as u64
    });
    eprintln!("SIDECITE_SEED={seed}");
    let mut random = Random(seed);
    let samples = samples();
    for round in 0..600 {
        let (dialect, body) = &samples[random.below(samples.len())];
        // Also bodies of another dialect.
        let dialect = if random.below(8) == 0 { DIALECTS[random.below(3)].0 } else { *dialect };
        let mut body = body.clone().into_bytes();
        for _ in 0..random.below(7) {
            let at = random.below(body.len());
            body[at] ^= 1 << random.below(8);
        }
        body.truncate(body.len() - random.below(2) * random.below(body.len()));
        let whole = decode(dialect, &body, body.len().max(1));
        let mut decoder = dialect.decoder();
        let mut rest = &body[..];
        let mut cuts = Vec::new();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at((1 + random.below(40)).min(rest.len()));
            cuts.push(piece);
            rest = after;
        }
        let mut pieces: Vec<ChatEvent> = cuts.iter().flat_map(|piece| decoder.push(piece)).collect();
        pieces.extend(decoder.finish());
        let texts = |events: &[ChatEvent]| {
            events
                .iter()
                .filter_map(|e| if let ChatEvent::TextDelta(t) = e { Some(t.as_str()) } else { None })
                .collect::<String>()
        };
        assert_eq!(texts(&pieces), whole.text, "round {round}");
        assert_eq!(decode(dialect, &body, 1 + random.below(9)), whole, "round {round}");
        assert!(whole.failures <= 1, "round {round}");
        let _ = whole.cited();
    }
}
