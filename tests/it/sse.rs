//! Framing: the event-stream grammar at every split, frames of AWS, lines; and that time grows with the bytes only.

use serde_json::Value;
use sidecite::provider::framing::eventstream::{
    EventStream, EventStreamError, Frame, MAX_FRAME_BYTES, crc32,
};
use sidecite::provider::framing::lines::Lines;
use sidecite::provider::framing::sse::SseDecoder;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

type Event = (String, String, bool);

fn sse(pieces: &[&[u8]]) -> Vec<Event> {
    let mut decoder = SseDecoder::default();
    let mut events: Vec<_> = pieces.iter().flat_map(|piece| decoder.push(piece)).collect();
    events.extend(decoder.finish());
    assert_eq!(decoder.error(), None);
    events.into_iter().map(|event| (event.name, event.data, event.complete)).collect()
}

/// Bytes in, events out.
fn vectors() -> Vec<(String, Vec<u8>, Vec<Event>)> {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("../data/sse/vectors.json")).unwrap();
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

// ---------------------------------------------------------------- AWS event stream

fn frames(pieces: &[&[u8]]) -> (Vec<Frame>, Option<EventStreamError>, bool) {
    let mut stream = EventStream::default();
    let (mut frames, mut error) = (Vec::new(), None);
    for piece in pieces {
        let (more, wrong) = stream.push(piece);
        assert!(error.is_none() || (more.is_empty() && wrong.is_none()), "something comes after an error");
        frames.extend(more);
        error = error.or(wrong);
    }
    (frames, error, stream.is_amid_frame())
}

#[test]
fn crc32_is_the_one_of_gzip() {
    assert_eq!(crc32(b""), 0);
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    assert_eq!(crc32(b"The quick brown fox jumps over the lazy dog"), 0x414f_a339);
}

