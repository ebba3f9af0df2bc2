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

pub use book::{Entered, PriceBook};
pub use clause::Clause;
pub use cost::{Counts, Tariff, comparable, cost, counts};
pub use day::Moment;
pub use estimate::{estimate, output_tokens, prompt_tokens};
pub use list::PriceList;

/// Why a price list or a price cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not JSON, or not in the expected form.
    #[error("the price list cannot be read: {0}")]
    Unreadable(String),
    /// It holds no price at all.
    #[error("the price list contains no prices")]
    Empty,
    /// An entered price that is no amount of money.
    #[error("a price must be a number of dollars, 0 or more")]
    BadPrice,
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(_) | Self::Empty => {
                "The current prices stay in use. Try again later, or enter a custom price."
            }
            Self::BadPrice => "Enter US dollars per 1M tokens, such as 0.15.",
        }
    }
}
