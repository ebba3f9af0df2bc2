//! Model and token counts → what it cost, by a price list that is named and dated.
//!
//! Mechanism: a [`PriceList`] holds rows of a matching clause and dated prices; the one shipped is derived from pydantic's
//! genai-prices (`docs/prices.md` says how). [`PriceBook`] asks what a person entered first, then its lists in order. A
//! [`Tariff`] is a price with its steps by size of the prompt; [`counts`] makes every dialect's token counts mean the same.
//!
//! An unknown price is `None`, never 0. Prices are of text, at the standard service tier, in US dollars.

mod book;
mod clause;
mod cost;
mod day;
mod estimate;
mod foreign;
mod list;
mod plausible;

pub use book::{Entered, PriceBook};
pub use clause::Clause;
pub use cost::{Counts, Tariff, comparable, cost, counts};
pub use day::Moment;
pub use estimate::{estimate, output_tokens, prompt_tokens};
pub use list::PriceList;
pub use plausible::implausible;

use crate::types::UserError;
use crate::types::problem::prices;

/// Why a price list or a price cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// Not JSON, or not in the expected form.
    Unreadable(String),
    /// It holds no price at all.
    Empty,
    /// An entered price that is no amount of money.
    BadPrice,
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unreadable(reason) => prices::unreadable(reason),
            Error::Empty => prices::empty(),
            Error::BadPrice => prices::bad_price(),
        }
    }
}
