//! All that is known of prices: what a person entered, then the lists, the freshest first.

use super::{Error, Moment, PriceList, Tariff};
use crate::types::Price;
use serde::{Deserialize, Serialize};

/// A price that a person entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entered {
    /// The catalogue's row, or the host of a custom endpoint (`Target::provider`).
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// What it costs; its source says when it was entered.
    pub price: Price,
}

/// What a person entered, and price lists.
#[derive(Clone, Debug, Default)]
pub struct PriceBook {
    entered: Vec<Entered>,
    lists: Vec<PriceList>,
}

impl PriceBook {
    /// Adds a list before the others; one of the same name goes.
    pub fn add(&mut self, list: PriceList) {
        self.lists.retain(|other| other.name != list.name);
        self.lists.insert(0, list);
    }

    /// The lists, in the order asked.
    pub fn lists(&self) -> &[PriceList] {
        &self.lists
    }

    /// Notes what `model` at `provider` costs, as entered on `day`.
    ///
    /// # Errors
    /// `BadPrice` for what is no amount of money.
    pub fn enter(&mut self, provider: &str, model: &str, price: Price, day: &str) -> Result<(), Error> {
        let all =
            [price.input_usd, price.output_usd, price.cached_usd, price.cache_write_usd, price.request_usd];
        if all.into_iter().flatten().any(|usd| !usd.is_finite() || usd < 0.0) {
            return Err(Error::BadPrice);
        }
        self.forget(provider, model);
        let price = Price { source: format!("entered by hand {day}"), ..price };
        self.entered.push(Entered { provider: provider.to_owned(), model: model.trim().to_owned(), price });
        Ok(())
    }

    /// Forgets an entered price.
    pub fn forget(&mut self, provider: &str, model: &str) {
        self.entered.retain(|entered| entered.provider != provider || entered.model != model.trim());
    }

    /// The entered prices, for keeping.
    pub fn entered(&self) -> &[Entered] {
        &self.entered
    }

    /// Entered prices that were kept.
    pub fn restore(&mut self, entered: Vec<Entered>) {
        self.entered = entered;
    }

    /// What `model` costs at `provider`, which lists call one of `names` (`Catalogue::price_names`), at `moment`.
    pub fn tariff(&self, provider: &str, names: &[String], model: &str, moment: &Moment) -> Option<Tariff> {
        let by_hand = |entered: &&Entered| entered.provider == provider && entered.model == model.trim();
        if let Some(entered) = self.entered.iter().find(by_hand) {
            return Some(entered.price.clone().into());
        }
        self.lists.iter().find_map(|list| list.tariff(names, model, moment))
    }
}
