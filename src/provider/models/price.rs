//! What a host's list says of a model's price. Hosts state it in four units; what is absurd in its unit is not believed.

use crate::types::Price;
use serde_json::Value;

/// What stands in `Price::source`; the list itself has no date, its reader adds the day it was read.
pub const SOURCE: &str = "the provider's own list";

/// Above this many dollars a million tokens, a number was read in the wrong unit.
const MAX_USD: f64 = 10_000.0;

/// The price in `model`, if any: both directions or nothing.
pub(super) fn stated(model: &Value) -> Option<Price> {
    let price = per_token(model)
        .or_else(|| per_million(model))
        .or_else(|| cents(model))
        .or_else(|| same_at_all(model))?;
    price.input_usd?;
    price.output_usd?;
    Some(Price { source: SOURCE.to_owned(), ..price })
}

/// OpenRouter, Baseten: dollars a token, mostly as text; -1 stands for "depends".
fn per_token(model: &Value) -> Option<Price> {
    let pricing = model.get("pricing")?;
    pricing.get("prompt")?;
    let usd = |name: &str| pricing.get(name).and_then(dollars_per_token);
    Some(Price {
        input_usd: usd("prompt"),
        output_usd: usd("completion"),
        cached_usd: usd("input_cache_read"),
        cache_write_usd: usd("input_cache_write"),
        request_usd: pricing.get("request").and_then(number).filter(|usd| *usd > 0.0),
        source: String::new(),
    })
}

/// Together, Hugging Face: dollars a million tokens; Venice: the same under `usd`; DeepInfra: under `metadata`.
fn per_million(model: &Value) -> Option<Price> {
    let pricing = ["/pricing", "/model_spec/pricing", "/metadata/pricing"].into_iter();
    let pricing = pricing.filter_map(|place| model.pointer(place)).find(|pricing| pricing.is_object())?;
    let usd = |names: [&str; 2]| {
        let value = names.into_iter().find_map(|name| pricing.get(name))?;
        number(value.get("usd").unwrap_or(value)).filter(|usd| *usd <= MAX_USD)
    };
    Some(Price {
        input_usd: usd(["input", "input_tokens"]),
        output_usd: usd(["output", "output_tokens"]),
        cached_usd: usd(["cache_input", "cache_read_tokens"]),
        cache_write_usd: usd(["cache_write", "cache_write_tokens"]),
        ..Price::default()
    })
}

/// xAI: cents a hundred million tokens.
fn cents(model: &Value) -> Option<Price> {
    let usd = |name: &str| model.get(name).and_then(number).map(|cents| cents / 10_000.0);
    Some(Price {
        input_usd: Some(usd("prompt_text_token_price")?),
        output_usd: usd("completion_text_token_price"),
        cached_usd: usd("cached_prompt_text_token_price"),
        ..Price::default()
    })
}

/// A router that may choose any of several hosts has a price only where they all agree.
fn same_at_all(model: &Value) -> Option<Price> {
    let hosts = model.get("providers")?.as_array()?;
    let mut prices = hosts.iter().map(per_million);
    let first = prices.next()??;
    prices.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// Dollars a token → dollars a million tokens. The decimal point of a text is moved in the text, so that nothing is rounded.
pub(in crate::provider) fn dollars_per_token(value: &Value) -> Option<f64> {
    let shifted = match value {
        Value::String(text) if !text.contains(['e', 'E']) => format!("{}e6", text.trim()).parse::<f64>().ok(),
        Value::Number(number) if !number.to_string().contains(['e', 'E']) => {
            format!("{number}e6").parse().ok()
        }
        other => number(other).map(|usd| usd * 1e6),
    };
    shifted.filter(|usd| usd.is_finite() && (0.0..=MAX_USD).contains(usd))
}

/// A number, or a text that is one; not negative.
pub(in crate::provider) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    number.filter(|number: &f64| number.is_finite() && *number >= 0.0)
}
