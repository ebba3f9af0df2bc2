//! `courier::health`: sums of calls, against values worked out by hand.

use sidecite::courier::health::{CallRecord, Health, Outcome, summarise};
use sidecite::types::FailureCause;

const HOUR: f64 = 3_600_000.0;
/// 2026-11-21 08:00:00 UTC.
const NOW: f64 = 1_795_248_000_000.0;

fn call(at_millis: f64, outcome: Outcome, first_token_millis: Option<f64>) -> CallRecord {
    CallRecord {
        at_millis,
        provider: "openai".into(),
        model: "m".into(),
        outcome,
        first_token_millis,
        tokens_per_second: first_token_millis.map(|millis| millis / 10.0),
        output_tokens: Some(7),
    }
}

fn ok(at_millis: f64, first_token_millis: f64) -> CallRecord {
    call(at_millis, Outcome::Ok, Some(first_token_millis))
}

fn failed(at_millis: f64, cause: FailureCause) -> CallRecord {
    call(at_millis, Outcome::Failed(cause), None)
}

fn only(calls: &[CallRecord]) -> Health {
    let mut rows = summarise(calls, NOW);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

#[test]
fn nothing_comes_of_nothing_and_of_stopped_calls() {
    assert_eq!(summarise(&[], NOW), []);
    assert_eq!(summarise(&[call(NOW, Outcome::Stopped, Some(1.0))], NOW), []);
}

#[test]
fn stopped_calls_count_neither_way() {
    let health = only(&[
        ok(NOW - 5.0, 100.0),
        call(NOW - 4.0, Outcome::Stopped, Some(9_999.0)),
        failed(NOW - 3.0, FailureCause::RateLimited),
        ok(NOW - 2.0, 300.0),
    ]);
    assert_eq!((health.calls, health.succeeded), (3, 2));
    assert_eq!(health.success_rate(), Some(2.0 / 3.0));
    assert_eq!(health.first_token_p50_millis, Some(100.0));
}

#[test]
fn percentiles_are_nearest_ranks_and_too_few_have_no_p95() {
    // Nearest rank of the median: 1 of 1, 1 of 2, 2 of 3, 2 of 4, 3 of 5; of p95: 5 of 5, 19 of 20, 20 of 21, 95 of 100.
    let of = |count: u32| {
        let calls: Vec<CallRecord> = (1..=count).rev().map(|at| ok(NOW, f64::from(at) * 10.0)).collect();
        let health = only(&calls);
        (health.first_token_p50_millis, health.first_token_p95_millis, health.tokens_per_second_p50)
    };
    assert_eq!(of(1), (Some(10.0), None, Some(1.0)));
    assert_eq!(of(2), (Some(10.0), None, Some(1.0)));
    assert_eq!(of(3), (Some(20.0), None, Some(2.0)));
    assert_eq!(of(4), (Some(20.0), None, Some(2.0)));
    assert_eq!(of(5), (Some(30.0), Some(50.0), Some(3.0)));
    assert_eq!(of(20), (Some(100.0), Some(190.0), Some(10.0)));
    assert_eq!(of(21), (Some(110.0), Some(200.0), Some(11.0)));
    assert_eq!(of(100), (Some(500.0), Some(950.0), Some(50.0)));
}

#[test]
fn five_calls_with_four_times_have_no_p95() {
    let mut calls: Vec<CallRecord> = (1..=4).map(|at| ok(NOW, f64::from(at))).collect();
    calls.push(failed(NOW, FailureCause::HostError));
    calls.push(ok(NOW, f64::NAN));
    let health = only(&calls);
    assert_eq!(
        (health.calls, health.first_token_p50_millis, health.first_token_p95_millis),
        (6, Some(2.0), None)
    );
}

#[test]
fn causes_are_counted_most_frequent_first() {
    use FailureCause as F;
    let causes = [F::TimedOut, F::RateLimited, F::HostError, F::RateLimited, F::HostError, F::RateLimited];
    let calls: Vec<CallRecord> = causes.into_iter().map(|cause| failed(NOW, cause)).collect();
    let health = only(&calls);
    assert_eq!(health.errors, [(F::RateLimited, 3), (F::HostError, 2), (F::TimedOut, 1)]);
    assert_eq!((health.success_rate(), health.first_token_p50_millis), (Some(0.0), None));
}

#[test]
fn rows_are_by_provider_and_model() {
    let mut calls = vec![ok(NOW, 1.0), ok(NOW, 2.0), ok(NOW, 3.0)];
    calls[0].model = "z".into();
    calls[1].provider = "anthropic".into();
    let names: Vec<(String, String, u32)> =
        summarise(&calls, NOW).into_iter().map(|row| (row.provider, row.model, row.calls)).collect();
    let name = |provider: &str, model: &str| (provider.to_owned(), model.to_owned(), 1);
    assert_eq!(names, [name("anthropic", "m"), name("openai", "m"), name("openai", "z")]);
}

#[test]
fn a_short_time_goes_by_hours_without_gaps() {
    let calls = [
        ok(NOW - 2.5 * HOUR, 40.0),
        failed(NOW - 0.5 * HOUR, FailureCause::Garbled),
        ok(NOW - 0.1 * HOUR, 60.0),
    ];
    let series = only(&calls).series;
    let seen: Vec<_> =
        series.iter().map(|b| (b.from_millis, b.calls, b.failures, b.first_token_p50_millis)).collect();
    assert_eq!(
        seen,
        [
            (NOW - 3.0 * HOUR, 1, 0, Some(40.0)),
            (NOW - 2.0 * HOUR, 0, 0, None),
            (NOW - HOUR, 2, 1, Some(60.0)),
            (NOW, 0, 0, None),
        ]
    );
    assert!(series.iter().all(|bucket| bucket.length_millis == HOUR));
}

#[test]
fn a_long_time_goes_by_days_and_the_longest_is_bounded() {
    let day = 24.0 * HOUR;
    let midnight = NOW - 8.0 * HOUR;
    let series = only(&[ok(NOW - 48.0 * HOUR - 1.0, 1.0), ok(NOW, 2.0)]).series;
    let froms: Vec<f64> = series.iter().map(|bucket| bucket.from_millis).collect();
    assert_eq!(froms, [midnight - 2.0 * day, midnight - day, midnight]);
    assert_eq!(only(&[ok(NOW - 48.0 * HOUR, 1.0)]).series.len(), 49);
    let years = only(&[ok(NOW - 3_000.0 * day, 1.0), ok(NOW - day, 1.0)]);
    assert_eq!((years.calls, years.series.len()), (2, 90));
    assert_eq!(years.series.iter().map(|bucket| bucket.calls).sum::<u32>(), 1);
}

#[test]
fn a_wrong_clock_breaks_nothing() {
    let future = only(&[ok(NOW + 5.0 * HOUR, 1.0), ok(NOW - HOUR, 1.0)]);
    assert_eq!(future.series.iter().map(|bucket| bucket.calls).sum::<u32>(), 2);
    let odd = only(&[ok(f64::NAN, 1.0), ok(f64::INFINITY, 1.0)]);
    assert_eq!((odd.calls, odd.series.len()), (2, 0));
    let mixed = only(&[ok(f64::NEG_INFINITY, 1.0), ok(NOW, 1.0), ok(-1e300, 1.0)]);
    assert_eq!((mixed.calls, mixed.series.len()), (3, 90));
    assert_eq!(summarise(&[ok(0.0, 1.0)], f64::NAN)[0].series.len(), 1);
}
