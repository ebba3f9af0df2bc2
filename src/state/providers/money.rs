//! Dollars for people, and what a run may cost before it is sent.

use crate::format;
use crate::types::{Price, RetrievalSettings};

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
    let text = format!("${}", format::fixed(dollars, decimals));
    // `$0.15`, not `$0.1500`: list prices have two decimals.
    match text.strip_suffix("00") {
        Some(short) if decimals == 4 => short.to_owned(),
        _ => text,
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

/// Tokens of instructions around question and evidence.
const TEMPLATE_TOKENS: u64 = 200;
/// Tokens of an answer where no limit is set.
const USUAL_OUTPUT_TOKENS: u32 = 1024;

/// Most tokens of a prompt: question, passages and the template. A passage has at most as many tokens as a chunk.
pub fn prompt_tokens(question: &str, retrieval: Option<&RetrievalSettings>, chunk_tokens: u32) -> u64 {
    let evidence = retrieval.map_or(0, |retrieval| u64::from(retrieval.top_k) * u64::from(chunk_tokens));
    (question.trim().len() as u64).div_ceil(4) + evidence + TEMPLATE_TOKENS
}

/// What one answer costs at most, in dollars; nothing where a price is unknown.
pub fn at_most(price: &Price, prompt_tokens: u64, max_tokens: Option<u32>) -> Option<f64> {
    let output = f64::from(max_tokens.unwrap_or(USUAL_OUTPUT_TOKENS));
    let tokens = prompt_tokens as f64 * price.input_usd? + output * price.output_usd?;
    Some(tokens / 1e6 + price.request_usd.unwrap_or(0.0))
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
    let rest = match unknown {
        0 => String::new(),
        _ => format!("; n/a for {}", format::counted(unknown as u64, "column", "columns")),
    };
    Some(format!("Estimated cost of this run: up to {}{rest}", usd(dollars)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::RetrievalMode;

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
    fn an_estimate_counts_question_passages_template_and_the_longest_answer() {
        let retrieval = RetrievalSettings { mode: RetrievalMode::Hybrid, top_k: 5, ..Default::default() };
        let tokens = prompt_tokens("12345678", Some(&retrieval), 200);
        assert_eq!(tokens, 2 + 1000 + 200);
        assert_eq!(prompt_tokens("  ", None, 200), 200);
        let price = Price { input_usd: Some(1.0), output_usd: Some(10.0), ..Price::default() };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(at_most(&price, 1202, None).unwrap(), (1202.0 + 10_240.0) / 1e6));
        assert!(close(at_most(&price, 1202, Some(100)).unwrap(), (1202.0 + 1000.0) / 1e6));
        let flat = Price { request_usd: Some(0.005), ..price };
        assert!(close(at_most(&flat, 0, Some(0)).unwrap(), 0.005));
        assert_eq!(at_most(&Price { output_usd: None, ..flat }, 10, None), None);
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
