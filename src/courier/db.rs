//! What the courier keeps beyond the tab: the key vault's sealed bytes, how calls went, what was spent, and settings of its
//! own. No question, no answer and no key in the clear.

use super::CallRecord;
use super::ports::{Ports, Read, Write};
use super::spending::{self, SpendingVerdict};
use crate::store::{Error, Kind, Stored, decode, encode};
use crate::types::{Spending, SpendingLimits};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::rc::Rc;

/// Its tables.
pub const TABLES: [&str; 4] = [VAULT, CALLS, SPENDING, PREFS];

const VAULT: &str = "vault";
const CALLS: &str = "calls";
const SPENDING: &str = "spending";
const PREFS: &str = "prefs";
/// The one row of its table.
const ONLY: &str = "vault";
const LIMITS: &str = "limits";
const RESERVED: &str = "reserved";
/// What was held back so long ago belongs to a tab that is gone.
const FORGOTTEN_MILLIS: f64 = 3_600_000.0;

/// What is held back of the day's limit for a call under way, in whatever tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Reservation {
    id: String,
    day: String,
    usd: f64,
    at_millis: f64,
}

impl Stored for CallRecord {
    const KIND: Kind = Kind::Call;
}

/// The courier's database.
pub struct CourierDb<P> {
    port: Rc<P>,
    /// Tells the rows of tabs apart that write in the same millisecond.
    tab: u32,
    count: Cell<u32>,
}

impl<P: Ports> CourierDb<P> {
    /// The database behind `port`. Where the browser forbids storage everything lasts as long as the tab, and `unavailable`
    /// says so.
    pub fn new(port: Rc<P>) -> Self {
        let tab = (port.chance() * f64::from(u32::MAX)) as u32;
        Self { port, tab, count: Cell::new(0) }
    }

    /// Why nothing outlasts the tab, where that is so.
    pub async fn unavailable(&self) -> Option<Error> {
        self.port.unavailable().await
    }

    /// The vault's sealed bytes.
    pub async fn vault(&self) -> Result<Option<Vec<u8>>, Error> {
        self.port.get(VAULT, ONLY).await
    }

    /// Puts `new` in place of the vault, or deletes it, if it still is what `seen` was; says whether it was. Otherwise
    /// another tab has changed it: look again.
    pub async fn replace_vault(&self, seen: Option<&[u8]>, new: Option<Vec<u8>>) -> Result<bool, Error> {
        let same = Cell::new(false);
        let decide = |read: Vec<Vec<Vec<u8>>>| {
            let now = read.first().and_then(|rows| rows.first());
            same.set(now.map(Vec::as_slice) == seen);
            let write = Write { table: VAULT, key: ONLY.to_owned(), value: new };
            Ok(if same.get() { vec![write] } else { Vec::new() })
        };
        self.port.change(&[Read::One(VAULT, ONLY)], "the key vault", decide).await?;
        Ok(same.get())
    }

    /// Holds back what a call may cost, if the day's limit allows the call: what was spent, what is held back in all tabs
    /// and the limit are read, judged and written in one transaction. Nothing is held back while no limit is set.
    ///
    /// # Errors
    /// The database fails; within, the verdict that forbids the call.
    pub async fn reserve(
        &self,
        day: &str,
        estimate_usd: Option<f64>,
        now_millis: f64,
    ) -> Result<Result<Option<String>, SpendingVerdict>, Error> {
        let id = self.next_id();
        let mut outcome = Ok(None);
        let decide = |read: Vec<Vec<Vec<u8>>>| {
            let [days, limits, reserved] = read.as_slice() else { return Ok(Vec::new()) };
            let limits: SpendingLimits = only(limits).unwrap_or_default();
            if limits.stop_usd.is_none() {
                return Ok(Vec::new());
            }
            let mut reserved: Vec<Reservation> = only(reserved).unwrap_or_default();
            reserved.retain(|held| (now_millis - held.at_millis).abs() < FORGOTTEN_MILLIS);
            let held: f64 = reserved.iter().filter(|held| held.day == day).map(|held| held.usd).sum();
            let spent = spending::today(&sums(days), day).usd + held;
            let verdict = spending::verdict(&limits, spent, estimate_usd);
            if verdict.to_failure().is_some() {
                outcome = Err(verdict);
                return Ok(Vec::new());
            }
            let Some(usd) = estimate_usd else { return Ok(Vec::new()) };
            reserved.push(Reservation { id: id.clone(), day: day.to_owned(), usd, at_millis: now_millis });
            outcome = Ok(Some(id));
            Ok(vec![pref_write(RESERVED, Some(&reserved))])
        };
        let reads = [Read::All(SPENDING), Read::One(PREFS, LIMITS), Read::One(PREFS, RESERVED)];
        self.port.change(&reads, "the day's spending", decide).await?;
        Ok(outcome)
    }

