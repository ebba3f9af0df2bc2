//! `courier::limit`: one queue per origin, and no herd after a 429.

use sidecite::courier::limit::{AT_ONCE, GROW_AFTER, MAX_PACE_MILLIS, PACE_MILLIS, PAUSE_MILLIS};
use sidecite::courier::{CallOutcome, Limiter, Origin, Retry, RetryDecision, RetryHeaders, Ticket, Turn};
use sidecite::types::problem::legacy;
use sidecite::types::{CallFailure, FailureCause};
use std::collections::{BTreeMap, VecDeque};

fn remote() -> Origin {
    Origin::of_endpoint("https://api.example/v1").unwrap()
}

fn waiting(position: usize, until_millis: Option<f64>) -> Turn {
    Turn::Wait { position, until_millis }
}

const LIMITED: CallOutcome = CallOutcome::Limited { wait_millis: None };

#[test]
fn an_origin_has_so_many_at_once_and_others_have_their_own() {
    for (base, most) in [
        ("https://api.example/v1", AT_ONCE),
        ("http://localhost:11434/v1", AT_ONCE),
        ("http://192.168.1.5:8080/v1", AT_ONCE),
        ("http://[::1]:8080/v1", AT_ONCE),
    ] {
        let mut limiter = Limiter::new(1);
        let origin = Origin::of_endpoint(base).unwrap();
        let turns: Vec<Turn> = (0..most + 2).map(|_| limiter.acquire(&origin, "m", 0.0).1).collect();
        assert!(turns[..most].iter().all(|turn| *turn == Turn::Start), "{base}: {turns:?}");
        assert_eq!(turns[most..], [waiting(0, None), waiting(1, None)], "{base}");
        assert_eq!(limiter.load(&origin, "m"), (most, most));
        let other = Origin::of_endpoint("https://other.example/v1").unwrap();
        assert_eq!(limiter.acquire(&other, "m", 0.0).1, Turn::Start);
    }
}

#[test]
fn first_come_first_served_also_past_one_who_left() {
    let mut limiter = Limiter::new(1);
    let tickets: Vec<Ticket> = (0..8).map(|_| limiter.acquire(&remote(), "m", 0.0).0).collect();
    assert_eq!(limiter.start_due(1.0), []);
    // The first in the queue is stopped; a place becomes free; the second starts.
    limiter.release(tickets[4], CallOutcome::Other, 1.0);
    assert_eq!(limiter.turn(tickets[4], 1.0), None);
    assert_eq!(limiter.start_due(1.0), []);
    assert_eq!(limiter.turn(tickets[7], 1.0), Some(waiting(2, None)));
    limiter.release(tickets[1], CallOutcome::Other, 2.0);
    // Whoever comes now does not overtake.
    assert_eq!(limiter.acquire(&remote(), "m", 2.0).1, waiting(2, None));
    assert_eq!(limiter.turn(tickets[5], 2.0), Some(Turn::Start));
    limiter.release(tickets[0], CallOutcome::Succeeded, 3.0);
    limiter.release(tickets[2], CallOutcome::Succeeded, 3.0);
    assert_eq!(limiter.start_due(3.0), [tickets[6], tickets[7]]);
    // Who was refused goes before those who were not, and after those who were refused earlier.
    let (first, turn) = limiter.acquire_again(&remote(), "m", 3.0);
    assert_eq!(turn, waiting(0, None));
    assert_eq!(limiter.acquire_again(&remote(), "m", 3.0).1, waiting(1, None));
    assert_eq!(limiter.turn(first, 3.0), Some(waiting(0, None)));
    // Twice given back is once given back.
    limiter.release(tickets[0], CallOutcome::Other, 3.0);
    assert_eq!(limiter.load(&remote(), "m"), (4, 4));
}

#[test]
fn one_burst_of_refusals_halves_once_and_a_later_one_again_down_to_one() {
    let mut limiter = Limiter::new(2);
    let burst: Vec<Ticket> = (0..4).map(|_| limiter.acquire(&remote(), "m", 0.0).0).collect();
    for (ticket, now) in burst.into_iter().zip([100.0, 101.0, 102.0, 103.0]) {
        limiter.release(ticket, LIMITED, now);
        assert_eq!(limiter.load(&remote(), "m").0, 2, "{now}");
    }
    for (now, expected) in [(10_000.0, 1), (20_000.0, 1)] {
        let (ticket, turn) = limiter.acquire(&remote(), "m", now);
        assert_eq!(turn, Turn::Start);
        limiter.release(ticket, LIMITED, now + 1.0);
        assert_eq!(limiter.load(&remote(), "m").0, expected);
    }
}

