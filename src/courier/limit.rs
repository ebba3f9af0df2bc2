//! Who may send now, and who waits: one queue per origin, shared by all columns.
//!
//! [`AT_ONCE`] requests at a time. First come, first served; who was refused goes before. Many hosts limit their models one
//! by one, so a 429 is the model's: it halves the number of requests to that model and doubles the distance between two
//! starts, once for all requests that were under way, and nobody asks that model before the time the host names. Other
//! models of the origin go past, until one of them is refused soon after: then it is the host that limits, and the same
//! holds for all of them. [`GROW_AFTER`] successes give one place and a quarter of the distance back. Distances are of random length, so that waiting columns do not come back as a herd.
//!
//! A state machine over times that the caller reads from its clock; its chances come from a seed.

use super::{Origin, retry};
use crate::random::SplitMix64;
use crate::types::{CallFailure, FailureCause};
use std::collections::{BTreeMap, VecDeque};

/// Requests at a time to one origin, unless configured otherwise.
pub const AT_ONCE: usize = 4;
/// Successes after which a reduced limit grows by one.
pub const GROW_AFTER: u32 = 5;
/// The pause after a 429 that names no time.
pub const PAUSE_MILLIS: f64 = 1_000.0;
/// Distance between two starts after the first 429; chance takes up to half of it away.
pub const PACE_MILLIS: f64 = 500.0;
/// The distance grows to this.
pub const MAX_PACE_MILLIS: f64 = 8_000.0;
/// Refusals of two models so close to each other are the host's.
const SHARED_MILLIS: f64 = 10_000.0;
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
    chance: SplitMix64,
    most: usize,
}

impl Limiter {
    /// No queues yet. The same `seed` gives the same distances.
    pub fn new(seed: u64) -> Self {
        Self::with_most(seed, AT_ONCE)
    }

    /// The same with another number of requests at a time.
    pub fn with_most(seed: u64, most: usize) -> Self {
        Self { lanes: BTreeMap::new(), next_ticket: 0, chance: SplitMix64(seed), most: most.max(1) }
    }

    /// Takes a place for a request to a model at `origin`, which starts at once when nothing speaks against it.
    pub fn acquire(&mut self, origin: &Origin, model: &str, now_millis: f64) -> (Ticket, Turn) {
        self.join(origin, model, false, now_millis)
    }

    /// The same for a request that was refused before: it goes before those that were not.
    pub fn acquire_again(&mut self, origin: &Origin, model: &str, now_millis: f64) -> (Ticket, Turn) {
        self.join(origin, model, true, now_millis)
    }

    fn join(&mut self, origin: &Origin, model: &str, again: bool, now_millis: f64) -> (Ticket, Turn) {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let lane = self.lanes.entry(origin.clone()).or_insert_with(|| Lane::new(self.most));
        lane.paces.entry(model.to_owned()).or_insert_with(|| Pace::new(self.most));
        let place =
            if again { lane.waiting.partition_point(|waiting| waiting.again) } else { lane.waiting.len() };
        lane.waiting.insert(place, Waiting { ticket, model: model.to_owned(), again });
        while lane.start_next(now_millis, &mut self.chance).is_some_and(|started| started != ticket) {}
        (ticket, self.turn(ticket, now_millis).unwrap_or(Turn::Start))
    }

    /// Gives the place back, when the request has ended or its column was stopped while waiting. Then ask
    /// [`Self::start_due`].
    pub fn release(&mut self, ticket: Ticket, ending: CallOutcome, now_millis: f64) {
        for lane in self.lanes.values_mut() {
            lane.waiting.retain(|waiting| waiting.ticket != ticket);
            if let Some(running) = lane.running.remove(&ticket) {
                lane.ended(&running, ending, now_millis, &mut self.chance);
            }
        }
    }

    /// Those who start now, in the order in which they came. To be asked after every release and when a
    /// [`Turn::Wait`] ends.
    pub fn start_due(&mut self, now_millis: f64) -> Vec<Ticket> {
        let mut started = Vec::new();
        for lane in self.lanes.values_mut() {
            while let Some(ticket) = lane.start_next(now_millis, &mut self.chance) {
                started.push(ticket);
            }
        }
        started
    }

    /// How a request stands; nothing once it was released.
    pub fn turn(&self, ticket: Ticket, now_millis: f64) -> Option<Turn> {
        self.lanes.values().find_map(|lane| {
            if lane.running.contains_key(&ticket) {
                return Some(Turn::Start);
            }
            let place = lane.waiting.iter().position(|waiting| waiting.ticket == ticket)?;
            let own = lane.waiting.get(place)?;
            // Who waits for another model's pause does not stand in the way.
            let before =
                |waiting: &&Waiting| waiting.model == own.model || lane.may_start(waiting, now_millis);
            let position = lane.waiting.iter().take(place).filter(before).count();
            let own_millis = lane.paces.get(&own.model).map_or(f64::NEG_INFINITY, |pace| pace.opens_millis);
            let until_millis =
                Some(own_millis.max(lane.shared.opens_millis)).filter(|opens| *opens > now_millis);
            Some(Turn::Wait { position, until_millis })
        })
    }

