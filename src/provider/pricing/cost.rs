//! Tariff + token counts → dollars.

use crate::provider::dialects::CachedTokens;
use crate::types::{Cost, Dialect, Price, Usage};

/// A price with its steps by size of the prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tariff {
    /// Of prompts of ordinary size.
    pub base: Price,
    /// Of prompts of more than so many tokens, for ALL tokens of the call; ascending.
    pub tiers: Vec<(u64, Price)>,
}

impl From<Price> for Tariff {
    fn from(base: Price) -> Self {
        Self { base, tiers: Vec::new() }
    }
}

impl Tariff {
    /// The price for a prompt of `input_tokens`.
    pub fn at(&self, input_tokens: u64) -> &Price {
        let step = self.tiers.iter().rev().find(|(above, _)| input_tokens > *above);
        step.map_or(&self.base, |(_, price)| price)
    }
}

/// Tokens by how they are charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Prompt tokens at the full price.
    pub fresh: u64,
    /// Prompt tokens read from a cache.
    pub cached: u64,
    /// Prompt tokens written to a cache.
    pub written: u64,
    /// Generated tokens, reasoning included; `None` where the host does not say.
    pub output: Option<u64>,
}

impl Counts {
    /// The whole prompt.
    pub fn input(&self) -> u64 {
        self.fresh.saturating_add(self.cached).saturating_add(self.written)
    }
}

/// The charged tokens of `usage`; nothing where the host does not count the prompt.
///
/// Whether cached tokens are part of the prompt's, the dialect says. Where a host says what it bills (Cohere; xAI, whose
/// reasoning comes on top), that counts.
pub fn counts(usage: &Usage, dialect: Dialect) -> Option<Counts> {
    let output = usage.billed_output_tokens.or(usage.output_tokens);
    if let Some(billed) = usage.billed_input_tokens {
        return Some(Counts { fresh: billed, output, ..Counts::default() });
    }
    let input = usage.input_tokens?;
    let (cached, written) = (usage.cached_tokens.unwrap_or(0), usage.cache_write_tokens.unwrap_or(0));
    Some(match dialect.spec().cached {
        CachedTokens::Separate => Counts { fresh: input, cached, written, output },
        CachedTokens::Included => {
            // A host that reports more cached than it was sent is taken at the prompt's word.
            let cached = cached.min(input);
            let written = written.min(input - cached);
            Counts { fresh: input - cached - written, cached, written, output }
        }
    })
}

/// The same usage with `input_tokens` as the whole prompt, so that columns of different dialects can be compared.
pub fn comparable(usage: Usage, dialect: Dialect) -> Usage {
    match dialect.spec().cached {
        CachedTokens::Included => usage,
        CachedTokens::Separate => {
            let whole = counts(&usage, dialect).map(|counts| counts.input());
            Usage { input_tokens: whole, ..usage }
        }
    }
}

/// What a call of `usage` cost. `None` where the price of a token that was used, or its number, is not known.
pub fn cost(tariff: &Tariff, usage: &Usage, dialect: Dialect) -> Option<Cost> {
    let counts = counts(usage, dialect)?;
    let price = tariff.at(counts.input());
    // Where output is priced, its number must be known.
    let output = if price.output_usd.is_some() { counts.output? } else { counts.output.unwrap_or(0) };
    let usd = charge(counts.fresh, price.input_usd)?
        + charge(counts.cached, price.cached_usd.or(price.input_usd))?
        + charge(counts.written, price.cache_write_usd.or(price.input_usd))?
        + charge(output, price.output_usd)?
        + price.request_usd.unwrap_or(0.0);
    finite(usd, true, price)
}

/// No tokens cost nothing, whatever the price; tokens of unknown price have no cost.
pub(super) fn charge(tokens: u64, usd_per_million: Option<f64>) -> Option<f64> {
    if tokens == 0 { Some(0.0) } else { Some(tokens as f64 * usd_per_million? / 1e6) }
}

pub(super) fn finite(usd: f64, reported: bool, price: &Price) -> Option<Cost> {
    usd.is_finite().then(|| Cost { usd, reported, source: price.source.clone() })
}