/// The vectors of AWS's own event-stream suite: an empty message and one with a payload only.
#[test]
fn published_frames_are_read() {
    let empty = [0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
    assert_eq!(frames(&[&empty]), (vec![Frame::default()], None, false));
    let payload = b"{'foo':'bar'}";
    let mut frame = vec![0, 0, 0, 0x1d, 0, 0, 0, 0, 0xfd, 0x52, 0x8c, 0x5a];
    frame.extend_from_slice(payload);
    frame.extend_from_slice(&[0xc3, 0x65, 0x39, 0x36]);
    let expected = Frame { headers: Vec::new(), payload: payload.to_vec() };
    assert_eq!(frames(&[&frame]), (vec![expected], None, false));
}

#[test]
fn frames_read_the_same_at_every_split() {
    let mut body = crate::wire::event("messageStart", serde_json::json!({"role": "assistant"}));
    body.extend(crate::wire::frame(
        &[(":message-type", "exception"), (":exception-type", "é")],
        "{\"é\":\"😀\"}".as_bytes(),
    ));
    body.extend(crate::wire::frame(&[], b""));
    let whole = frames(&[&body]);
    assert_eq!(whole.0.len(), 3);
    assert_eq!(whole.0[1].header(":exception-type"), Some("é"));
    assert_eq!((whole.1, whole.2), (None, false));
    for one in 0..=body.len() {
        for two in one..=body.len() {
            assert_eq!(frames(&[&body[..one], &body[one..two], &body[two..]]), whole, "{one} {two}");
        }
    }
    assert!(frames(&[&body[..body.len() - 1]]).2);
}

#[test]
fn all_types_of_headers_are_passed_over_and_strings_kept() {
    let mut head = Vec::new();
    for (kind, value) in [
        (0_u8, &[][..]),
        (1, &[]),
        (2, &[1]),
        (3, &[1, 2]),
        (4, &[1, 2, 3, 4]),
        (5, &[0; 8]),
        (6, &[0, 3, 9, 9, 9]),
        (7, b"\0\x02ok"),
        (8, &[0; 8]),
        (9, &[0; 16]),
    ] {
        head.extend_from_slice(&[1, b'a' + kind, kind]);
        head.extend_from_slice(value);
    }
    let (read, error, _) = frames(&[&crate::wire::raw_frame(&head, b"p")]);
    assert_eq!((read[0].headers.clone(), error), (vec![("h".to_owned(), "ok".to_owned())], None));
    for bad in [&[1, b'a', 10][..], &[1, b'a'], &[5, b'a'], &[1, b'a', 7, 0, 9, b'x'], &[1, b'a', 4, 0]] {
        let (read, error, _) = frames(&[&crate::wire::raw_frame(bad, b"")]);
        assert_eq!((read.len(), error), (0, Some(EventStreamError::Headers)), "{bad:?}");
    }
}

#[test]
fn every_damaged_byte_is_found() {
    let good = crate::wire::event("messageStart", serde_json::json!({"role": "assistant"}));
    let two = [good.clone(), good.clone()].concat();
    for at in 0..good.len() {
        let mut body = two.clone();
        body[good.len() + at] ^= 0x40;
        let (read, error, _) = frames(&[&body, &good]);
        assert_eq!(read.len(), 1, "byte {at}: what came before stands, nothing after is trusted");
        assert!(error.is_some_and(|error| !error.hint().is_empty()), "byte {at}");
    }
}

#[test]
fn lengths_that_cannot_be_are_refused_at_once() {
    let prelude = |total: u32, headers: u32| {
        let mut bytes = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        bytes.extend_from_slice(&crc32(&bytes).to_be_bytes());
        bytes
    };
    for (total, headers) in [
        (0, 0),
        (15, 0),
        (16, 1),
        (u32::MAX, 0),
        (100, u32::MAX),
        (16, u32::MAX - 15),
        (MAX_FRAME_BYTES as u32 + 1, 0),
    ] {
        let (read, error, _) = frames(&[&prelude(total, headers)]);
        assert!(
            read.is_empty() && matches!(error, Some(EventStreamError::Lengths { .. })),
            "{total} {headers}"
        );
    }
    assert_eq!(frames(&[&prelude(MAX_FRAME_BYTES as u32, 0)]), (Vec::new(), None, true));
}

// ---------------------------------------------------------------- time

/// Time that this thread computed: the kernel's count where there is one, so that neighbours on the machine do not
/// matter.
fn thread_time(run: impl FnOnce()) -> Duration {
    let counted = || -> Option<Duration> {
        // The kernel brings the count up to date when a thread gives way; else it may be a tick (4 ms) behind.
        std::thread::yield_now();
        let line = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(Duration::from_nanos(line.split(' ').next()?.parse().ok()?))
    };
    let (before, started) = (counted(), Instant::now());
    run();
    match (before, counted()) {
        (Some(before), Some(after)) => after - before,
        _ => started.elapsed(),
    }
}

/// Timed one after the other: suites run in threads, and would take each other's cache.
static TIMED: Mutex<()> = Mutex::new(());

/// Four times the bytes take about four times the time; a square would take sixteen times, and what outgrows a cache
/// at most twice as long a byte. The best of five each, alternating.
fn assert_linear(what: &str, body: impl Fn(usize) -> Vec<u8>, run: impl Fn(&[u8])) {
    let _alone = TIMED.lock().unwrap_or_else(PoisonError::into_inner);
    let bodies = [4_000_000, 16_000_000].map(body);
    let mut best = [Duration::MAX; 2];
    for _ in 0..5 {
        for (best, body) in best.iter_mut().zip(&bodies) {
            *best = (*best).min(thread_time(|| run(body)));
        }
    }
    let ratio = best[1].as_secs_f64() / best[0].as_secs_f64();
    eprintln!("{what}: {:?} for 4 MB, {:?} for 16 MB, ratio {ratio:.2}", best[0], best[1]);
    assert!(ratio <= 8.0, "{what}: ratio {ratio:.2}");
}

fn feed_sse(body: &[u8], cut: usize) -> usize {
    let mut decoder = SseDecoder::default();
    body.chunks(cut).map(|piece| decoder.push(piece).len()).sum()
}

fn feed_frames(body: &[u8], cut: usize) -> usize {
    let mut stream = EventStream::default();
    body.chunks(cut).map(|piece| stream.push(piece).0.len()).sum()
}

#[test]
fn one_large_event_takes_linear_time_byte_by_byte() {
    assert_linear(
        "one event of one line",
        |bytes| format!("data: {}\n\n", "y".repeat(bytes)).into_bytes(),
        |body| assert_eq!(feed_sse(body, 1), 1),
    );
}

#[test]
fn many_small_events_take_linear_time_at_once() {
    assert_linear(
        "events of 12 bytes in one push",
        |bytes| "data: abcd\n\n".repeat(bytes / 12).into_bytes(),
        |body| assert_eq!(feed_sse(body, body.len()), body.len() / 12),
    );
}

#[test]
fn one_event_of_many_lines_takes_linear_time() {
    assert_linear(
        "one event of 5-byte lines",
        |bytes| format!("{}\n", "data\n".repeat(bytes / 5)).into_bytes(),
        |body| assert_eq!(feed_sse(body, 3), 1),
    );
}

#[test]
fn one_large_frame_takes_linear_time_byte_by_byte() {
    assert_linear(
        "one frame",
        |bytes| crate::wire::frame(&[], &vec![b'y'; bytes]),
        |body| assert_eq!(feed_frames(body, 1), 1),
    );
}

#[test]
fn many_small_frames_take_linear_time_at_any_cut() {
    let one = crate::wire::frame(&[], b"abcd");
    for cut in [7, usize::MAX] {
        assert_linear(
            &format!("frames of 20 bytes at cut {cut}"),
            |bytes| one.repeat(bytes / one.len()),
            |body| assert_eq!(feed_frames(body, cut), body.len() / one.len()),
        );
    }
}

#[test]
fn lines_take_linear_time() {
    assert_linear(
        "one line",
        |bytes| vec![b'y'; bytes],
        |body| {
            let mut lines = Lines::default();
            assert!(body.chunks(1).all(|piece| lines.push(piece).is_empty()));
            assert_eq!(lines.finish().map(|line| line.len()), Some(body.len()));
        },
    );
}