    /// How many requests to a model at `origin` may be under way, and how many are.
    pub fn load(&self, origin: &Origin, model: &str) -> (usize, usize) {
        let Some(lane) = self.lanes.get(origin) else { return (self.most, 0) };
        let (limit, running) =
            lane.paces.get(model).map_or((self.most, 0), |pace| (pace.limit, pace.running));
        (limit.min(lane.shared.limit), running)
    }
}

/// The queue of one origin.
#[derive(Clone, Debug)]
struct Lane {
    /// Those who were refused before come first.
    waiting: VecDeque<Waiting>,
    running: BTreeMap<Ticket, Running>,
    /// Of all models together.
    shared: Pace,
    paces: BTreeMap<String, Pace>,
    /// The model that was refused last, and when.
    refused: Option<(String, f64)>,
}

#[derive(Clone, Debug)]
struct Waiting {
    ticket: Ticket,
    model: String,
    again: bool,
}

#[derive(Clone, Debug)]
struct Running {
    model: String,
    started_millis: f64,
}

impl Lane {
    fn new(most: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            shared: Pace::new(most),
            paces: BTreeMap::new(),
            refused: None,
        }
    }

    fn may_start(&self, waiting: &Waiting, now_millis: f64) -> bool {
        self.paces.get(&waiting.model).is_none_or(|pace| pace.is_open(now_millis))
    }

    fn start_next(&mut self, now_millis: f64, chance: &mut SplitMix64) -> Option<Ticket> {
        if !self.shared.is_open(now_millis) {
            return None;
        }
        let place = self.waiting.iter().position(|waiting| self.may_start(waiting, now_millis))?;
        let Waiting { ticket, model, .. } = self.waiting.remove(place)?;
        self.shared.started(now_millis, chance);
        if let Some(pace) = self.paces.get_mut(&model) {
            pace.started(now_millis, chance);
        }
        self.running.insert(ticket, Running { model, started_millis: now_millis });
        Some(ticket)
    }

    fn ended(&mut self, running: &Running, ending: CallOutcome, now_millis: f64, chance: &mut SplitMix64) {
        let Running { model, started_millis } = running;
        if let Some(pace) = self.paces.get_mut(model) {
            pace.ended(*started_millis, ending, now_millis, chance);
        }
        let limited = matches!(ending, CallOutcome::Limited { .. });
        let of_host = match &self.refused {
            Some((other, at)) => other != model && now_millis - at < SHARED_MILLIS,
            None => false,
        };
        let shared = if limited && !of_host { CallOutcome::Other } else { ending };
        self.shared.ended(*started_millis, shared, now_millis, chance);
        if limited {
            self.refused = Some((model.clone(), now_millis));
        }
    }
}

/// How fast one model at an origin may be asked, or all of them.
#[derive(Clone, Debug)]
struct Pace {
    most: usize,
    limit: usize,
    running: usize,
    /// Nobody starts before.
    opens_millis: f64,
    pace_millis: f64,
    halved_millis: f64,
    successes: u32,
}

impl Pace {
    fn new(most: usize) -> Self {
        Self {
            most,
            limit: most,
            running: 0,
            opens_millis: f64::NEG_INFINITY,
            pace_millis: 0.0,
            halved_millis: f64::NEG_INFINITY,
            successes: 0,
        }
    }

    fn is_open(&self, now_millis: f64) -> bool {
        self.running < self.limit && now_millis >= self.opens_millis
    }

    fn started(&mut self, now_millis: f64, chance: &mut SplitMix64) {
        self.running += 1;
        if self.pace_millis > 0.0 {
            self.opens_millis = now_millis + part_of(chance, self.pace_millis);
        }
    }

    fn ended(&mut self, started_millis: f64, ending: CallOutcome, now_millis: f64, chance: &mut SplitMix64) {
        self.running = self.running.saturating_sub(1);
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
                // A wait that long is no pause: the next request learns it from the host itself.
                if wait_millis <= retry::MAX_HINT_MILLIS {
                    let opens_millis = now_millis + wait_millis + part_of(chance, PACE_MILLIS);
                    self.opens_millis = self.opens_millis.max(opens_millis);
                }
            }
            CallOutcome::Succeeded | CallOutcome::Other => {}
        }
    }
}

/// Between half of `most` and all of it.
fn part_of(chance: &mut SplitMix64, most: f64) -> f64 {
    most * (1.0 - chance.next_f64() / 2.0)
}
