//! Lists fetched when a person asks for it: a host's own list of models, models.dev → a `PriceList`.

use super::list::{Host, Rates, Row, Tier};
use super::{Clause, Error, PriceList};
use crate::provider::models::parse_models;
use crate::provider::models::price::number;
use serde_json::Value;

impl PriceList {
    /// OpenRouter's `/models`, fetched on `day`.
    ///
    /// # Errors
    /// When it is no such list.
    pub fn from_openrouter(body: &[u8], day: &str) -> Result<Self, Error> {
        Self::from_models("openrouter", "OpenRouter", body, day)
    }

    /// The model list of any host that states prices, fetched on `day`. `host` is its name in price lists.
    ///
    /// # Errors
    /// When it is no model list, or states no prices.
    pub fn from_models(host: &str, name: &str, body: &[u8], day: &str) -> Result<Self, Error> {
        let models = parse_models(body).ok_or_else(|| Error::Unreadable("not a list of models".into()))?;
        let rows = models.into_iter().filter_map(|model| {
            let price = model.price?;
            let rates = Rates {
                input: price.input_usd,
                output: price.output_usd,
                cached: price.cached_usd,
                cache_write: price.cache_write_usd,
                request: price.request_usd,
                ..Rates::default()
            };
            let clause = Clause::Equals(model.name.to_lowercase());
            Some(Row { clause, prices: vec![rates], context: model.context_tokens })
        });
        let host = Host { id: host.to_owned(), clause: None, fallback: Vec::new(), models: rows.collect() };
        fetched(name, day, "as published by the provider", vec![host])
    }

    /// The `api.json` of models.dev, fetched on `day`.
    ///
    /// # Errors
    /// When it is no such list.
    pub fn from_models_dev(body: &[u8], day: &str) -> Result<Self, Error> {
        let value: Value =
            serde_json::from_slice(body).map_err(|error| Error::Unreadable(error.to_string()))?;
        let hosts = value.as_object().ok_or_else(|| Error::Unreadable("not an object of hosts".into()))?;
        let hosts = hosts.iter().filter_map(|(id, host)| {
            let models = host.get("models")?.as_object()?.iter();
            let rows = models.filter_map(|(name, model)| {
                let context =
                    model.pointer("/limit/context").and_then(Value::as_u64).filter(|tokens| *tokens > 0);
                let clause = Clause::Equals(name.to_lowercase());
                Some(Row { clause, prices: vec![models_dev_rates(model.get("cost")?)?], context })
            });
            Some(Host { id: id.clone(), clause: None, fallback: Vec::new(), models: rows.collect() })
        });
        fetched("models.dev", day, "MIT", hosts.collect())
    }
}

fn fetched(name: &str, day: &str, licence: &str, providers: Vec<Host>) -> Result<PriceList, Error> {
    let list = PriceList {
        name: name.to_owned(),
        version: String::new(),
        date: day.to_owned(),
        licence: licence.to_owned(),
        providers,
    };
    if list.is_empty() { Err(Error::Empty) } else { Ok(list) }
}

/// models.dev writes 0 for hosts that charge by subscription and for prices nobody entered: no price. A price of its own
/// for reasoning cannot be separated in all token counts: no price either.
fn models_dev_rates(cost: &Value) -> Option<Rates> {
    let usd = |cost: &Value, name: &str| cost.get(name).and_then(number);
    let (input, output) = (usd(cost, "input")?, usd(cost, "output")?);
    if input + output == 0.0 || usd(cost, "reasoning").is_some_and(|reasoning| reasoning != output) {
        return None;
    }
    let tier = |above: u64, cost: &Value| Tier {
        above,
        input: usd(cost, "input"),
        output: usd(cost, "output"),
        cached: usd(cost, "cache_read"),
        cache_write: usd(cost, "cache_write"),
    };
    let stated = cost.get("tiers").and_then(Value::as_array).into_iter().flatten();
    let mut tiers: Vec<Tier> =
        stated.filter_map(|step| Some(tier(step.pointer("/tier/size")?.as_u64()?, step))).collect();
    if let (true, Some(older)) = (tiers.is_empty(), cost.get("context_over_200k")) {
        tiers.push(tier(200_000, older));
    }
    tiers.sort_by_key(|tier| tier.above);
    Some(Rates {
        input: Some(input),
        output: Some(output),
        cached: usd(cost, "cache_read"),
        cache_write: usd(cost, "cache_write"),
        tiers,
        ..Rates::default()
    })
}
