//! Usage as reported, against what was sent and received: a token is at least a byte of text.

use crate::types::Usage;

/// Tokens that a provider may count beyond the text that is seen here: its own system prompt, search results, reasoning
/// that is not shown.
const UNSEEN_TOKENS: u64 = 200_000;

/// The largest count of `usage` that cannot be true for a request of `sent_bytes` with an answer of `received_bytes`.
pub fn implausible(usage: &Usage, sent_bytes: usize, received_bytes: usize) -> Option<u64> {
    let most = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(UNSEEN_TOKENS);
    let (most_in, most_out) = (most(sent_bytes), most(received_bytes));
    let input =
        [usage.input_tokens, usage.cached_tokens, usage.cache_write_tokens, usage.billed_input_tokens];
    let output = [usage.output_tokens, usage.reasoning_tokens, usage.billed_output_tokens];
    let above = |counts: &[Option<u64>], most: u64| {
        counts.iter().flatten().copied().filter(|count| *count > most).max()
    };
    above(&input, most_in)
        .max(above(&output, most_out))
        .max(above(&[usage.total_tokens], most_in.saturating_add(most_out)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_without_bytes_behind_it_is_implausible() {
        let usage = |input, output| Usage {
            input_tokens: Some(input),
            output_tokens: Some(output),
            ..Usage::default()
        };
        assert_eq!(implausible(&usage(900, 1), 1_000, 1), None);
        // Search results and hidden reasoning.
        assert_eq!(implausible(&usage(150_000, 60_000), 1_000, 200), None);
        assert_eq!(implausible(&usage(8_000_000_000, 1), 1_000, 1), Some(8_000_000_000));
        assert_eq!(implausible(&usage(10, 8_000_000_000), 1_000, 1), Some(8_000_000_000));
        assert_eq!(implausible(&usage(700_000, 10), 1_000_000, 1), None);
        let total = Usage { total_tokens: Some(u64::MAX), ..Usage::default() };
        assert_eq!(implausible(&total, usize::MAX, 1), None);
        assert_eq!(implausible(&total, 10, 1), Some(u64::MAX));
    }
}
