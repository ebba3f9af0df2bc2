use super::tables::{Tables, Write};
use super::{adopt, courier_name};
use crate::courier::CallRecord;
use crate::store::{Error, Kind, Stored, decode, encode};
use crate::types::Spending;
use std::cell::Cell;

/// Raised with every change of the tables.
const VERSION: u32 = 2;

const VAULT: &str = "vault";
const CALLS: &str = "calls";
const SPENDING: &str = "spending";
const PREFS: &str = "prefs";
/// The one row of its table.
const ONLY: &str = "vault";

/// What the courier keeps beyond the tab: the key vault's sealed bytes, how calls went, what was spent, and settings of
/// its own. No question, no answer and no key in the clear.
pub struct CourierDb {
    tables: Tables,
    /// Tells the rows of tabs apart that write in the same millisecond.
    tab: u32,
    count: Cell<u32>,
}

impl Stored for CallRecord {
    const KIND: Kind = Kind::Call;
}

impl CourierDb {
    /// Opens the database. Where the browser forbids storage everything lasts as long as the tab, and `user_error` says so.
    pub async fn open() -> Self {
        let names = &[VAULT, CALLS, SPENDING, PREFS];
        let tables = Tables::open(&courier_name(), VERSION, names, adopt::courier).await;
        Self { tables, tab: (js_sys::Math::random() * f64::from(u32::MAX)) as u32, count: Cell::new(0) }
    }

    /// Why nothing outlasts the tab, where that is so.
    pub fn user_error(&self) -> Option<&Error> {
        self.tables.user_error()
    }

    /// The vault's sealed bytes.
    pub async fn vault(&self) -> Result<Option<Vec<u8>>, Error> {
        self.tables.get(VAULT, ONLY).await
    }

    /// Puts `new` in place of the vault, or deletes it, if it still is what `seen` was; says whether it was. Otherwise
    /// another tab has changed it: look again.
    pub async fn replace_vault(&self, seen: Option<&[u8]>, new: Option<Vec<u8>>) -> Result<bool, Error> {
        let same = Cell::new(false);
        let decide = |now: Option<Vec<u8>>| {
            same.set(now.as_deref() == seen);
            let write = Write { table: VAULT, key: ONLY.to_owned(), value: new };
            Ok(if same.get() { vec![write] } else { Vec::new() })
        };
        self.tables.change((VAULT, ONLY), "the key vault", decide).await?;
        Ok(same.get())
    }

    /// Writes down a call, and adds `spent` to what its provider and day have, in one transaction.
    pub async fn append(&self, call: &CallRecord, spent: Option<&Spending>) -> Result<(), Error> {
        self.count.set(self.count.get().wrapping_add(1));
        let key = format!("{}-{:08x}-{:08x}", time(call.at_millis), self.tab, self.count.get());
        let call = Write { table: CALLS, key, value: Some(encode(call, "a call")?) };
        let at = spent.map(|spent| format!("{}|{}", spent.provider, spent.day)).unwrap_or_default();
        let decide = |now: Option<Vec<u8>>| {
            let Some(spent) = spent else { return Ok(vec![call]) };
            // A sum that cannot be read begins anew, instead of refusing every later call.
            let so_far = now.and_then(|bytes| decode::<Spending>(&bytes, "the spending of a day").ok());
            let sum = encode(&added(so_far.unwrap_or_default(), spent), "the spending of a day")?;
            Ok(vec![call, Write { table: SPENDING, key: at.clone(), value: Some(sum) }])
        };
        self.tables.change((SPENDING, &at), "the record of a call", decide).await
    }

    /// Calls from then on (milliseconds since 1970), oldest first. A row that cannot be read is left out.
    pub async fn calls_since(&self, at_millis: f64) -> Result<Vec<CallRecord>, Error> {
        let rows = self.tables.from(CALLS, &time(at_millis)).await?;
        Ok(rows.iter().filter_map(|row| decode(row, "a call").ok()).collect())
    }

    /// Forgets the calls before then; infinity forgets all.
    pub async fn forget_calls(&self, before_millis: f64) -> Result<(), Error> {
        self.tables.remove_below(CALLS, &time(before_millis)).await
    }

    /// What was spent, by day, newest first, and provider.
    pub async fn spending(&self) -> Result<Vec<Spending>, Error> {
        let rows = self.tables.from(SPENDING, "").await?;
        let mut sums: Vec<Spending> =
            rows.iter().filter_map(|row| decode(row, "the spending of a day").ok()).collect();
        sums.sort_by(|a, b| b.day.cmp(&a.day).then_with(|| a.provider.cmp(&b.provider)));
        Ok(sums)
    }

    /// A setting's bytes.
    pub async fn pref(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.tables.get(PREFS, name).await
    }

    /// Keeps a setting's bytes, or forgets them.
    pub async fn set_pref(&self, name: &str, value: Option<Vec<u8>>) -> Result<(), Error> {
        let write = Write { table: PREFS, key: name.to_owned(), value };
        self.tables.change((PREFS, name), name, |_| Ok(vec![write])).await
    }
}

/// A time as text that sorts as times do.
fn time(at_millis: f64) -> String {
    format!("{:020}", at_millis as u64)
}

fn added(so_far: Spending, more: &Spending) -> Spending {
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
