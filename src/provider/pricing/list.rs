//! A price list: bytes → rows → the tariff of a model.

use super::clause::with_spaced_dates;
use super::{Clause, Error, Moment, Tariff};
use crate::types::Price;
use serde::Deserialize;

/// Prices by host and model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PriceList {
    /// Who made it.
    #[serde(rename = "list")]
    pub name: String,
    /// Its version, where it has one.
    #[serde(default)]
    pub version: String,
    /// When it was made or fetched, `YYYY-MM` or `YYYY-MM-DD`.
    pub date: String,
    /// On which terms it is used.
    #[serde(default)]
    pub licence: String,
    pub(super) providers: Vec<Host>,
}

/// A host's rows.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Host {
    pub id: String,
    #[serde(rename = "match")]
    pub clause: Option<Clause>,
    /// Hosts whose prices hold for models that have no row here.
    #[serde(default)]
    pub fallback: Vec<String>,
    pub models: Vec<Row>,
}

/// A model, or several of one price. The first row that matches a name is its row.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Row {
    #[serde(rename = "match")]
    pub clause: Clause,
    /// The last one in force counts, else the first; none: not priced by tokens of text.
    pub prices: Vec<Rates>,
    pub context: Option<u64>,
}

/// Dollars a million tokens, and when they are in force.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Rates {
    pub from: Option<String>,
    pub hours: Option<[u16; 2]>,
    pub input: Option<f64>,
    pub output: Option<f64>,
    pub cached: Option<f64>,
    pub cache_write: Option<f64>,
    pub request: Option<f64>,
    pub tiers: Vec<Tier>,
}

/// What differs for prompts of more than `above` tokens.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Tier {
    pub above: u64,
    pub input: Option<f64>,
    pub output: Option<f64>,
    pub cached: Option<f64>,
    pub cache_write: Option<f64>,
}

impl PriceList {
    /// The list in `bytes`, in the form of the one shipped (`public/prices/genai-prices.json`).
    ///
    /// # Errors
    /// When it is no such list.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let list: Self =
            serde_json::from_slice(bytes).map_err(|error| Error::Unreadable(error.to_string()))?;
        if list.is_empty() { Err(Error::Empty) } else { Ok(list) }
    }

    /// Whether no model has a price.
    pub fn is_empty(&self) -> bool {
        !self.providers.iter().flat_map(|host| &host.models).any(|row| !row.prices.is_empty())
    }

    /// How many models have a price.
    pub fn len(&self) -> usize {
        self.providers.iter().flat_map(|host| &host.models).filter(|row| !row.prices.is_empty()).count()
    }

    /// What stands in `Price::source`.
    pub fn source(&self) -> String {
        format!("{} {}", self.name, self.date)
    }

    /// The tariff of `model` at the host that this list calls one of `names`, at `moment`. `by-prefix`: the model's name
    /// begins with the host's. Nothing when it is not known: a price is never guessed from another host's.
    pub fn tariff(&self, names: &[String], model: &str, moment: &Moment) -> Option<Tariff> {
        let model = model.trim().to_lowercase();
        let found = |name: &String| match (name.as_str(), model.split_once('/')) {
            ("by-prefix", Some((host, rest))) => self.host_like(host)?.row(rest, self),
            ("by-prefix", None) => None,
            (name, _) => self.host(name)?.row(&model, self),
        };
        let row = names.iter().find_map(found)?;
        row.in_force(moment)?.tariff(&self.source())
    }

    /// The price of prompts of ordinary size; see `tariff`.
    pub fn price(&self, names: &[String], model: &str, moment: &Moment) -> Option<Price> {
        self.tariff(names, model, moment).map(|tariff| tariff.base)
    }

    /// Tokens of the model's context, where the list says so.
    pub fn context(&self, names: &[String], model: &str) -> Option<u64> {
        let model = model.trim().to_lowercase();
        names.iter().find_map(|name| self.host(name)?.row(&model, self))?.context
    }

    fn host(&self, name: &str) -> Option<&Host> {
        self.providers.iter().find(|host| host.id == name)
    }

    /// The host of that name, or one that others call so (`bedrock` for `aws`).
    fn host_like(&self, name: &str) -> Option<&Host> {
        let like = |host: &&Host| host.clause.as_ref().is_some_and(|clause| clause.is_match(name));
        self.host(name).or_else(|| self.providers.iter().find(like))
    }
}

impl Host {
    fn row<'a>(&'a self, model: &str, list: &'a PriceList) -> Option<&'a Row> {
        let here = |model: &str| {
            let own = self.models.iter().find(|row| row.clause.is_match(model));
            own.or_else(|| {
                let others = self.fallback.iter().filter_map(|name| list.host(name));
                others.flat_map(|host| &host.models).find(|row| row.clause.is_match(model))
            })
        };
        here(model).or_else(|| here(&with_spaced_dates(model)?))
    }
}

impl Row {
    fn in_force(&self, moment: &Moment) -> Option<&Rates> {
        let active = |rates: &&Rates| {
            rates.from.as_ref().is_none_or(|day| moment.day.as_str() >= day.as_str())
                && rates.hours.is_none_or(|[start, end]| moment.is_within(start, end))
        };
        self.prices.iter().rev().find(active).or_else(|| self.prices.first())
    }
}

impl Rates {
    fn tariff(&self, source: &str) -> Option<Tariff> {
        if self.input.is_none() && self.output.is_none() {
            return None;
        }
        let base = Price {
            input_usd: self.input,
            output_usd: self.output,
            cached_usd: self.cached,
            cache_write_usd: self.cache_write,
            request_usd: self.request,
            source: source.to_owned(),
        };
        let step = |tier: &Tier| {
            let price = Price {
                input_usd: tier.input.or(self.input),
                output_usd: tier.output.or(self.output),
                cached_usd: tier.cached.or(self.cached),
                cache_write_usd: tier.cache_write.or(self.cache_write),
                ..base.clone()
            };
            (tier.above, price)
        };
        Some(Tariff { tiers: self.tiers.iter().map(step).collect(), base })
    }
}