#[test]
fn nobody_starts_before_the_time_the_host_names() {
    for (wait_millis, least) in
        [(Some(5_000.0), 5_000.0), (None, PAUSE_MILLIS), (Some(f64::NAN), PAUSE_MILLIS), (Some(0.0), 0.0)]
    {
        let mut limiter = Limiter::new(3);
        let (ticket, _) = limiter.acquire(&remote(), "m", 0.0);
        limiter.release(ticket, CallOutcome::Limited { wait_millis }, 100.0);
        let (ticket, turn) = limiter.acquire(&remote(), "m", 100.0);
        let Turn::Wait { position: 0, until_millis: Some(until) } = turn else { panic!("{turn:?}") };
        let (least, most) = (100.0 + least + PACE_MILLIS / 2.0, 100.0 + least + PACE_MILLIS);
        assert!(until > least && until <= most, "{until}");
        assert_eq!(limiter.start_due(until - 0.01), []);
        assert_eq!(limiter.start_due(until), [ticket]);
        assert_eq!(limiter.turn(ticket, until), Some(Turn::Start));
    }
    // Hours are not waited for: the limit is halved, and the host tells the next one itself.
    let mut limiter = Limiter::new(3);
    let (ticket, _) = limiter.acquire(&remote(), "m", 0.0);
    limiter.release(ticket, CallOutcome::Limited { wait_millis: Some(3.6e6) }, 100.0);
    assert_eq!(limiter.acquire(&remote(), "m", 100.0).1, Turn::Start);
    assert_eq!(limiter.load(&remote(), "m").0, 2);
}

#[test]
fn five_successes_bring_one_back() {
    let mut limiter = Limiter::new(4);
    let old: Vec<Ticket> = (0..4).map(|_| limiter.acquire(&remote(), "m", 0.0).0).collect();
    limiter.release(old[0], LIMITED, 1.0);
    // What began before the refusal does not count.
    for ticket in &old[1..] {
        limiter.release(*ticket, CallOutcome::Succeeded, 2.0);
    }
    let mut now = 10_000.0;
    for expected in [3, 4, 4] {
        for _ in 0..GROW_AFTER {
            assert!(limiter.load(&remote(), "m").0 < expected || expected == 4, "too early");
            let (ticket, turn) = limiter.acquire(&remote(), "m", now);
            assert_eq!(turn, Turn::Start);
            now += 1_000.0;
            limiter.release(ticket, CallOutcome::Succeeded, now);
        }
        assert_eq!(limiter.load(&remote(), "m").0, expected);
    }
    // Grown back, there is no distance any more.
    let turns: Vec<Turn> = (0..4).map(|_| limiter.acquire(&remote(), "m", now).1).collect();
    assert!(turns.iter().all(|turn| *turn == Turn::Start));
}

#[test]
fn every_later_refusal_doubles_the_distance_and_successes_take_it_back() {
    for seed in 1..=20 {
        let mut limiter = Limiter::new(seed);
        let mut now = 0.0;
        // Ends one request so, starts the next as soon as it may, and measures how long after it another may start.
        let mut distance_after = |ending| {
            let (ticket, _) = limiter.acquire(&remote(), "m", now);
            limiter.release(ticket, ending, now + 1.0);
            now += 100_000.0;
            let (first, turn) = limiter.acquire(&remote(), "m", now);
            assert_eq!(turn, Turn::Start);
            limiter.release(first, CallOutcome::Other, now);
            let (second, turn) = limiter.acquire(&remote(), "m", now);
            limiter.release(second, CallOutcome::Other, now);
            let begun = now;
            now += 100_000.0;
            match turn {
                Turn::Start => 0.0,
                Turn::Wait { until_millis, .. } => until_millis.unwrap() - begun,
            }
        };
        for most in [500.0, 1_000.0, 2_000.0, 4_000.0, MAX_PACE_MILLIS, MAX_PACE_MILLIS] {
            let distance = distance_after(LIMITED);
            assert!(distance > most / 2.0 && distance <= most, "seed {seed}: {distance} of {most}");
        }
        let mut most = MAX_PACE_MILLIS;
        for _ in 0..60 {
            for _ in 1..GROW_AFTER {
                distance_after(CallOutcome::Succeeded);
            }
            most *= 0.75;
            let distance = distance_after(CallOutcome::Succeeded);
            let gone = most < PACE_MILLIS / 2.0;
            let fits = if gone { distance == 0.0 } else { distance > most / 2.0 && distance <= most };
            assert!(fits, "seed {seed}: {distance} of {most}");
        }
    }
}

