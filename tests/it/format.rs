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
fn counts_scores_and_percentages() {
    assert_eq!(count(1_234), "1234");
    assert_eq!(count(12_345), "12\u{2009}345");
    assert_eq!(count(1_234_567), "1\u{2009}234\u{2009}567");
    assert_eq!(score(0.8124), "0.812");
    assert_eq!(score(0.016_26), "0.0163");
    assert_eq!(score(0.0), "0.000");
    assert_eq!(score(f32::NAN), "n/a");
    assert_eq!(percent(999, 1_000), "99 %");
    assert_eq!(percent(5, 5), "100 %");
    assert_eq!(percent(0, 0), "100 %");
}

#[test]
fn time_left_only_when_it_can_be_told() {
    assert_eq!(time_left(0, 10, 5_000.0), None);
    assert_eq!(time_left(1, 10, 100.0), None);
    assert_eq!(time_left(10, 10, 5_000.0), None);
    assert_eq!(time_left(5, 10, 12_000.0).unwrap(), "12 s");
    assert_eq!(time_left(5, 10, 33_000.0).unwrap(), "35 s");
    assert_eq!(time_left(1, 10, 20_000.0).unwrap(), "3 min");
    assert_eq!(time_left(9, 10, 2_000.0).unwrap(), "1 s");
}

#[test]
fn numbers_are_written_as_the_language_has_it() {
    let german = Numbers { decimal: ',', group: '.', currency_last: true };
    assert_eq!(set_numbers(german), Numbers::ENGLISH);
    let written =
        [bytes(1_234), duration(3_400.0), duration(0.42), count(1_234_567), score(0.8124), decimal(1.5, 2)];
    assert_eq!(written, ["1,2 kB", "3,4 s", "0,4 ms", "1.234.567", "0,812", "1,50"]);
    assert_eq!((dollars("0,15"), bytes(1_000)), ("0,15\u{a0}$".into(), "1 kB".into()));
    // For machines nothing changes.
    assert_eq!(fixed(1.5, 2), "1.50");
    set_numbers(Numbers::ENGLISH);
    assert_eq!(dollars("0.15"), "$0.15");
}
