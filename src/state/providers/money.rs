//! Dollars → text for people.

use crate::format;
use crate::types::Price;

/// `$12.30`, `$0.0012`, `$0.000034`: below one cent two digits that say something. `n/a` for what is no number.
pub fn usd(dollars: f64) -> String {
    if !dollars.is_finite() {
        return format::NOTHING.into();
    }
    let size = dollars.abs();
    let decimals = match size {
        _ if size == 0.0 || size >= 1.0 => 2,
        _ if size >= 0.001 => 4,
        // As many zeros as there are, and two digits.
        _ => (4..12).find(|decimals| size * 10_f64.powi(*decimals - 1) >= 1.0).unwrap_or(12) as u32,
    };
    let text = format::decimal(dollars, decimals);
    // `$0.15`, not `$0.1500`: list prices have two decimals.
    match text.strip_suffix("00") {
        Some(short) if decimals == 4 => format::dollars(short),
        _ => format::dollars(&text),
    }
}

/// Input and output price of a million tokens, such as `$0.15 / $0.60`; `n/a` for what is unknown.
pub fn per_million(price: Option<&Price>) -> String {
    let one = |dollars: Option<f64>| dollars.map_or_else(|| format::NOTHING.to_owned(), usd);
    match price {
        Some(price) if price.input_usd.is_some() || price.output_usd.is_some() => {
            format!("{} / {}", one(price.input_usd), one(price.output_usd))
        }
        _ => format::NOTHING.into(),
    }
}

/// The sum over the priced columns, and how many have no known price.
pub fn total(columns: &[Option<f64>]) -> (f64, usize) {
    (columns.iter().flatten().sum(), columns.iter().filter(|cost| cost.is_none()).count())
}

/// The line beside the question; nothing when no column has a price.
pub fn estimate_line(columns: &[Option<f64>]) -> Option<String> {
    let (dollars, unknown) = total(columns);
    if unknown == columns.len() {
        return None;
    }
    let cost = usd(dollars);
    Some(match unknown {
        0 => t!("Estimated cost of this run: up to {cost}", cost = cost),
        _ => t!(
            "Estimated cost of this run: up to {cost}; n/a for {count} {count#column|columns}",
            cost = cost,
            count = unknown
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_never_round_to_nothing() {
        for (dollars, text) in [
            (0.0, "$0.00"),
            (12.345, "$12.35"),
            (1.0, "$1.00"),
            (0.25, "$0.25"),
            (0.0012, "$0.0012"),
            (0.00034, "$0.00034"),
            (0.0000056, "$0.0000056"),
            (f64::NAN, "n/a"),
        ] {
            assert_eq!(usd(dollars), text);
        }
    }

    #[test]
    fn an_unknown_price_is_told_and_never_zero() {
        assert_eq!(estimate_line(&[]), None);
        assert_eq!(estimate_line(&[None]), None);
        assert_eq!(
            estimate_line(&[Some(0.0123)]).as_deref(),
            Some("Estimated cost of this run: up to $0.0123")
        );
        assert!(estimate_line(&[Some(0.5), None, None]).unwrap().ends_with("; n/a for 2 columns"));
        assert!(estimate_line(&[Some(0.5), None]).unwrap().ends_with("; n/a for 1 column"));
    }

    #[test]
    fn a_price_shows_what_is_known_of_it() {
        assert_eq!(per_million(None), "n/a");
        assert_eq!(per_million(Some(&Price::default())), "n/a");
        let price = Price { input_usd: Some(0.15), ..Price::default() };
        assert_eq!(per_million(Some(&price)), "$0.15 / n/a");
    }
}
