//! The time of each framing grows with the bytes only.

use sidecite::provider::framing::eventstream::EventStream;
use sidecite::provider::framing::lines::Lines;
use sidecite::provider::framing::sse::SseDecoder;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

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
