//! `format`: numbers for people.

use sidecite::format::*;

#[test]
fn bytes_in_decimal_units() {
    for (count, text) in [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 kB"),
        (1_234, "1.2 kB"),
        (9_960, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (1_234_567, "1.2 MB"),
        (23_000_000, "23 MB"),
        (5_000_000_000, "5 GB"),
        (u64::MAX, "18447 PB"),
    ] {
        assert_eq!(bytes(count), text);
    }
}

#[test]
fn durations() {
    for (millis, text) in [
        (0.0, "0 ms"),
        (0.42, "0.4 ms"),
        (3.0, "3 ms"),
        (9.96, "10 ms"),
        (840.0, "840 ms"),
        (999.6, "1.0 s"),
        (3_400.0, "3.4 s"),
        (9_960.0, "10 s"),
        (59_600.0, "1 min"),
        (125_000.0, "2 min 5 s"),
        (3_720_000.0, "1 h 2 min"),
        (f64::NAN, "n/a"),
        (-1.0, "n/a"),
    ] {
        assert_eq!(duration(millis), text, "{millis}");
    }
}

#[test]
fn counts_scores_and_rates() {
    assert_eq!(count(1_234), "1234");
    assert_eq!(count(12_345), "12\u{2009}345");
    assert_eq!(count(1_234_567), "1\u{2009}234\u{2009}567");
    assert_eq!(counted(1, "file", "files"), "1 file");
    assert_eq!(counted(0, "file", "files"), "0 files");
    assert_eq!(score(0.8124), "0.812");
    assert_eq!(score(0.016_26), "0.0163");
    assert_eq!(score(0.0), "0.000");
    assert_eq!(score(f32::NAN), "n/a");
    assert_eq!(tokens_per_second(5.23), "5.2 tokens/s");
    assert_eq!(tokens_per_second(48.2), "48 tokens/s");
    assert_eq!(tokens_per_second(f64::INFINITY), "n/a");
    assert_eq!(tokens(1, true), "1 token");
    assert_eq!(tokens(120, false), "about 120 tokens");
    assert_eq!(percent(999, 1_000), "99 %");
    assert_eq!(percent(5, 5), "100 %");
    assert_eq!(percent(0, 0), "100 %");
}

#[test]
fn time_left_only_when_it_can_be_told() {
    assert_eq!(time_left(0, 10, 5_000.0), None);
    assert_eq!(time_left(1, 10, 100.0), None);
    assert_eq!(time_left(10, 10, 5_000.0), None);
    assert_eq!(time_left(5, 10, 12_000.0).unwrap(), "about 12 s left");
    assert_eq!(time_left(5, 10, 33_000.0).unwrap(), "about 35 s left");
    assert_eq!(time_left(1, 10, 20_000.0).unwrap(), "about 3 min left");
    assert_eq!(time_left(9, 10, 2_000.0).unwrap(), "about 1 s left");
}
