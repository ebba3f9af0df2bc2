//! Text that may hold a secret → the same text with anything like a key masked; and clipping for people.
//!
//! A token is masked by its shape: a known prefix (`sk-`, `gsk_`, `hf_`, …), what follows `Bearer`, a value after
//! `key=`, or a long run of mixed letters and digits. Shapes, not entropy: a masked request id costs nothing, a shown
//! key costs money. The exact key in use is masked by `Key::redact` besides.

use super::auth::MASK;
use crate::text::is_hidden;

/// Prefixes under which providers issue keys.
const PREFIXES: [&str; 24] = [
    "sk-",
    "sk_",
    "pk-",
    "pk_",
    "rk_",
    "gsk_",
    "xai-",
    "hf_",
    "nvapi-",
    "aiza",
    "ya29.",
    "ghp_",
    "gho_",
    "github_pat_",
    "akia",
    "asia",
    "eyj",
    "pplx-",
    "csk-",
    "fw_",
    "r8_",
    "tgp_v1_",
    "glpat-",
    "xoxb-",
];

/// Characters that follow a known prefix before a token counts as a key.
const MIN_AFTER_PREFIX_CHARS: usize = 6;
/// Length from which a run of mixed letters and digits counts as a key.
const LONG_RUN_CHARS: usize = 32;

/// `text` with everything that looks like a key masked.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut mask_next = false;
    while !rest.is_empty() {
        let len = rest.find(|c| !is_token_char(c)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(len);
        if token.is_empty() {
            let step = rest.chars().next().map_or(1, char::len_utf8);
            let (separator, after) = rest.split_at(step);
            // `Bearer X` and `key=X` stay armed over spaces, quotes, colons and equals signs.
            mask_next &= separator.contains([' ', '"', '\'', ':', '=']);
            out.push_str(separator);
            rest = after;
            continue;
        }
        let lower = token.to_ascii_lowercase();
        let named = mask_next && lower != "bearer" && token.len() >= MIN_AFTER_PREFIX_CHARS;
        if named || looks_like_key(token, &lower) {
            out.push_str(MASK);
            mask_next = false;
        } else {
            out.push_str(token);
            mask_next = announces_key(&lower, after);
        }
        rest = after;
    }
    out
}

/// One line of at most `max_chars` characters: white space collapsed, control and invisible characters dropped.
pub fn clip(text: &str, max_chars: usize) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut chars = words.chars().filter(|c| !is_hidden(*c));
    let mut out: String = chars.by_ref().take(max_chars).collect();
    if chars.next().is_some() {
        out.pop();
        out.push('…');
    }
    out
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '~' | '+')
}

fn looks_like_key(token: &str, lower: &str) -> bool {
    let prefixed = PREFIXES.iter().any(|prefix| {
        lower.strip_prefix(prefix).is_some_and(|after| after.len() >= MIN_AFTER_PREFIX_CHARS)
            // `eyJ`, `AKIA` and `AIza` are capitals and digits; a word such as "asia-northeast1" is not a key.
            && (prefix.ends_with(['-', '_', '.']) || token.bytes().any(|b| b.is_ascii_uppercase()))
    });
    prefixed || token.split(['-', '_', '.', '~', '+']).any(is_long_mixed_run)
}

fn is_long_mixed_run(run: &str) -> bool {
    run.len() >= LONG_RUN_CHARS
        && run.bytes().any(|b| b.is_ascii_digit())
        && run.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether the word just read announces a secret: `Bearer x`, `key=x`, `api_key: x`, `token=x`.
fn announces_key(lower: &str, after: &str) -> bool {
    if lower == "bearer" {
        return after.starts_with(' ');
    }
    let named =
        ["key", "token", "secret", "password", "authorization"].iter().any(|end| lower.ends_with(end));
    let next = after.trim_start_matches(['"', '\'', ' ']);
    // "key: ****-key" announces too; plain prose such as "API key not valid" does not.
    named && (after.starts_with('=') || (next.starts_with(':') && after.len() - next.len() <= 1))
}
