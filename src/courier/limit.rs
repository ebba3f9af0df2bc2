//! Who may send now, and who waits: one queue per origin, shared by all columns.
//!
//! [`AT_ONCE`] requests at a time. First come, first served; who was refused
//! goes before. A 429 halves the limit and doubles the distance between two starts, once for all requests that were
//! under way, and nobody starts before the time the host names. [`GROW_AFTER`] successes give one place and a quarter of
//! the distance back. Distances are of random length, so that waiting columns do not come back as a herd.
//!
//! A state machine over times that the caller reads from its clock; its chances come from a seed.

use super::{Origin, retry};
use crate::types::{CallFailure, FailureCause};
use std::collections::{BTreeMap, VecDeque};

/// Requests at a time to one origin, unless told otherwise.
pub const AT_ONCE: usize = 4;
/// Successes after which a reduced limit grows by one.
pub const GROW_AFTER: u32 = 5;
/// The pause after a 429 that names no time.
pub const PAUSE_MILLIS: f64 = 1_000.0;
/// Distance between two starts after the first 429; chance takes up to half of it away.
pub const PACE_MILLIS: f64 = 500.0;
/// The distance grows to this.
pub const MAX_PACE_MILLIS: f64 = 8_000.0;
/// What is left of the distance when the limit grows.
const PACE_LEFT: f64 = 0.75;

/// A place in a queue, or a request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// Whether a request may be sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    /// Now.
    Start,
    /// Not yet.
    Wait {
        /// How many are before it in the queue.
        position: usize,
        /// Nobody starts before then, where that is known; on the caller's clock.
        until_millis: Option<f64>,
    },
}

/// How a request ended, as far as the queue cares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CallOutcome {
    /// An answer came to its end.
    Succeeded,
    /// The host has too much to do.
    Limited {
        /// How long the host asks to wait.
        wait_millis: Option<f64>,
    },
    /// It failed for another reason or was stopped, under way or still waiting.
    Other,
}

impl CallOutcome {
    /// How `failure` counts: 429 and 529 say that there are too many requests, but not a used up quota.
    pub fn of(failure: &CallFailure, wait_millis: Option<f64>) -> Self {
        match failure.status {
            Some(429 | 529) if failure.cause != FailureCause::QuotaUsedUp => Self::Limited { wait_millis },
            _ => Self::Other,
        }
    }
}

/// The queues of all origins.
#[derive(Clone, Debug)]
pub struct Limiter {
    lanes: BTreeMap<Origin, Lane>,
    next_ticket: u64,
    chance: Chance,
    most: usize,
}

impl Limiter {
    /// No queues yet. The same `seed` gives the same distances.
    pub fn new(seed: u64) -> Self {
        Self::with_most(seed, AT_ONCE)
    }

    /// The same with another number of requests at a time.
    pub fn with_most(seed: u64, most: usize) -> Self {
        Self { lanes: BTreeMap::new(), next_ticket: 0, chance: Chance(seed), most: most.max(1) }
    }

    /// Takes a place for a request to `origin`, which starts at once when nothing speaks against it.
    pub fn acquire(&mut self, origin: &Origin, now_millis: f64) -> (Ticket, Turn) {
        self.join(origin, false, now_millis)
    }

    /// The same for a request that was refused before: it goes before those that were not.
    pub fn acquire_again(&mut self, origin: &Origin, now_millis: f64) -> (Ticket, Turn) {
        self.join(origin, true, now_millis)
    }

    fn join(&mut self, origin: &Origin, again: bool, now_millis: f64) -> (Ticket, Turn) {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let lane = self.lanes.entry(origin.clone()).or_insert_with(|| Lane::new(self.most));
        let place =
            if again { lane.waiting.partition_point(|(_, again)| *again) } else { lane.waiting.len() };
        lane.waiting.insert(place, (ticket, again));
        while lane.start_next(now_millis, &mut self.chance).is_some_and(|started| started != ticket) {}
        (ticket, self.turn(ticket, now_millis).unwrap_or(Turn::Start))
    }

    /// Gives the place back, when the request has ended or its column was stopped while waiting. Then ask
    /// [`Self::start_due`].
    pub fn release(&mut self, ticket: Ticket, ending: CallOutcome, now_millis: f64) {
        for lane in self.lanes.values_mut() {
            lane.waiting.retain(|(waiting, _)| *waiting != ticket);
            if let Some(started) = lane.running.remove(&ticket) {
                lane.ended(started, ending, now_millis, &mut self.chance);
            }
        }
    }

