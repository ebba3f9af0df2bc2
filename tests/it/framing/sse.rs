//! Server-sent events: the grammar at every split, and its bounds.

use proptest::prelude::*;
use serde_json::Value;
use sidecite::provider::framing::sse::{MAX_EVENT_BYTES, SseDecoder};

type Event = (String, String, bool);

fn sse(pieces: &[&[u8]]) -> Vec<Event> {
    let mut decoder = SseDecoder::default();
    let mut events: Vec<_> = pieces.iter().flat_map(|piece| decoder.push(piece)).collect();
    events.extend(decoder.finish());
    assert!(!decoder.is_too_large());
    events.into_iter().map(|event| (event.name, event.data, event.complete)).collect()
}

/// Bytes in, events out.
fn vectors() -> Vec<(String, Vec<u8>, Vec<Event>)> {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("../../data/sse/vectors.json")).unwrap();
    let event = |event: &Value, complete| {
        (event[0].as_str().unwrap().to_owned(), event[1].as_str().unwrap().to_owned(), complete)
    };
    let read = |vector: &Value| {
        let body = match vector.get("hex").and_then(Value::as_str) {
            Some(hex) => (0..hex.len() / 2)
                .map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap())
                .collect(),
            None => vector["body"].as_str().unwrap().as_bytes().to_vec(),
        };
        let mut events: Vec<Event> =
            vector["events"].as_array().unwrap().iter().map(|one| event(one, true)).collect();
        events.extend(vector.get("tail").map(|tail| event(tail, false)));
        (vector["name"].as_str().unwrap().to_owned(), body, events)
    };
    vectors.iter().map(read).collect()
}

#[test]
fn event_streams_read_the_same_at_every_split() {
    let vectors = vectors();
    assert!(vectors.len() >= 35, "{}", vectors.len());
    let mut splits = 0;
    for (name, body, expected) in &vectors {
        for one in 0..=body.len() {
            let (head, tail) = body.split_at(one);
            assert_eq!(&sse(&[head, tail]), expected, "{name} cut at {one}");
            splits += 1;
            // Long comments are for the buffers; all pairs of cuts within them would say nothing new.
            let step = if body.len() > 500 { 97 } else { 1 };
            for two in (one..=body.len()).step_by(step) {
                let (middle, tail) = tail.split_at(two - one);
                assert_eq!(&sse(&[head, middle, tail]), expected, "{name} cut at {one} and {two}");
                splits += 1;
            }
        }
        let single: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(&sse(&single), expected, "{name} byte by byte");
    }
    eprintln!("{} vectors, {splits} splits", vectors.len());
}

fn check_sse(body: &str, expected: &[(&str, &str, bool)]) {
    let expected: Vec<_> = expected.iter().map(|(n, d, c)| ((*n).to_owned(), (*d).to_owned(), *c)).collect();
    for cut in 1..=body.len().max(1) {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(cut).collect();
        assert_eq!(sse(&pieces), expected, "cut {cut} of {body:?}");
    }
}

#[test]
fn it_follows_the_event_stream_grammar() {
    check_sse("data: a\n\n", &[("", "a", true)]);
    check_sse("data:a\r\n\r\n", &[("", "a", true)]);
    check_sse("data: a\r\rdata: b\r\r", &[("", "a", true), ("", "b", true)]);
    check_sse("\u{feff}data: a\n\n", &[("", "a", true)]);
    check_sse("\u{feff}: hi\r\n\r\ndata: é€😀\r\n\r\n", &[("", "é€😀", true)]);
    check_sse("data: a\ndata\ndata:  b\n\n", &[("", "a\n\n b", true)]);
    check_sse(": comment\n\nevent: error\ndata: x\nid: 7\nretry: 5\n\n", &[("error", "x", true)]);
    check_sse("event: ping\n\ndata: a\n\n", &[("", "a", true)]);
    check_sse("data: tail", &[("", "tail", false)]);
    check_sse("data: tail\n", &[("", "tail", false)]);
    check_sse("nonsense\n\n", &[]);
    check_sse("", &[]);
    check_sse("data\n\n", &[("", "", true)]);
    check_sse("data: a\n\n\n\n\r\n\r\ndata: b\n\n", &[("", "a", true), ("", "b", true)]);
}

#[test]
fn it_replaces_invalid_utf8_and_goes_on() {
    assert_eq!(
        sse(&[b"data: \xff\xfe\n\nda", b"ta: ok\n\n"]),
        [(String::new(), "\u{fffd}\u{fffd}".into(), true), (String::new(), "ok".into(), true)]
    );
}

#[test]
fn it_is_bounded() {
    let mut decoder = SseDecoder::default();
    let piece = vec![b'x'; 1 << 20];
    decoder.push(b"data: ");
    for _ in 0..(MAX_EVENT_BYTES >> 20) + 1 {
        assert!(decoder.push(&piece).is_empty());
    }
    assert!(decoder.is_too_large());
    assert!(decoder.push(b"\n\ndata: a\n\n").is_empty());
    assert!(decoder.finish().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_come_out_the_same_at_every_cut(body in "(data|event|:|: |[a-c é]|\r|\n|\r\n|\u{feff}){0,40}", cut in 1_usize..9) {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(cut).collect();
        prop_assert_eq!(sse(&pieces), sse(&[body.as_bytes()]));
    }
}