    /// Writes down a call, adds `spent` to what its provider and day have, and gives back what was held back for it, in one
    /// transaction: dollars spent that day.
    pub async fn settle(
        &self,
        call: &CallRecord,
        spent: Option<&Spending>,
        reservation: Option<&str>,
    ) -> Result<f64, Error> {
        let key = format!("{}-{}", time(call.at_millis), self.next_id());
        let call = Write { table: CALLS, key, value: Some(encode(call, "a call")?) };
        let mut today_usd = 0.0;
        let decide = |read: Vec<Vec<Vec<u8>>>| {
            let [days, reserved] = read.as_slice() else { return Ok(vec![call]) };
            let mut writes = vec![call];
            if let Some(spent) = spent {
                // A sum that cannot be read begins again, instead of refusing every later call.
                let days = sums(days);
                let so_far = days.iter().find(|sum| sum.provider == spent.provider && sum.day == spent.day);
                let sum = added(so_far, spent);
                today_usd = spending::today(&days, &spent.day).usd + spent.usd;
                let key = format!("{}|{}", spent.provider, spent.day);
                let value = Some(encode(&sum, "the spending of a day")?);
                writes.push(Write { table: SPENDING, key, value });
            }
            if let Some(id) = reservation {
                let mut reserved: Vec<Reservation> = only(reserved).unwrap_or_default();
                reserved.retain(|held| held.id != id);
                writes.push(pref_write(RESERVED, Some(&reserved)));
            }
            Ok(writes)
        };
        let reads = [Read::All(SPENDING), Read::One(PREFS, RESERVED)];
        self.port.change(&reads, "the record of a call", decide).await?;
        Ok(today_usd)
    }

    /// Calls from then on (milliseconds since 1970), oldest first. A row that cannot be read is left out.
    pub async fn calls_since(&self, at_millis: f64) -> Result<Vec<CallRecord>, Error> {
        let rows = self.port.from(CALLS, &time(at_millis)).await?;
        Ok(rows.iter().filter_map(|row| decode(row, "a call").ok()).collect())
    }

    /// Forgets the calls before then; infinity forgets all.
    pub async fn forget_calls(&self, before_millis: f64) -> Result<(), Error> {
        self.port.remove_below(CALLS, &time(before_millis)).await
    }

    /// What was spent, by day, newest first, and provider.
    pub async fn spending(&self) -> Result<Vec<Spending>, Error> {
        let mut sums = sums(&self.port.from(SPENDING, "").await?);
        sums.sort_by(|a, b| b.day.cmp(&a.day).then_with(|| a.provider.cmp(&b.provider)));
        Ok(sums)
    }

    /// Where to warn and where to stop.
    pub async fn limits(&self) -> SpendingLimits {
        self.pref(LIMITS).await.unwrap_or_default()
    }

    /// Changes them.
    pub async fn set_limits(&self, limits: SpendingLimits) -> Result<(), Error> {
        self.set_pref(LIMITS, Some(&limits)).await
    }

    /// A setting; nothing where there is none that can be read.
    pub async fn pref<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        let bytes = self.port.get(PREFS, name).await.ok().flatten()?;
        postcard::from_bytes(&bytes).ok()
    }

    /// Keeps a setting, or forgets it.
    pub async fn set_pref<T: Serialize>(&self, name: &str, value: Option<&T>) -> Result<(), Error> {
        self.port.change(&[], name, |_| Ok(vec![pref_write(name, value)])).await
    }

    fn next_id(&self) -> String {
        self.count.set(self.count.get().wrapping_add(1));
        format!("{:08x}-{:08x}", self.tab, self.count.get())
    }
}

fn pref_write<T: Serialize>(name: &str, value: Option<&T>) -> Write {
    let value = value.and_then(|value| postcard::to_allocvec(value).ok());
    Write { table: PREFS, key: name.to_owned(), value }
}

fn only<T: for<'de> Deserialize<'de>>(rows: &[Vec<u8>]) -> Option<T> {
    postcard::from_bytes(rows.first()?).ok()
}

fn sums(rows: &[Vec<u8>]) -> Vec<Spending> {
    rows.iter().filter_map(|row| decode(row, "the spending of a day").ok()).collect()
}

/// A time as text that sorts as times do.
fn time(at_millis: f64) -> String {
    format!("{:020}", at_millis as u64)
}

fn added(so_far: Option<&Spending>, more: &Spending) -> Spending {
    let Some(so_far) = so_far else { return more.clone() };
    Spending {
        provider: more.provider.clone(),
        day: more.day.clone(),
        usd: so_far.usd + more.usd,
        calls: so_far.calls.saturating_add(more.calls),
        unpriced: so_far.unpriced.saturating_add(more.unpriced),
        input_tokens: so_far.input_tokens.saturating_add(more.input_tokens),
        output_tokens: so_far.output_tokens.saturating_add(more.output_tokens),
    }
}