    /// Those who start now, in the order in which they came. To be asked after every release and at
    /// [`Self::wake_millis`].
    pub fn start_due(&mut self, now_millis: f64) -> Vec<Ticket> {
        let mut started = Vec::new();
        for lane in self.lanes.values_mut() {
            while let Some(ticket) = lane.start_next(now_millis, &mut self.chance) {
                started.push(ticket);
            }
        }
        started
    }

    /// When somebody may start without anything ending before; nothing when nobody waits for a time.
    pub fn wake_millis(&self) -> Option<f64> {
        let times = self.lanes.values().filter(|lane| lane.has_room() && !lane.waiting.is_empty());
        times.map(|lane| lane.opens_millis).min_by(f64::total_cmp)
    }

    /// How a request stands; nothing once it was released.
    pub fn turn(&self, ticket: Ticket, now_millis: f64) -> Option<Turn> {
        self.lanes.values().find_map(|lane| {
            if lane.running.contains_key(&ticket) {
                return Some(Turn::Start);
            }
            let position = lane.waiting.iter().position(|(waiting, _)| *waiting == ticket)?;
            let until_millis = Some(lane.opens_millis).filter(|opens| *opens > now_millis);
            Some(Turn::Wait { position, until_millis })
        })
    }

    /// How many requests to `origin` may be under way, and how many are.
    pub fn load(&self, origin: &Origin) -> (usize, usize) {
        match self.lanes.get(origin) {
            Some(lane) => (lane.limit, lane.running.len()),
            None => (self.most, 0),
        }
    }
}

/// The queue of one origin.
#[derive(Clone, Debug)]
struct Lane {
    most: usize,
    limit: usize,
    /// With whether it was refused before; those come first.
    waiting: VecDeque<(Ticket, bool)>,
    /// With the time each began.
    running: BTreeMap<Ticket, f64>,
    /// Nobody starts before.
    opens_millis: f64,
    pace_millis: f64,
    halved_millis: f64,
    successes: u32,
}

impl Lane {
    fn new(most: usize) -> Self {
        Self {
            most,
            limit: most,
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            opens_millis: f64::NEG_INFINITY,
            pace_millis: 0.0,
            halved_millis: f64::NEG_INFINITY,
            successes: 0,
        }
    }

    fn has_room(&self) -> bool {
        self.running.len() < self.limit
    }

    fn start_next(&mut self, now_millis: f64, chance: &mut Chance) -> Option<Ticket> {
        if !self.has_room() || now_millis < self.opens_millis {
            return None;
        }
        let (ticket, _) = self.waiting.pop_front()?;
        self.running.insert(ticket, now_millis);
        if self.pace_millis > 0.0 {
            self.opens_millis = now_millis + chance.part_of(self.pace_millis);
        }
        Some(ticket)
    }

    fn ended(&mut self, started_millis: f64, ending: CallOutcome, now_millis: f64, chance: &mut Chance) {
        // What began before the limit was halved says nothing about the limit since.
        let is_news = started_millis > self.halved_millis;
        match ending {
            CallOutcome::Succeeded if is_news && self.pace_millis > 0.0 => {
                self.successes += 1;
                if self.successes >= GROW_AFTER {
                    self.successes = 0;
                    self.limit = (self.limit + 1).min(self.most);
                    let pace_millis = self.pace_millis * PACE_LEFT;
                    self.pace_millis = if pace_millis < PACE_MILLIS / 2.0 { 0.0 } else { pace_millis };
                }
            }
            CallOutcome::Limited { wait_millis } => {
                if is_news {
                    self.limit = (self.limit / 2).max(1);
                    self.pace_millis = (self.pace_millis * 2.0).clamp(PACE_MILLIS, MAX_PACE_MILLIS);
                    self.halved_millis = now_millis;
                }
                self.successes = 0;
                let wait_millis =
                    wait_millis.filter(|wait| wait.is_finite() && *wait >= 0.0).unwrap_or(PAUSE_MILLIS);
                // A wait that long is no pause, and often meant for one model only: whoever comes next is told by
                // the host itself.
                if wait_millis <= retry::MAX_HINT_MILLIS {
                    let opens_millis = now_millis + wait_millis + chance.part_of(PACE_MILLIS);
                    self.opens_millis = self.opens_millis.max(opens_millis);
                }
            }
            CallOutcome::Succeeded | CallOutcome::Other => {}
        }
    }
}

/// SplitMix64: even enough for distances.
#[derive(Clone, Copy, Debug)]
struct Chance(u64);

impl Chance {
    /// Between half of `most` and all of it.
    fn part_of(&mut self, most: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
        most * (1.0 - part / 2.0)
    }
}