#[test]
fn failures_count_by_their_status() {
    let of = |status| {
        CallOutcome::of(
            &CallFailure::new(FailureCause::HostError, legacy::text("", "")).with_status(status),
            Some(7.0),
        )
    };
    for status in [429, 529] {
        assert_eq!(of(status), CallOutcome::Limited { wait_millis: Some(7.0) });
    }
    for status in [400, 401, 500, 502] {
        assert_eq!(of(status), CallOutcome::Other);
    }
    let quota = CallFailure::new(FailureCause::QuotaUsedUp, legacy::text("", "")).with_status(429);
    assert_eq!(CallOutcome::of(&quota, None), CallOutcome::Other);
}

// ---------------------------------------------------------------- a storm

/// A host that answers so many requests a second and refuses the rest.
struct Host {
    tokens: f64,
    filled_millis: f64,
    per_second: f64,
    says_when: bool,
    under_way: usize,
    most_under_way: usize,
}

impl Host {
    /// Accepted, or refused with the wait it names.
    fn takes(&mut self, now: f64) -> Result<(), Option<f64>> {
        self.tokens = (self.tokens + (now - self.filled_millis) / 1_000.0 * self.per_second).min(3.0);
        self.filled_millis = now;
        self.under_way += 1;
        self.most_under_way = self.most_under_way.max(self.under_way);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        let wait = ((1.0 - self.tokens) / self.per_second).ceil() * 1_000.0;
        Err(self.says_when.then_some(wait))
    }
}

enum Event {
    /// A column asks (again).
    Ask(usize),
    /// The answer to a column's request is complete.
    Answered(usize, Ticket),
    /// A column's request was refused.
    Refused(usize, Ticket, Option<f64>),
    /// The limiter wanted to be asked.
    Wake,
}

struct Storm {
    /// When, and whether the limit was reduced then.
    starts: Vec<(f64, bool)>,
    refusals: Vec<(f64, Option<f64>)>,
    finished: usize,
    failed: usize,
    host: Host,
}

const COLUMNS: usize = 8;
const REQUESTS: usize = 10;

/// Eight columns with ten requests each, one after the other, against the host. The real policy decides on retries.
fn storm(seed: u64, says_when: bool, per_second: f64) -> Storm {
    let origin = remote();
    let mut limiter = Limiter::new(seed);
    let host =
        Host { tokens: 3.0, filled_millis: 0.0, per_second, says_when, under_way: 0, most_under_way: 0 };
    let mut storm = Storm { starts: vec![], refusals: vec![], finished: 0, failed: 0, host };
    let mut left = [REQUESTS; COLUMNS];
    let mut retries = [Retry::new(); COLUMNS];
    let mut column_of: BTreeMap<Ticket, usize> = BTreeMap::new();
    let mut events: VecDeque<(f64, Event)> = (0..COLUMNS).map(|column| (0.0, Event::Ask(column))).collect();
    let mut state = seed;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let mut steps = 0;
    while let Some(next) = (0..events.len()).min_by(|a, b| events[*a].0.total_cmp(&events[*b].0)) {
        steps += 1;
        assert!(steps < 100_000, "it never ends");
        let (now, event) = events.remove(next).unwrap();
        let mut started = Vec::new();
        let mut over = None;
        match event {
            Event::Wake => {}
            Event::Ask(column) => {
                let refused = retries[column].retries() > 0;
                let (ticket, turn) = if refused {
                    limiter.acquire_again(&origin, "m", now)
                } else {
                    limiter.acquire(&origin, "m", now)
                };
                column_of.insert(ticket, column);
                if turn == Turn::Start {
                    started.push(ticket);
                }
            }
            Event::Answered(column, ticket) => {
                storm.host.under_way -= 1;
                limiter.release(ticket, CallOutcome::Succeeded, now);
                storm.finished += 1;
                over = Some(column);
            }
            Event::Refused(column, ticket, wait_millis) => {
                storm.host.under_way -= 1;
                let failure =
                    CallFailure::new(FailureCause::RateLimited, legacy::text("", "")).with_status(429);
                storm.refusals.push((now, wait_millis));
                limiter.release(ticket, CallOutcome::of(&failure, wait_millis), now);
                let headers = RetryHeaders { wait_millis, should_retry: None };
                match retries[column].decide(&failure, &headers, false, random()) {
                    RetryDecision::Again { after_millis } => {
                        events.push_back((now + after_millis, Event::Ask(column)));
                    }
                    RetryDecision::TooLong { .. } | RetryDecision::Over => {
                        storm.failed += 1;
                        over = Some(column);
                    }
                }
            }
        }
        if let Some(column) = over {
            left[column] -= 1;
            retries[column] = Retry::new();
            if left[column] > 0 {
                events.push_back((now, Event::Ask(column)));
            }
        }
        started.extend(limiter.start_due(now));
        for ticket in started {
            let column = column_of[&ticket];
            storm.starts.push((now, limiter.load(&origin, "m").0 < AT_ONCE));
            let event = match storm.host.takes(now) {
                Ok(()) => (now + 300.0 + 700.0 * random(), Event::Answered(column, ticket)),
                Err(wait) => (now + 40.0 + 60.0 * random(), Event::Refused(column, ticket, wait)),
            };
            events.push_back(event);
        }
        let (limit, running) = limiter.load(&origin, "m");
        assert!(running == storm.host.under_way && limit <= AT_ONCE, "seed {seed}: {running} of {limit}");
        let opens = column_of.keys().filter_map(|ticket| match limiter.turn(*ticket, now)? {
            Turn::Wait { until_millis, .. } => until_millis,
            Turn::Start => None,
        });
        if let Some(wake) = opens.min_by(f64::total_cmp) {
            events.push_back((wake.max(now), Event::Wake));
            // One alarm is enough.
            let last = events.len() - 1;
            let mut at = 0;
            events.retain(|(_, event)| {
                at += 1;
                at > last || !matches!(event, Event::Wake)
            });
        }
    }
    storm
}

