//! A call that has not been sent → its tokens and dollars at most.

use super::Tariff;
use super::cost::{charge, finite};
use crate::prompt::{Style, estimated_tokens};
use crate::types::{Cost, Parameters, PromptTemplate, RetrievalSettings};

/// Tokens of the default instructions around question and evidence.
const TEMPLATE_TOKENS: u64 = 200;

/// Most tokens of a prompt that is not built yet: question, passages and the template, a custom one where there is one. A
/// passage has at most as many tokens as a chunk.
pub fn prompt_tokens(
    question: &str,
    template: Option<&PromptTemplate>,
    retrieval: Option<&RetrievalSettings>,
    chunk_tokens: u32,
) -> u64 {
    let evidence = retrieval.map_or(0, |retrieval| u64::from(retrieval.top_k) * u64::from(chunk_tokens));
    let template = template.map_or(TEMPLATE_TOKENS, |template| {
        u64::from(estimated_tokens(&template.system)) + u64::from(estimated_tokens(&template.user))
    });
    u64::from(estimated_tokens(question.trim())) + evidence + template
}

/// Most tokens of an answer: the limit set, or an assumed one.
pub fn output_tokens(parameters: &Parameters) -> u64 {
    u64::from(Style::Standard.answer_tokens(parameters))
}

/// What a call may cost at most: all of the prompt at the full price, all of the answer used up. Both counts are estimates.
pub fn estimate(tariff: &Tariff, input_tokens: u64, most_output_tokens: u64) -> Option<Cost> {
    let price = tariff.at(input_tokens);
    let dearest = match (price.input_usd, price.cache_write_usd) {
        (Some(input), Some(written)) => Some(input.max(written)),
        (input, _) => input,
    };
    let usd = charge(input_tokens, dearest)?
        + charge(most_output_tokens, price.output_usd)?
        + price.request_usd.unwrap_or(0.0);
    finite(usd, false, price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Price, RetrievalMode};

    #[test]
    fn an_estimate_counts_question_passages_template_and_the_longest_answer() {
        let retrieval = RetrievalSettings { mode: RetrievalMode::Hybrid, top_k: 5, ..Default::default() };
        let tokens = prompt_tokens("12345678", None, Some(&retrieval), 200);
        assert_eq!(tokens, 2 + 1000 + 200);
        assert_eq!(prompt_tokens("  ", None, None, 200), 200);
        let template = PromptTemplate { system: "x".repeat(4_000), user: "{{question}}".into() };
        assert_eq!(prompt_tokens("", Some(&template), None, 200), 1_000 + 3);
        let price = Price { input_usd: Some(1.0), output_usd: Some(10.0), ..Price::default() };
        let check = |price: &Price, tokens, limit, expected: f64| {
            let cost = estimate(
                &Tariff::from(price.clone()),
                tokens,
                output_tokens(&Parameters { max_tokens: limit, ..Parameters::default() }),
            )
            .unwrap();
            assert!((cost.usd - expected).abs() < 1e-12, "{cost:?}");
        };
        check(&price, 1202, None, (1202.0 + 10_240.0) / 1e6);
        check(&price, 1202, Some(100), (1202.0 + 1000.0) / 1e6);
        // Writing the prompt to a cache may cost more than reading it afresh.
        check(&Price { cache_write_usd: Some(1.25), ..price.clone() }, 1000, Some(0), 0.001_25);
        let flat = Price { request_usd: Some(0.005), ..price };
        check(&flat, 0, Some(0), 0.005);
        assert_eq!(estimate(&Tariff::from(Price { output_usd: None, ..flat }), 10, 1_024), None);
    }
}