#[test]
fn a_storm_of_refusals_calms_down_and_all_finish() {
    for seed in 1..=40u64 {
        for (says_when, per_second) in [(true, 2.0), (true, 0.5), (false, 3.0)] {
            let storm = storm(seed, says_when, per_second);
            let about = format!("seed {seed}, {says_when}, {per_second}/s");
            assert_eq!((storm.finished, storm.failed), (COLUMNS * REQUESTS, 0), "{about}");
            assert!(!storm.refusals.is_empty(), "{about}: no storm");
            assert!(storm.host.most_under_way <= AT_ONCE, "{about}");
            // Nobody starts while the host asks to wait.
            for (at, wait) in &storm.refusals {
                let until = at + wait.unwrap_or(PAUSE_MILLIS);
                let early = storm.starts.iter().find(|(start, _)| *start > *at && *start < until);
                assert!(early.is_none(), "{about}: refused at {at} until {until}, yet {early:?}");
            }
            // While the limit is reduced nobody starts together with another, and no two distances are alike.
            let pairs = storm.starts.windows(2).filter(|pair| pair[0].1);
            let mut gaps: Vec<f64> = pairs.map(|pair| pair[1].0 - pair[0].0).collect();
            gaps.sort_by(f64::total_cmp);
            assert!(gaps.len() > 10 && gaps[0] >= PACE_MILLIS / 4.0, "{about}: {gaps:?}");
            assert!(gaps.windows(2).all(|pair| pair[1] - pair[0] > 1e-9), "{about}: {gaps:?}");
        }
    }
}

#[test]
fn a_429_of_one_model_leaves_the_other_models_of_its_host_alone() {
    let mut limiter = Limiter::new(1);
    let (refused, _) = limiter.acquire(&remote(), "busy", 0.0);
    limiter.release(refused, CallOutcome::Limited { wait_millis: Some(30_000.0) }, 100.0);
    let (again, turn) = limiter.acquire_again(&remote(), "busy", 100.0);
    assert!(matches!(turn, Turn::Wait { position: 0, until_millis: Some(until) } if until > 30_000.0));
    for at in 0..AT_ONCE {
        assert_eq!(limiter.acquire(&remote(), "free", 101.0).1, Turn::Start, "{at}");
    }
    // All places of the host are taken: a call that waits for the pause is not counted as being before.
    assert_eq!(limiter.acquire(&remote(), "free", 102.0).1, waiting(0, None));
    assert_eq!(limiter.load(&remote(), "busy"), (AT_ONCE / 2, 0));
    assert_eq!(limiter.load(&remote(), "free"), (AT_ONCE, AT_ONCE));
    assert!(matches!(limiter.turn(again, 200.0), Some(Turn::Wait { .. })));
}

#[test]
fn refusals_of_two_models_are_their_hosts_and_hold_for_all() {
    let mut limiter = Limiter::new(1);
    let (one, _) = limiter.acquire(&remote(), "one", 0.0);
    let (two, _) = limiter.acquire(&remote(), "two", 0.0);
    limiter.release(one, CallOutcome::Limited { wait_millis: Some(5_000.0) }, 100.0);
    let (free, turn) = limiter.acquire(&remote(), "three", 101.0);
    assert_eq!(turn, Turn::Start);
    limiter.release(free, CallOutcome::Succeeded, 150.0);
    limiter.release(two, CallOutcome::Limited { wait_millis: Some(5_000.0) }, 200.0);
    let (_, turn) = limiter.acquire(&remote(), "three", 201.0);
    assert!(matches!(turn, Turn::Wait { until_millis: Some(until), .. } if until > 5_000.0), "{turn:?}");
    assert_eq!(limiter.load(&remote(), "three").0, AT_ONCE / 2);
}
